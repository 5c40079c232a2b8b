"""The kit against organ failure within 28 days of sampling."""

from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from referral.models import Case
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.filters import parse_filter, rows
from referral.statistics.reports.kit import Result, by_place, kit_record, ward_names
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, NOW, World

DAY = timedelta(days=1)
LATER = NOW + 60 * DAY


def rows_of(user: User) -> Any:
    return rows(user, parse_filter(user, {"since": "2026-01", "until": "2026-12"}, now=NOW))


def with_result(
    world: World, name: str, answer: str = "positive", lot: str = "A1", sampled: float = 2
) -> Case:
    """A case in the first ward whose sample was taken two hours after NOW."""
    case = world.register(name=name)
    do(case, Verb.ADMIT, world.specialist, HOUR)
    at = NOW + 2 * HOUR
    do(case, Verb.RECORD_KIT_RESULT, world.specialist, 5 * HOUR, lot=lot, sampled_at=at, answer=answer)
    return case


def failed(case: Case, world: World, after: timedelta) -> None:
    do(case, Verb.ASSESS_ORGAN_FAILURE, world.specialist, after, dialysis=True)


def outcome(case: Case, world: World, said: str) -> None:
    """Discharged, and the first hospital says at day 28 whether an organ failed."""
    do(case, Verb.DIAGNOSE, world.specialist, 3 * DAY, category="early_aclf")
    do(case, Verb.DISCHARGE, world.specialist, 4 * DAY, to="home")
    do(
        case,
        Verb.RECORD_OUTCOME,
        world.doctor,
        29 * DAY,
        day=28,
        status="alive",
        organ_failure=said,
    )


@pytest.fixture
def four(world: World) -> None:
    """One result in each cell of the table, of two lots."""
    failed(with_result(world, "真阳", "positive", "A1"), world, 10 * DAY)
    outcome(with_result(world, "假阳", "positive", "A1"), world, "no")
    outcome(with_result(world, "假阴", "negative", "B2"), world, "yes")
    outcome(with_result(world, "真阴", "negative", "B2"), world, "no")


def test_every_result_is_in_its_cell(world: World, four: None) -> None:
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    cells = (record.whole.true_positive, record.whole.false_positive)
    assert (*cells, record.whole.false_negative, record.whole.true_negative) == (1, 1, 1, 1)
    assert (record.indeterminate, record.beside_purpose, record.unknown) == (0, 0, 0)


def test_lots_and_wards_have_their_own_table(world: World, four: None) -> None:
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    by_lot = {site.key: site.agreement for site in record.lots}
    assert by_lot["A1"] is not None
    assert (by_lot["A1"].true_positive, by_lot["A1"].false_positive, by_lot["A1"].total) == (1, 1, 2)
    assert [(site.key, site.agreement.total) for site in record.wards if site.agreement] == [
        (world.ward.pk, 4)
    ]


def test_a_sample_counts_when_its_28_days_are_over_and_not_as_soon_as_an_organ_fails(world: World) -> None:
    failed(with_result(world, "早"), world, 10 * DAY)
    for now, counts in ((NOW + 11 * DAY, (0, 1)), (NOW + 28 * DAY + 2 * HOUR, (1, 0))):
        record = kit_record(rows_of(world.coordinator), now=now, hides_small=False)
        assert record.whole is not None
        assert (record.whole.total, record.unknown) == counts


def test_a_failure_after_28_days_is_not_the_kits(world: World) -> None:
    failed(with_result(world, "晚"), world, 2 * HOUR + 29 * DAY)
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    assert (record.whole.total, record.unknown) == (0, 1)


def test_a_failure_at_sampling_makes_the_result_beside_its_purpose(world: World) -> None:
    case = world.register(name="先")
    do(case, Verb.ADMIT, world.specialist, HOUR)
    failed(case, world, 2 * HOUR)
    do(
        case,
        Verb.RECORD_KIT_RESULT,
        world.specialist,
        5 * HOUR,
        lot="A1",
        sampled_at=NOW + 3 * HOUR,
        answer="positive",
    )
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    assert (record.whole.total, record.beside_purpose) == (0, 1)


