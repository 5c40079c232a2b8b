"""The figures of many cases, recomputed by hand from their timelines."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.models import User
from referral.deadlines.engine import run_cycle
from referral.models import Case, Deadline, Event
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from referral.statistics.reports.filters import ReportFilter, parse_filter
from referral.statistics.reports.measures import ADMIT_LATE_FLAG, By
from referral.statistics.reports.overview import Group, Report
from referral.statistics.reports.privacy import hide_small
from referral.statistics.reports.quantiles import Spread
from referral.statistics.reports.selectors import statistics as ask
from scoring.research.agreement import share
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, ILL, MINUTE, NOW, WELL, World, sampled

LATER = NOW + 100 * timedelta(days=1)


def filter_of(user: User, **raw: str) -> ReportFilter:
    return parse_filter(user, {"since": "2026-01", "until": "2026-12", **raw}, now=NOW)


def figures(user: User, now: datetime = NOW, **raw: str) -> Report:
    return ask(user, filter_of(user, **raw), now=now)


def happened(case: Case, what: str) -> datetime:
    return Event.objects.filter(case=case, what=what).earliest("number").occurred_at


def test_an_open_deadline_that_is_overdue_counts_as_late_from_that_moment(world: World) -> None:
    case = world.accepted()
    before, after = NOW + 47 * HOUR, NOW + 49 * HOUR
    assert figures(world.coordinator, before).whole.in_time["admit"].total == 0
    late = figures(world.coordinator, after).whole.in_time["admit"]
    assert (late.hits, late.total) == (0, 1)
    run_cycle(after)
    assert figures(world.coordinator, after).whole.in_time["admit"] == late
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR, occurred_at=NOW + 40 * HOUR)
    judged = figures(world.coordinator, NOW + 50 * HOUR).whole.in_time["admit"]
    assert (judged.hits, judged.total) == (1, 1)


def test_a_case_that_was_in_time_once_and_is_overdue_now_is_counted_once_and_late(world: World) -> None:
    case = world.flagged()
    do(case, Verb.DECLINE, world.specialist, MINUTE, reason="no_bed")
    first = figures(world.coordinator, NOW + 2 * MINUTE).whole.in_time["acknowledge"]
    assert (first.hits, first.total) == (1, 1)
    second = figures(world.coordinator, NOW + 30 * MINUTE).whole.in_time["acknowledge"]
    assert (second.hits, second.total) == (0, 1)


def test_an_extended_deadline_counts_by_its_first_due_time(world: World) -> None:
    case = world.accepted()
    running = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    do(case, Verb.EXTEND, world.coordinator, HOUR, deadline=running, due_at=NOW + 90 * HOUR, reason="x")
    figure = figures(world.coordinator, NOW + 49 * HOUR).whole.in_time["admit"]
    assert (figure.hits, figure.total) == (0, 1)


def test_a_case_entered_by_mistake_counts_nowhere(world: World) -> None:
    case = world.register()
    do(case, Verb.MARK_ENTERED_IN_ERROR, world.doctor, HOUR, reason="test_entry")
    assert figures(world.coordinator).whole.cases == 0
    assert figures(world.coordinator).groups == []


def test_an_administrator_has_nothing_to_count(world: World) -> None:
    with pytest.raises(InputError):
        filter_of(world.administrator)


def test_one_cannot_ask_about_the_cases_of_another_hospital_or_ward(world: World) -> None:
    for user, name, place in (
        (world.doctor, "hospital", world.other_hospital),
        (world.specialist, "ward", world.second_ward),
    ):
        with pytest.raises(InputError) as refused:
            filter_of(user, **{name: str(place.pk)})
        assert [(field, code) for field, code, _message in refused.value.rows] == [(name, "not_found")]


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        ({"since": "May"}, "since"),
        ({"until": "2026-13"}, "until"),
        ({"since": "2026-06", "until": "2026-05"}, "since"),
        ({"by": "doctor"}, "by"),
        ({"ward": "x"}, "ward"),
    ],
)
def test_a_question_that_cannot_be_read_is_refused_by_name(
    world: World, raw: dict[str, str], field: str
) -> None:
    with pytest.raises(InputError) as refused:
        parse_filter(world.coordinator, raw, now=NOW)
    assert refused.value.rows[0][0] == field


def test_without_a_period_the_last_twelve_months_are_meant(world: World) -> None:
    values = parse_filter(world.coordinator, {}, now=datetime(2026, 2, 14, tzinfo=UTC))
    assert (values.since, values.until) == (date(2025, 3, 1), date(2026, 2, 1))


def counted(*counts: int) -> list[Group]:
    """Groups of so many cases, all admitted, of which one in five was late."""
    return [
        Group(key, cases, {"admission": Spread(cases, 1.0)}, {"admit": share(cases - cases // 5, cases)}, 0)
        for key, cases in enumerate(counts)
    ]


def as_researcher(groups: list[Group]) -> Report:
    whole = counted(sum(group.cases or 0 for group in groups))[0]
    return hide_small(Report(By.MONTH, whole, groups, {}, {}, {}))


def test_no_count_that_a_researcher_sees_is_exact(world: World) -> None:
    result = as_researcher(counted(50, 51, 52, 53))
    assert [group.cases for group in result.groups] == [50, 50, 50, 55]
    for group in (result.whole, *result.groups):
        said = group.in_time["admit"]
        assert said is not None
        assert (said.hits % 5, said.total % 5, (group.cases or 0) % 5) == (0, 0, 0)


@pytest.mark.parametrize("hidden", [1, 2, 3, 4])
def test_the_total_of_two_periods_less_one_of_them_tells_no_small_number(hidden: int) -> None:
    differences = set()
    for expected in range(100, 105):
        both, alone = as_researcher(counted(expected + hidden)), as_researcher(counted(expected))
        assert both.whole.cases is not None
        assert alone.whole.cases is not None
        differences.add(both.whole.cases - alone.whole.cases)
    assert differences == {0, 5}


def test_hidden_groups_are_no_small_number_together() -> None:
    result = as_researcher(counted(1, 1, 30, 60))
    assert [group.cases for group in result.groups] == [None, None, None, 60]


def test_an_admission_after_a_late_flag_is_counted_apart(world: World) -> None:
    visit = NOW - 40 * HOUR
    case = world.register(name="晚报", at=visit)
    perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=sampled(ILL, NOW))
    after = figures(world.coordinator, NOW + 25 * HOUR)
    assert (after.whole.late_flags, after.whole.in_time["admit"].total) == (1, 0)
    assert (after.whole.in_time[ADMIT_LATE_FLAG].hits, after.whole.in_time[ADMIT_LATE_FLAG].total) == (0, 1)
    assert after.delays[ADMIT_LATE_FLAG]["none"] == 1
    do(case, Verb.ADMIT, world.specialist, 26 * HOUR, occurred_at=NOW + 20 * HOUR)
    judged = figures(world.coordinator, NOW + 26 * HOUR)
    assert (judged.whole.in_time["admit"].total, judged.whole.in_time[ADMIT_LATE_FLAG].hits) == (0, 1)


def test_a_reason_given_while_the_deadline_is_still_open_is_counted(world: World) -> None:
    case = world.accepted()
    run_cycle(NOW + 49 * HOUR)
    missed = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    before = figures(world.coordinator, NOW + 49 * HOUR).delays["admit"]
    assert {reason: count for reason, count in before.items() if count} == {"none": 1}
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 50 * HOUR, deadline=missed, reason="no_bed")
    after = figures(world.coordinator, NOW + 50 * HOUR).delays["admit"]
    assert {reason: count for reason, count in after.items() if count} == {"no_bed": 1}


def test_watched_cases_have_no_time_to_an_offer(world: World) -> None:
    case = world.register()
    do(case, Verb.ASSESS, world.doctor, HOUR, values=sampled(WELL, NOW + HOUR))
    report = figures(world.coordinator)
    assert report.whole.times["offer"].cases == 0
    assert report.whole.times["indicators"].median == 3600
