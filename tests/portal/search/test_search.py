"""A case is found again by its number, or by exactly what its hospital wrote of the patient."""

from typing import Any

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEntry
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import World

NATIONAL_ID = "110101197001020011"


@pytest.fixture
def closed(world: World) -> Case:
    now = clock.now()
    case = world.register(now=now, name="阿卜杜拉·买买提", national_id=NATIONAL_ID, local_number="ZY-0042")
    return perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=now, occurred_at=now)


def rows_of(client: Any, typed: str) -> str:
    return client.post(reverse("portal:search"), {"query": typed}).content.decode()


@pytest.mark.parametrize("typed", ["阿卜杜拉·买买提", " 阿卜杜拉•买买提 ", NATIONAL_ID, "ZY-0042", "zy-0042"])
def test_what_was_written_of_the_patient_finds_the_case_in_full_only(
    world: World, as_user: SignIn, closed: Case, typed: str
) -> None:
    client = as_user(world.doctor)
    assert f'data-case="{closed.number}"' in rows_of(client, typed)
    assert "data-case=" not in rows_of(client, typed.strip()[:-1])


def test_a_part_of_the_number_finds_open_and_closed_cases(
    world: World, as_user: SignIn, closed: Case
) -> None:
    other = world.register(now=clock.now(), name="另一人")
    page = rows_of(as_user(world.coordinator), closed.number[:3])
    assert closed.number in page and other.number in page


def test_a_number_of_full_width_digits_finds_its_case(world: World, as_user: SignIn, closed: Case) -> None:
    typed = closed.number.translate({ord("-"): "－", **{ord(str(n)): chr(0xFF10 + n) for n in range(10)}})
    assert f'data-case="{closed.number}"' in rows_of(as_user(world.doctor), typed)


def test_nobody_finds_a_case_that_they_may_not_see(world: World, as_user: SignIn, closed: Case) -> None:
    for stranger in (world.other_doctor, world.specialist, world.researcher):
        for typed in (closed.number, NATIONAL_ID, "阿卜杜拉·买买提", "ZY-0042"):
            assert "data-case=" not in rows_of(as_user(stranger), typed)


def test_every_search_is_recorded_without_what_was_typed(world: World, as_user: SignIn, closed: Case) -> None:
    page = rows_of(as_user(world.doctor), "不存在的人")
    assert "No case was found" in page
    entry = AuditEntry.objects.get(action="search_cases")
    assert entry.actor == world.doctor and "不存在的人" not in str(entry.__dict__)


def test_searching_without_end_is_refused_with_what_was_typed_still_there(
    world: World, as_user: SignIn, closed: Case, settings: Any
) -> None:
    cache.clear()
    settings.LIMITS = {**settings.LIMITS, "search": (2, 3600)}
    client = as_user(world.doctor)
    answers = [client.post(reverse("portal:search"), {"query": NATIONAL_ID}) for _number in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert "data-case=" not in answers[2].content.decode() and NATIONAL_ID in answers[2].content.decode()


@pytest.mark.parametrize("typed", ["", "   ", "\x00", "%", "_", "无", "x" * 500])
def test_nothing_and_nonsense_find_nothing(world: World, as_user: SignIn, closed: Case, typed: str) -> None:
    answer = as_user(world.doctor).post(reverse("portal:search"), {"query": typed})
    assert answer.status_code == 200 and "data-case=" not in answer.content.decode()