def test_a_failure_before_sampling_that_is_entered_later_makes_it_beside_its_purpose_too(
    world: World,
) -> None:
    case = with_result(world, "补")
    earlier = {"occurred_at": NOW + HOUR}
    do(case, Verb.ASSESS_ORGAN_FAILURE, world.specialist, 9 * HOUR, dialysis=True, **earlier)
    failed(case, world, 10 * DAY)
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    assert (record.whole.total, record.beside_purpose, record.unknown) == (0, 1, 0)


def test_a_result_belongs_to_the_ward_that_used_the_kit(world: World) -> None:
    case = with_result(world, "转")
    do(case, Verb.TRANSFER, world.specialist, 6 * HOUR, ward=world.second_ward)
    do(case, Verb.ASSESS_ORGAN_FAILURE, world.second_specialist, 10 * DAY, dialysis=True)
    report_filter = parse_filter(world.coordinator, {"since": "2026-01", "until": "2026-12"}, now=NOW)
    record = kit_record(rows(world.coordinator, report_filter), now=LATER, hides_small=False)
    assert [site.key for site in record.wards] == [world.ward.pk]
    assert ward_names(record, report_filter) == {world.ward.pk: str(world.ward)}


def test_indeterminate_results_are_told_and_not_counted(world: World) -> None:
    with_result(world, "不定", "indeterminate")
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert (record.indeterminate, record.unknown) == (1, 0)


def test_of_several_results_the_first_counts(world: World) -> None:
    case = with_result(world, "重", "negative")
    do(
        case,
        Verb.RECORD_KIT_RESULT,
        world.specialist,
        9 * HOUR,
        lot="A1",
        sampled_at=NOW + 8 * HOUR,
        answer="positive",
    )
    failed(case, world, 10 * DAY)
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    assert (record.whole.false_negative, record.whole.total) == (1, 1)


def test_researchers_see_no_table_with_few_in_a_cell(world: World, four: None) -> None:
    record = kit_record(rows_of(world.researcher), now=LATER, hides_small=True)
    assert record.whole is None
    assert all(site.agreement is None for site in (*record.wards, *record.lots))


def test_only_visible_cases_are_counted(world: World, four: None) -> None:
    record = kit_record(rows_of(world.second_specialist), now=LATER, hides_small=False)
    assert record.whole is not None
    assert record.whole.total == 0


def site(place: int, *counts: int) -> Counter[Result]:
    """Results of one ward: positive with and without failure, negative with and without."""
    kinds = ((True, True), (True, False), (False, True), (False, False))
    lot = f"lot {place}"
    return Counter(
        {Result(UUID(int=place), lot, *kind): count for kind, count in zip(kinds, counts, strict=True)}
    )


def test_a_hidden_ward_cannot_be_told_from_the_total_and_the_other_wards() -> None:
    counted = site(1, 9, 9, 9, 1) + site(2, 9, 9, 9, 9) + site(3, 20, 20, 20, 20)
    answer = by_place(counted, lambda result: result.ward, hides_small=True)
    assert [part.agreement is None for part in answer] == [True, True, False]
    everything = by_place(counted, lambda result: result.ward, hides_small=False)
    assert [part.agreement is None for part in everything] == [False] * 3


def test_a_failure_within_a_day_of_sampling_is_counted_apart(world: World, four: None) -> None:
    failed(with_result(world, "太近", "positive", "A1"), world, 12 * HOUR)
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.too_close == 1
    assert record.whole is not None
    assert record.with_close is not None
    assert (record.whole.true_positive, record.with_close.true_positive) == (1, 2)
    assert record.with_close.sensitivity.value > record.whole.sensitivity.value
