"""The lists of a first hospital, and of a coordinator: whose cases, and in which part of their journey."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet

from accounts.models import Hospital, User, Ward
from referral.models import Case, Deadline, Offer, Question
from referral.models.lookups import one_of
from referral.pathway.vocabulary import ACUTE, ENDED, FOLLOW_UPS, Kind, State
from referral.queries import cases

OUTCOME_IN_SIGHT = timedelta(days=7)
"""How long before its deadline an outcome counts as something to do."""
BY_TIME, BY_SEVERITY = "time", "severity"
ORDERS: dict[str, tuple[Any, ...]] = {
    BY_TIME: cases.LEAST_TIME_FIRST,
    BY_SEVERITY: (
        F("assessment__high_risk").desc(nulls_last=True),
        F("assessment__risk_90d").desc(nulls_last=True),
        *cases.LEAST_TIME_FIRST,
    ),
}
"""How rows of `cases.with_next_due` can be ordered: least time left first, or the highest risk first."""


class Place(NamedTuple):
    """Where a case of `cases.worklist` stands in a list, and what tells whether it looks as before."""

    pk: UUID
    network_id: UUID
    state: str
    event_count: int
    next_due_at: datetime | None
    file_count: int
    has_new_files: bool


def hospitals_to_refer_for(user: User) -> QuerySet[Hospital]:
    """The hospitals where the user may register patients."""
    return Hospital.objects.visible_to(user).filter(pk__in=user.access.refers_for)


def at_home(user: User) -> QuerySet[Case]:
    """Cases of the hospitals that the user refers for and of the networks that they coordinate."""
    return cases.with_next_due(cases.cases(user), user).filter(_home(user))


def _home(user: User) -> Q:
    access = user.access
    return Q(hospital__in=access.refers_for) | Q(network__in=access.coordinates)


def acute(user: User) -> QuerySet[Case]:
    """Those of `at_home` before the end of acute care, least time left first."""
    return in_order(at_home(user).filter(state__in=ACUTE), BY_TIME)


def in_follow_up(user: User) -> QuerySet[Case]:
    """Those whose acute care is over and whose outcome is awaited, the oldest first."""
    return at_home(user).filter(state=State.FOLLOW_UP).order_by("first_visit_at", "pk")


def ended(user: User) -> QuerySet[Case]:
    """Those that are closed or cancelled, the latest first."""
    return at_home(user).filter(state__in=ENDED).order_by("-updated_at", "-pk")


def wards_of_networks(user: User) -> QuerySet[Ward]:
    """Every ward the user can call."""
    return Ward.objects.visible_to(user).select_related("hospital").order_by("hospital__name_zh", "name_zh")


def to_do(user: User, now: datetime) -> QuerySet[Case]:
    """The cases, as `placed`, in which something is awaited of the user's side now, least time left first."""
    return in_order(cases.placed(user).filter(_awaits(user, now)), BY_TIME)


def number_to_do(user: User, now: datetime) -> int:
    """How many cases `to_do` has."""
    return Case.objects.visible_to(user).filter(_awaits(user, now)).count()


def _awaits(user: User, now: datetime) -> Q:
    """By the roles that the user has: of the others nothing is asked."""
    access, awaits = user.access, Q(pk__in=[])
    if access.refers_for:
        awaits |= _of_hospitals(user, now)
    if access.wards:
        awaits |= _of_wards(user)
    if access.coordinates:
        awaits |= _of_coordinators(user)
    return awaits


def _of_hospitals(user: User, now: datetime) -> Q:
    asking = Question.objects.open().values("case")
    asked_back = Offer.objects.filter(state=Offer.State.OPEN, question__isnull=False, answer=None)
    running = Deadline.objects.open()
    to_confirm = running.filter(kind=Kind.CONFIRM_RETURN).values("case")
    outcomes = running.filter(kind__in=FOLLOW_UPS, due_at__lte=now + OUTCOME_IN_SIGHT).values("case")
    steps = Q(state__in=[State.REGISTERED, State.ACCEPTED])
    steps |= Q(state=State.WATCHED) & ~Q(pk__in=asking)
    steps |= Q(state=State.OFFERED) & one_of(asked_back.values("case"))
    steps |= Q(state=State.FOLLOW_UP, outcome_disputed=False) & (one_of(to_confirm) | one_of(outcomes))
    return Q(hospital__in=user.access.refers_for) & steps


def _of_wards(user: User) -> Q:
    wards = user.access.wards
    asked = Offer.objects.filter(ward__in=wards, state=Offer.State.OPEN).values("case")
    questions = Question.objects.open().filter(ward__in=wards).values("case")
    has_patient = Q(ward__in=wards, state__in=[State.IN_TRANSIT, State.ADMITTED, State.DIAGNOSED])
    return has_patient | one_of(asked) | Q(state=State.WATCHED) & one_of(questions)


def _of_coordinators(user: User) -> Q:
    disputed = Q(outcome_disputed=True, state__in=[State.FOLLOW_UP, State.CLOSED])
    return Q(network__in=user.access.coordinates) & (Q(state=State.UNPLACED) | disputed)


def state_counts(user: User, states: Collection[str]) -> dict[str, int]:
    """How many cases of `at_home` are in each of `states`, those without any left out."""
    rows = Case.objects.visible_to(user).filter(_home(user), state__in=states).order_by()
    return dict(rows.values_list("state").annotate(number=Count("pk")))


def in_order(rows: QuerySet[Case], order: str) -> QuerySet[Case]:
    """`rows` of `cases.with_next_due` in one of ORDERS."""
    return rows.order_by(*ORDERS[order])


def overdue(rows: QuerySet[Case], now: datetime) -> QuerySet[Case]:
    """Those of `rows` of `cases.with_next_due` on which something is late that has not been done."""
    return rows.filter(Q(next_due_at__lt=now))


def numbered(rows: QuerySet[Case], number: str) -> QuerySet[Case]:
    """Those of `rows` whose case number contains what was typed of it."""
    return rows.filter(number__icontains=number.strip()[:20])
