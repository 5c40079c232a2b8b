"""Questions in SQL are put together on shorter ways than Django's, and answered the same."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.db.backends.postgresql import compiler as django_compiler
from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Lower

from accounts.models import Hospital, Membership, User
from config.postgres import compiler
from referral.models import Case, Deadline, Event
from tests.world import HOUR, NOW, World

DUE = Subquery(Deadline.objects.filter(case=OuterRef("pk")).order_by("due_at").values("due_at")[:1])
QUESTIONS: dict[str, Callable[[], QuerySet]] = {
    "by a related column": lambda: Case.objects.select_related("patient", "hospital__network").order_by(
        "hospital__name_en", "-patient__name_index"
    ),
    "two ways to one table": lambda: Case.objects.select_related(
        "hospital", "ward__hospital", "registered_by", "assessment", "transport"
    ).order_by("ward__hospital__name_en", "number"),
    "by an annotation": lambda: (
        Case.objects.select_related("patient")
        .annotate(due=DUE)
        .order_by(F("due").desc(nulls_last=True), "pk")
    ),
    "by an annotation's name": lambda: Case.objects.annotate(due=DUE).order_by("-due", "-number"),
    "by an expression": lambda: User.objects.order_by(Lower("email").desc()),
    "backwards": lambda: Case.objects.select_related("patient").order_by("patient__pk", "-number").reverse(),
    "values": lambda: Event.objects.order_by("-case__number", "pk").values(
        "what", "case__number", who=F("actor_id")
    ),
    "distinct": lambda: Case.objects.order_by("hospital__name_en").values_list("state", flat=True).distinct(),
    "groups": lambda: Hospital.objects.annotate(many=Count("cases")).order_by("-many", "pk"),
    "counted by state": lambda: Case.objects.values("state").annotate(many=Count("pk")).order_by("state"),
    "together": lambda: (
        Case.objects.values("number").union(Case.objects.values("number"), all=True).order_by("-number")
    ),
    "of each the newest": lambda: Event.objects.order_by("case_id", "-number").distinct("case_id"),
    "parts of rows": lambda: (
        Case.objects.select_related("patient").only("number", "patient__sex").order_by("pk")
    ),
    "existing": lambda: Case.objects.annotate(
        has_events=Exists(Event.objects.filter(case=OuterRef("pk"), case__hospital=OuterRef("hospital")))
    ).order_by("has_events", "pk"),
    "in others": lambda: Membership.objects.filter(
        hospital__in=Hospital.objects.filter(cases__state="watched").order_by("name_en")
    ).order_by("user__email"),
}


@contextmanager
def put_by(module: Any) -> Iterator[None]:
    ours, connection.ops._cache = connection.ops._cache, module
    yield
    connection.ops._cache = ours


def rows(asked: QuerySet) -> Iterable[Any]:
    """Everything that an answer holds, of related rows too."""
    return [
        row if isinstance(row, dict | str) else {**row.__dict__, "_state": row._state.fields_cache}
        for row in asked
    ]


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    world = make_world()
    world.watched()
    world.accepted(NOW + HOUR, name="测试乙")
    world.register(now=NOW + 2 * HOUR, name="测试丙", hospital=world.other_hospital, actor=world.other_doctor)
    return world


@pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)
def test_a_question_is_answered_as_djangos_compiler_has_it_answered(
    question: Callable[[], QuerySet], world: World
) -> None:
    with put_by(django_compiler):
        theirs = rows(question())
    assert theirs
    with put_by(compiler):
        assert rows(question()) == theirs


def test_ordering_by_related_columns_names_them_and_by_annotations_their_place(world: World) -> None:
    by_column = str(QUESTIONS["by a related column"]().query)
    assert by_column.endswith(
        'ORDER BY "accounts_hospital"."name_en" ASC, "referral_patient"."name_index" DESC'
    )
    _, _, by_annotation = str(QUESTIONS["by an annotation"]().query).rpartition("ORDER BY ")
    assert by_annotation.split()[0].isdigit()
