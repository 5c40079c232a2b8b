"""Sealed months say what the rows say, and lose their seal with the first change."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Event as Signal
from threading import Thread

import numpy as np
import pytest
from django.db import connection, transaction

from accounts.models import User
from referral.models import Case, CaseFacts, NotificationDay, SealedColumn, SealedMonth
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.statistics.columns.column_reader import Cases, read, read_both, sealed_months
from referral.statistics.columns.layout import KEPT
from referral.statistics.columns.seal import SETTLED_AFTER, seal_settled
from referral.statistics.reports.filters import cases, parse_filter
from referral.statistics.reports.measures import By
from referral.statistics.reports.overview import Report
from referral.statistics.reports.predictions import performance
from referral.statistics.reports.selectors import statistics
from referral.statistics.reports.shadow_scores import read_shadow_scores
from referral.tasks import seal_what_is_settled
from scoring import DEFAULT_MODEL
from scoring.selectors import shadow_versions
from tests.notifications.conftest import until
from tests.referral.statistics.test_case_facts import do
from tests.scoring.test_governance import install, shadow, variant
from tests.world import HOUR, ILL, NOW, WELL, World, build, sampled

DAY = timedelta(days=1)
LATER = NOW + 200 * DAY
APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def asked(user: User, **raw: str) -> Cases:
    return cases(user, parse_filter(user, {"since": "2026-01", "until": "2026-12", **raw}, now=NOW))


def figures(user: User, by: By = By.MONTH) -> Report:
    question = {"since": "2026-01", "until": "2026-12", "by": str(by)}
    return statistics(user, parse_filter(user, question, now=NOW), now=LATER)


def sealed() -> list[date]:
    return [month.month for month in SealedMonth.objects.order_by("month")]


@pytest.fixture
def stories(world: World) -> list[Case]:
    """Of April and May, at two hospitals, with and without a ward, flagged or not, scored in shadow too."""
    shadow(str(install(variant())))
    findings = []
    for number in range(6):
        visit = NOW - (30 * DAY if number % 2 else timedelta(0)) + number * HOUR
        case = world.register(name=f"测试{number}", now=visit)
        if number < 5:
            values = sampled(WELL if number == 4 else ILL, visit + HOUR)
            perform(case, Verb.ASSESS, actor=world.doctor, now=visit + HOUR, values=values)
        if number < 3:
            perform(case, Verb.ACCEPT, actor=world.specialist, now=visit + (2 + number) * HOUR, bed="1")
            perform(case, Verb.ADMIT, actor=world.specialist, now=visit + (9 + number) * HOUR)
        findings.append(case)
    elsewhere = world.register(
        name="测试他", actor=world.other_doctor, hospital=world.other_hospital, now=NOW - 29 * DAY
    )
    return [*findings, elsewhere]


def test_sealed_months_give_everybody_the_figures_of_the_rows(world: World, stories: list[Case]) -> None:
    people = (world.coordinator, world.doctor, world.other_doctor, world.specialist, world.researcher)
    before = {(user.pk, by): figures(user, by) for user in people for by in By}
    for now, months in ((NOW + 130 * DAY, [APRIL]), (LATER, [APRIL, MAY])):
        seal_settled(now)
        assert sealed() == months
        assert {(user.pk, by): figures(user, by) for user in people for by in By} == before


def test_a_hospital_or_ward_asked_about_is_picked_out_of_sealed_months(
    world: World, stories: list[Case]
) -> None:
    questions = (
        {"hospital": str(world.other_hospital.pk)},
        {"ward": str(world.ward.pk)},
        {"until": "2026-04"},
    )
    before = [len(read(asked(world.coordinator, **question), ["state"])) for question in questions]
    seal_settled(LATER)
    assert [len(read(asked(world.coordinator, **question), ["state"])) for question in questions] == before
    assert before == [1, 3, 4]


def test_every_column_is_kept(world: World, stories: list[Case]) -> None:
    rows = read(asked(world.coordinator), list(KEPT))
    seal_settled(LATER)
    kept = read(asked(world.coordinator), list(KEPT))
    for name in KEPT:
        assert np.array_equal(np.sort(kept.numbers[name]), np.sort(rows.numbers[name]), equal_nan=True)
    assert set(kept.places) == set(rows.places)


def test_a_models_record_and_its_shadows_are_those_of_the_rows(world: World, stories: list[Case]) -> None:
    for case in stories[:5]:
        CaseFacts.objects.filter(case=case).update(outcome_90="alive")
    (version,) = shadow_versions()
    rows = read_shadow_scores([asked(world.coordinator)], version)
    record = performance(asked(world.coordinator), DEFAULT_MODEL.identifier, now=LATER, hides_small=False)
    seal_settled(LATER)
    kept = read_shadow_scores([asked(world.coordinator)], version)
    assert kept.compared(version) == rows.compared(version)
    assert (kept.compared(version).scored, record.observed.patients) == (5, 5)
    assert np.array_equal(np.sort(kept.month), np.sort(rows.month))
    assert record == performance(
        asked(world.coordinator), DEFAULT_MODEL.identifier, now=LATER, hides_small=False
    )
    other = performance(asked(world.coordinator), "another-1", now=LATER, hides_small=False)
    assert other.observed.patients == 0


CHANGES: dict[str, Callable[[World, Case], object]] = {
    "a verb": lambda world, case: do(case, Verb.RECORD_DEATH, world.coordinator, 48 * HOUR),
    "an entry in error": lambda world, case: do(
        case, Verb.MARK_ENTERED_IN_ERROR, world.doctor, HOUR, reason="test_entry"
    ),
    "a fact corrected": lambda world, case: CaseFacts.objects.filter(case=case).update(offers=7),
    "a case of another month": lambda world, case: CaseFacts.objects.filter(case=case).update(month=MAY),
    "a row taken away": lambda world, case: CaseFacts.objects.filter(case=case).delete(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_changes_a_fact_breaks_the_seal_of_its_month(world: World, change: str) -> None:
    april, _may = world.register(name="测试四", now=NOW - 30 * DAY), world.register(name="测试五")
    seal_settled(LATER)
    before = figures(world.coordinator)
    CHANGES[change](world, april)
    assert APRIL not in sealed()
    assert not SealedColumn.objects.filter(month__month=APRIL).exists()
    now = figures(world.coordinator)
    assert now != before or change == "a verb"
    seal_settled(LATER)
    assert figures(world.coordinator) == now


def test_a_case_that_comes_to_a_month_breaks_the_seal_of_both(world: World) -> None:
    april, _may = world.register(name="测试四", now=NOW - 30 * DAY), world.register(name="测试五")
    seal_settled(LATER)
    CaseFacts.objects.filter(case=april).update(month=MAY)
    assert sealed() == []


def test_months_in_which_nothing_changed_keep_their_seal(world: World, stories: list[Case]) -> None:
    seal_settled(LATER)
    do(stories[0], Verb.RECORD_DEATH, world.coordinator, 48 * HOUR)
    assert sealed() == [APRIL]


def test_a_month_is_sealed_when_its_last_case_has_been_followed_up(world: World) -> None:
    case = world.register()
    ends = NOW.replace(day=31) + SETTLED_AFTER
    seal_settled(ends - 2 * DAY)
    assert sealed() == []
    assert seal_settled(ends + 2 * DAY) == 1
    assert seal_settled(ends + 2 * DAY) == 0
    assert CaseFacts.objects.get(case=case).month in sealed()


def test_columns_of_an_earlier_layout_are_not_read_and_made_anew(world: World, stories: list[Case]) -> None:
    before = figures(world.coordinator)
    seal_settled(LATER)
    SealedMonth.objects.update(layout="earlier", cases=1)
    assert figures(world.coordinator) == before
    assert seal_settled(LATER) == 2
    assert len(sealed_months(asked(world.coordinator))) == 2
    assert figures(world.coordinator) == before


def test_a_month_that_loses_its_seal_while_it_is_read_is_read_from_its_rows(
    world: World, stories: list[Case]
) -> None:
    seal_settled(LATER)
    question, seen = asked(world.coordinator), []

    def of_sealed(months: object) -> str:
        seen.append(len(sealed_months(question)))
        CaseFacts.objects.filter(case=stories[0]).update(offers=len(seen))
        return "sealed"

    def of_rows(rows: object) -> str:
        return "rows"

    assert read_both(question, of_rows, of_sealed) == ["sealed", "rows"]
    assert seen == [2, 1]


@pytest.fixture
def committed_world(transactional_db: None) -> Iterator[World]:
    yield build()


@pytest.mark.parametrize("first", ["change", "seal"])
def test_a_change_and_a_seal_wait_for_each_other(committed_world: World, first: str) -> None:
    """Whichever comes first: what is sealed in the end is what is true."""
    world = committed_world
    case = world.register(now=NOW)
    written, may_commit = Signal(), Signal()

    def change() -> None:
        do(case, Verb.MARK_ENTERED_IN_ERROR, world.doctor, HOUR, reason="test_entry")

    def slowly(act: Callable[[], object]) -> None:
        try:
            with transaction.atomic():
                act()
                written.set()
                may_commit.wait(30)
        finally:
            connection.close()

    def after_it(act: Callable[[], object]) -> None:
        try:
            act()
        finally:
            connection.close()

    acts: list[Callable[[], object]] = [change, lambda: seal_settled(LATER)]
    earlier, later = acts if first == "change" else reversed(acts)
    threads = [Thread(target=slowly, args=[earlier]), Thread(target=after_it, args=[later])]
    threads[0].start()
    assert written.wait(30)
    threads[1].start()
    until(is_waiting)
    may_commit.set()
    for thread in threads:
        thread.join()
    assert figures(world.coordinator).whole.cases == 0
    assert not SealedMonth.objects.filter(cases__gt=0).exists()


def is_waiting() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return bool(cursor.fetchone()[0])


def test_beat_seals_what_is_settled(world: World) -> None:
    world.flagged(now=NOW - 400 * DAY)
    seal_what_is_settled()
    assert len(sealed()) == 1
    assert NotificationDay.objects.exists()
