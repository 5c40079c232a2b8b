"""Predicted risks beside what became of the cases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from accounts.models import User
from referral.models import Assessment, Case, CaseFacts
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from referral.statistics.columns.column_reader import read
from referral.statistics.columns.layout import OUTCOME, SAID
from referral.statistics.reports.filters import cases as cases_of
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.predictions import comparison, outcomes, performance, shadows
from referral.statistics.reports.shadow_scores import ShadowScores
from scoring import DEFAULT_MODEL
from scoring.models import ShadowScore
from tests.referral.statistics.test_case_facts import do
from tests.scoring.test_governance import install, shadow, variant
from tests.world import HOUR, NOW, WELL, World, sampled

DAY = timedelta(days=1)
LATER = NOW + 150 * DAY


def study_of(user: User) -> Any:
    return cases_of(user, parse_filter(user, {"since": "2026-01", "until": "2026-12"}, now=NOW))


def ended(world: World, name: str, day_28: str = "", day_90: str = "", death: float = 0) -> Case:
    """A watched case discharged home, with these outcomes."""
    case = world.register(name=name)
    do(case, Verb.ASSESS, world.doctor, HOUR, values=sampled(WELL, NOW + HOUR))
    do(case, Verb.DISCHARGE, world.doctor, DAY, to="home")
    for day, status in ((28, day_28), (90, day_90)):
        if status:
            happened = {"occurred_at": NOW + 20 * DAY} if status == "transplanted" else {}
            do(case, Verb.RECORD_OUTCOME, world.doctor, (day + 1) * DAY, day=day, status=status, **happened)
    if death:
        perform(case, Verb.RECORD_DEATH, actor=world.doctor, now=NOW + death * DAY)
    return case


OUTCOMES = {
    "alive": ({"day_90": "alive"}, True, False),
    "lost": ({"day_90": "lost"}, False, False),
    "transplanted": ({"day_90": "transplanted"}, True, True),
    "died on day 40": ({"day_28": "alive", "death": 40}, True, True),
    "died on day 95": ({"death": 95}, True, False),
    "still followed up": ({"day_28": "alive"}, False, False),
    "transplanted early": ({"day_28": "transplanted", "day_90": "alive"}, True, True),
}


@pytest.mark.parametrize("name", OUTCOMES)
def test_the_end_point_is_death_or_transplant_within_ninety_days(world: World, name: str) -> None:
    said, is_known, is_reached = OUTCOMES[name]
    ended(world, name, **said)
    event, expected = outcomes(read(study_of(world.coordinator), OUTCOME).numbers)
    assert (bool(expected[0]), bool(event[0]) and bool(expected[0])) == (is_known, is_reached)


def many(world: World) -> list[Case]:
    """Forty rows as of closed cases, one in four with the end point, without forty stories."""
    template = ended(world, "模板", day_90="alive")
    row = CaseFacts.objects.defer("packed").get(case=template)
    cases = []
    for number in range(39):
        case = world.register(name=f"测试{number}")
        values = {name: getattr(row, name) for name in ("state", "indicators_at", "model", "outcome_28")}
        CaseFacts.objects.filter(case=case).update(
            **values,
            risk_90d=0.05 + number / 50,
            outcome_90="dead" if number % 4 == 3 else "alive",
            died_at=NOW + 50 * DAY if number % 4 == 3 else None,
        )
        cases.append(case)
    return cases


def test_a_models_record_counts_only_its_own_cases(world: World) -> None:
    many(world)
    own = performance(study_of(world.coordinator), DEFAULT_MODEL.identifier, now=LATER, hides_small=False)
    assert (own.observed.patients, own.observed.events, own.unknown) == (40, 9, 0)
    assert own.observed.observed is not None
    other = performance(study_of(world.coordinator), "another-1", now=LATER, hides_small=False)
    assert other.observed.patients == 0


def test_deaths_are_not_counted_before_the_survivors_of_their_month_can_be(world: World) -> None:
    ended(world, "早", death=5)
    ended(world, "活", day_90="alive")
    last_grace_ends = datetime(2026, 9, 5, 16, tzinfo=UTC)
    for now, counted in ((NOW + 92 * DAY, 0), (last_grace_ends - HOUR, 0), (last_grace_ends, 2), (LATER, 2)):
        record = performance(
            study_of(world.coordinator), DEFAULT_MODEL.identifier, now=now, hides_small=False
        ).observed
        assert (record.patients, record.events) == (counted, counted // 2)


def test_researchers_do_not_see_groups_with_few_end_points(world: World) -> None:
    many(world)
    shown = performance(study_of(world.researcher), DEFAULT_MODEL.identifier, now=LATER, hides_small=True)
    assert shown.observed.groups == () or all(
        group.observed.hits == 0 or group.observed.hits >= 5 for group in shown.observed.groups
    )


def test_researchers_see_new_months_once_five_persons_are_new(world: World) -> None:
    cases = many(world)
    for count, month in ((4, 6), (5, 7)):
        for case in [cases.pop() for _ in range(count)]:
            CaseFacts.objects.filter(case=case).update(month=date(2026, month, 1), risk_90d=0.9)

    def seen(days: int, *, hides_small: bool = True) -> int:
        study, model = study_of(world.researcher), DEFAULT_MODEL.identifier
        return performance(study, model, now=NOW + days * DAY, hides_small=hides_small).observed.patients

    assert [seen(days) for days in (120, 150, 200)] == [31, 31, 40]
    assert [seen(days, hides_small=False) for days in (120, 150, 200)] == [31, 35, 40]


def test_somebody_who_comes_again_is_not_new(world: World) -> None:
    cases = many(world)
    again = {"month": date(2026, 6, 1), "risk_90d": 0.9}
    for case in cases[:5]:
        CaseFacts.objects.filter(case=case).update(**again)
    Case.objects.filter(pk=cases[0].pk).update(person=cases[-1].person, state=State.CLOSED)
    study, model = study_of(world.researcher), DEFAULT_MODEL.identifier
    record = performance(study, model, now=NOW + 200 * DAY, hides_small=True)
    assert record.observed.patients == 35


def test_those_lost_are_told_beside_the_figures(world: World) -> None:
    ended(world, "lost", day_90="lost")
    assert (
        performance(
            study_of(world.coordinator), DEFAULT_MODEL.identifier, now=LATER, hides_small=False
        ).unknown
        == 1
    )
    assert (
        performance(study_of(world.researcher), DEFAULT_MODEL.identifier, now=LATER, hides_small=True).unknown
        is None
    )


def test_a_shadow_model_is_compared_on_the_visible_cases_only(world: World) -> None:
    version = install(variant())
    shadow(str(version))
    ended(world, "甲", day_90="alive")
    elsewhere = world.register(name="乙", actor=world.other_doctor, hospital=world.other_hospital)
    perform(
        elsewhere,
        Verb.ASSESS,
        actor=world.other_doctor,
        now=NOW + HOUR,
        values=sampled(WELL, NOW + HOUR),
    )
    assert ShadowScore.objects.count() == Assessment.objects.count() == 2
    assert comparison([study_of(world.coordinator)], version).scored == 2
    assert comparison([study_of(world.doctor)], version).scored == 1
    (result,) = shadows(study_of(world.coordinator), now=LATER, hides_small=False)
    assert (result.shadow.patients, result.active.patients) == (1, 1)
    assert (result.comparison.scored, result.comparison.neither) == (2, 2)
    assert result.comparison.mean_difference == pytest.approx(0)


def test_flags_and_risks_of_both_models_stand_side_by_side(db: None) -> None:
    version = install(variant())
    beside = ShadowScores(
        outcome={name: np.zeros(3, dtype=np.int32) for name in OUTCOME},
        month=np.array([0, 31, 59]),
        said=np.array(
            [((0.1, 0.3), (False, True)), ((0.5, 0.4), (True, True)), ((0.6, 0.1), (True, False))], SAID
        ),
    )
    result = beside.compared(version)
    assert (result.both, result.only_active, result.only_shadow, result.neither) == (1, 1, 1, 0)
    assert result.mean_difference == pytest.approx(0.4 / 3)
    assert result.mean_absolute_difference == pytest.approx(0.8 / 3)
    january = beside.before(date(1970, 2, 1))
    assert (len(january.month), january.compared(version).only_active) == (1, 1)
    nobody = beside.before(date(1970, 1, 1)).compared(version)
    assert (nobody.scored, nobody.mean_difference) == (0, None)
