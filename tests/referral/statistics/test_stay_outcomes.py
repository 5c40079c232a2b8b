"""Outcomes of the wards by leading grade, mode and time to the first session, a transplant as a rival."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils.html import escape

from portal import definitions
from referral.models import Case, CaseFacts
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.stay_outcomes import (
    DEATH,
    TRANSPLANT,
    Stay,
    StayOutcomes,
    stay_outcomes,
    stays_of,
)
from scoring.research.competing import CENSORED
from tests.portal.conftest import SignIn, as_user  # noqa: F401
from tests.referral.in_ward import DAY, does
from tests.world import HOUR, NOW, World

LATER = NOW + 95 * DAY


def patient(world: World, number: int, *, session: float | None = None, mode: str = "dpmas") -> Case:
    case = world.admitted(NOW, name=f"某{number}", local_number=f"N{number}")
    if session is not None:
        starts = NOW + timedelta(days=session)
        given = {"mode": mode, "started_at": starts, "ended_at": starts + HOUR}
        case = does(world, case, Verb.RECORD_ARTIFICIAL_LIVER, starts + 2 * HOUR, **given)
    return case


def died(world: World, case: Case, day: float) -> None:
    at = NOW + timedelta(days=day)
    perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=at, occurred_at=at)


def transplanted(world: World, case: Case, day: float) -> None:
    does(world, case, Verb.DECIDE_TRANSPLANT, NOW + timedelta(days=day), decision="transplanted")


def outcomes(**asked: Any) -> StayOutcomes:
    return stay_outcomes(CaseFacts.objects.counted(), hides_small=asked.get("hides_small", False))


def test_a_stay_ends_with_the_first_of_death_and_transplant(world: World) -> None:
    first, second, third = (patient(world, number) for number in range(3))
    died(world, first, 10)
    transplanted(world, second, 5)
    died(world, Case.objects.get(pk=second.pk), 20)
    does(world, third, Verb.RECORD_TREATMENT, NOW + 3 * DAY, item="icu", progress="done")
    stays = {stay.case: stay for stay in stays_of(CaseFacts.objects.counted())}
    assert (stays[first.pk].event, round(stays[first.pk].days)) == (DEATH, 10)
    assert (stays[second.pk].event, round(stays[second.pk].days)) == (TRANSPLANT, 5)
    assert (stays[third.pk].event, round(stays[third.pk].days)) == (0, 3)


def test_groups_are_by_mode_and_by_when_the_first_session_was(world: World) -> None:
    patient(world, 1)
    patient(world, 2, session=0.5)
    patient(world, 3, session=5, mode="plasma_exchange")
    died(world, patient(world, 4, session=12), 20)
    made = outcomes()
    assert made.whole.patients == 4
    assert {group.code: group.patients for group in made.by_mode} == {
        "none": 1, "dpmas": 2, "plasma_exchange": 1
    }  # fmt: skip
    assert [group.code for group in made.by_begun] == ["none", "first_day", "fourth_to_seventh_day", "later"]
    assert sum(group.deaths for group in made.by_begun) == made.whole.deaths == 1


def test_groups_are_by_the_grade_that_led(world: World) -> None:
    case = patient(world, 1)
    table = {"bilirubin": 310, "bilirubin_unit": "umol/L", "inr": 1.8, "complications": 0}
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + HOUR, **table)
    patient(world, 2)
    codes = {group.code for group in outcomes().by_grade}
    assert "" in codes
    assert {code.partition(":")[0] for code in codes - {""}} == {case.policy.leading_definition}


def test_a_transplant_keeps_death_from_being_counted(world: World) -> None:
    cases = [patient(world, number) for number in range(4)]
    died(world, cases[0], 10)
    transplanted(world, cases[1], 5)
    for case in cases[2:]:
        does(world, case, Verb.RECORD_TREATMENT, NOW + 92 * DAY, item="icu", progress="done")
    whole = outcomes().whole
    death, transplant = whole.death[28], whole.transplant[28]
    assert death is not None
    assert transplant is not None
    assert (death.value, transplant.value) == (0.25, 0.25)


def test_nobody_admitted_gives_a_table_without_figures(world: World) -> None:
    world.register()
    made = outcomes()
    assert (made.whole.patients, made.by_mode) == (0, [])


def test_small_groups_are_hidden_from_research(world: World) -> None:
    for number in range(6):
        patient(world, number)
    died(world, patient(world, 7, session=1), 10)
    made = outcomes(hides_small=True)
    assert all(group.is_hidden for group in made.by_mode)
    assert made.whole.is_hidden


@pytest.mark.parametrize("who", ["coordinator", "researcher"])
def test_the_page_says_that_it_describes_and_does_not_prove(
    world: World,
    as_user: SignIn,  # noqa: F811
    who: str,
) -> None:
    patient(world, 1, session=0.5)
    client: Client = as_user(getattr(world, who))
    text = client.get("/statistics/stays/?since=2026-05&until=2026-12").content.decode()
    assert "describes and does not prove" in text
    lines = (
        b"".join(client.get("/statistics/stays/file.csv?since=2026-05&until=2026-12")).decode().splitlines()
    )
    assert lines[0].lstrip("\ufeff").startswith("division,group,patients,deaths,transplants,death_28")
    assert len(lines) >= 5


def test_the_page_says_the_grade_in_the_words_of_its_definition(
    world: World,
    as_user: SignIn,  # noqa: F811
) -> None:
    case = patient(world, 1)
    table = {"bilirubin": 310, "bilirubin_unit": "umol/L", "inr": 2.0, "complications": 0}
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + HOUR, **table)
    client: Client = as_user(world.coordinator)
    text = client.get("/statistics/stays/?since=2026-05&until=2026-12").content.decode()
    said = {"definition": "china", "value": "middle", "at_least": "middle", "aclf_type": None}
    assert escape(definitions.leading_words(said)) in text


def test_a_few_who_died_by_a_day_are_not_told_by_the_incidence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of five deaths one came by day 28: as a share of those who were there it would be told exactly."""

    def alike(count: int, days: float, event: int) -> list[Stay]:
        return [Stay(uuid4(), days, event, "china:early", "none", None) for _ in range(count)]

    stays = [*alike(1, 3, DEATH), *alike(4, 60, DEATH), *alike(15, 95, CENSORED)]
    monkeypatch.setattr("referral.statistics.reports.stay_outcomes.stays_of", lambda _rows: stays)
    seen, whole = outcomes(hides_small=True), outcomes()
    for group in (seen.whole, *seen.by_grade, *seen.by_mode):
        assert (group.patients, group.deaths, *group.death, *group.transplant) == (20, 5, 90, 90)
        assert group.death[90] == whole.whole.death[90]
    assert {*whole.whole.death} == {28, 90}
