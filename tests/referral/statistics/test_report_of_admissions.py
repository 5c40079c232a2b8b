"""The figures of seven admissions, recomputed by hand from their timelines."""

import csv
import io
import statistics
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from accounts.models import Membership, Network, Role, User
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from referral.statistics.columns.column_reader import read
from referral.statistics.columns.layout import KEPT
from referral.statistics.reports.filters import cases
from referral.statistics.reports.measures import FUNNEL, By
from referral.statistics.reports.privacy import hide_small, pseudonym
from referral.statistics.reports.table import CSV_HEADER, table
from tests.conftest import Keep
from tests.referral.statistics.test_case_facts import do
from tests.referral.statistics.test_report import figures, filter_of, happened
from tests.world import HOUR, ILL, MINUTE, NOW, World, build, sampled


def seven_admitted() -> tuple[World, list[Case]]:
    """Seven cases of the first hospital, admitted 10 to 70 hours after the first visit, one of April."""
    world, cases = build(), []
    for number in range(1, 8):
        visit = NOW - 30 * timedelta(days=1) if number == 7 else NOW
        case = world.register(name=f"测试{number}", now=visit)
        perform(
            case,
            Verb.ASSESS,
            actor=world.doctor,
            now=visit + number * 10 * MINUTE,
            values=sampled(ILL, visit + number * 10 * MINUTE),
        )
        perform(case, Verb.ACCEPT, actor=world.specialist, now=visit + 2 * HOUR, bed="1")
        perform(case, Verb.ADMIT, actor=world.specialist, now=visit + number * 10 * HOUR)
        cases.append(case)
    return world, cases


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(seven_admitted)


@pytest.fixture
def both(db: None, kept: Callable[[], Any]) -> Any:
    return kept()


@pytest.fixture
def world(both: tuple[World, list[Case]]) -> World:
    return both[0]


@pytest.fixture
def admitted(both: tuple[World, list[Case]]) -> list[Case]:
    return both[1]


def test_medians_and_centiles_are_those_of_the_timelines(world: World, admitted: list[Case]) -> None:
    took = [(happened(case, "admit") - happened(case, "register")).total_seconds() for case in admitted]
    times = figures(world.coordinator).whole.times["admission"]
    assert times is not None
    assert (times.cases, times.median) == (7, statistics.median(took))
    assert times.p90 == pytest.approx(statistics.quantiles(took, n=10, method="inclusive")[-1])
    assert (times.low, times.high) == (10 * 3600, 70 * 3600)


def test_the_share_in_time_is_that_of_the_timelines(world: World, admitted: list[Case]) -> None:
    in_time = sum(happened(case, "admit") - happened(case, "register") <= 48 * HOUR for case in admitted)
    share = figures(world.coordinator).whole.in_time["admit"]
    assert share is not None
    assert (share.hits, share.total) == (in_time, 7) == (4, 7)


def test_groups_by_month_hospital_and_ward_add_up_to_the_whole(world: World, admitted: list[Case]) -> None:
    world.register(name="测试他", actor=world.other_doctor, hospital=world.other_hospital)
    for by in By:
        report = figures(world.coordinator, by=str(by))
        assert sum(group.cases or 0 for group in report.groups) == report.whole.cases == 8
    by_month = figures(world.coordinator, by="month")
    assert [group.key for group in by_month.groups] == [date(2026, 4, 1), date(2026, 5, 1)]
    by_ward = figures(world.coordinator, by="ward")
    assert [group.key for group in by_ward.groups] == [world.ward.pk, None]


def test_the_funnel_counts_how_far_cases_came(world: World, admitted: list[Case]) -> None:
    world.register(name="测试停")
    funnel = figures(world.coordinator).funnel
    assert list(funnel) == [name for name, _label in FUNNEL]
    assert (funnel["first_visit_at"], funnel["indicators_at"], funnel["admitted_at"]) == (8, 7, 7)
    assert funnel["diagnosed_at"] == 0


def test_reasons_for_delay_are_counted_by_deadline(world: World, admitted: list[Case]) -> None:
    for case, reason in zip(admitted[-2:], ("no_bed", "transport"), strict=True):
        missed = Deadline.objects.get(case=case, kind=Kind.ADMIT)
        do(case, Verb.EXPLAIN_DELAY, world.doctor, 80 * HOUR, deadline=missed, reason=reason)
    delays = figures(world.coordinator).delays["admit"]
    assert {reason: count for reason, count in delays.items() if count} == {
        "none": 1,
        "no_bed": 1,
        "transport": 1,
    }


def test_a_period_without_cases_has_empty_figures(world: World, admitted: list[Case]) -> None:
    report = figures(world.coordinator, since="2025-01", until="2025-12")
    assert (report.whole.cases, report.groups) == (0, [])
    assert report.whole.times["admission"].median is None
    assert report.whole.in_time["admit"].value is None


def test_packed_rows_say_the_same_as_their_columns(world: World, admitted: list[Case]) -> None:
    asked = filter_of(world.coordinator)
    asked_about = cases(world.coordinator, asked)
    columns, rows = read(asked_about, list(KEPT)), asked_about.rows
    assert len(columns) == rows.count() == 7
    expected = sorted((row.admitted_at - row.first_visit_at).total_seconds() for row in rows)
    assert sorted(columns.seconds("admitted_at")[0].tolist()) == expected
    assert sorted(columns.numbers["risk_90d"].tolist()) == pytest.approx(sorted(row.risk_90d for row in rows))


def test_everybody_counts_what_they_see_and_nothing_else(world: World, admitted: list[Case]) -> None:
    world.register(name="测试他", actor=world.other_doctor, hospital=world.other_hospital)
    counted = {
        user.name: figures(user).whole.cases
        for user in (
            world.doctor,
            world.other_doctor,
            world.specialist,
            world.lead,
            world.second_specialist,
            world.coordinator,
            world.researcher,
        )
    }
    assert counted == {
        "doctor": 7,
        "doctor2": 1,
        "specialist": 7,
        "lead": 7,
        "specialist2": 0,
        "coordinator": 8,
        "researcher": 10,
    }


def test_the_coordinator_of_another_network_counts_nothing_and_cannot_ask_about_this_one(
    world: World, admitted: list[Case]
) -> None:
    elsewhere = Network.objects.create(name_zh="别的网络")
    stranger = User.objects.create_user("elsewhere@hospital.test", name="别处")
    Membership.objects.create(user=stranger, role=Role.COORDINATOR, network=elsewhere)
    assert figures(stranger).whole.cases == 0
    for name, place in (("network", world.network), ("hospital", world.hospital), ("ward", world.ward)):
        with pytest.raises(ObjectDoesNotExist):
            filter_of(stranger, **{name: str(place.pk)})


def test_researchers_do_not_see_small_numbers_nor_names(world: World, admitted: list[Case]) -> None:
    report = figures(world.researcher, by="hospital")
    words = table(report, filter_of(world.researcher, by="hospital"))
    assert report.whole.cases == 5
    assert report.whole.in_time["admit"] is None
    assert [name for name, _rows in words.groups] == [pseudonym("H", world.hospital.pk)]
    assert world.hospital.name not in str(words)
    assert next(row for row in words.whole if row.code == "admit" and row.part == "in_time").cases == "hidden"
    assert figures(world.coordinator).whole.in_time["admit"] is not None


def test_where_one_group_is_hidden_the_next_smallest_is_too(world: World, admitted: list[Case]) -> None:
    for number in range(6):
        world.register(name=f"另{number}", now=NOW + timedelta(days=40))
    shown = hide_small(figures(world.coordinator))
    by_month = {str(group.key)[:7]: group.cases for group in shown.groups}
    assert by_month == {"2026-04": None, "2026-05": None, "2026-06": 5}


def test_a_researcher_chooses_no_hospital_or_ward_so_that_a_code_is_not_told_by_its_place(
    world: World, admitted: list[Case]
) -> None:
    for name, place in (("hospital", world.hospital), ("ward", world.ward)):
        with pytest.raises(InputError) as refused:
            filter_of(world.researcher, **{name: str(place.pk)})
        assert refused.value.rows[0][:2] == (name, "not_found")


def test_a_researcher_who_also_coordinates_sees_everything(world: World, admitted: list[Case]) -> None:
    Membership.objects.create(user=world.coordinator, role=Role.RESEARCHER, network=world.network)
    again = User.objects.get(pk=world.coordinator.pk)
    assert figures(again).whole.in_time["admit"] is not None


def test_the_rows_of_the_table_are_the_figures_of_the_report(world: World, admitted: list[Case]) -> None:
    report = figures(world.coordinator)
    words = table(report, filter_of(world.coordinator))
    admission = next(row for row in words.whole if (row.part, row.code) == ("time", "admission"))
    assert (admission.cases, admission.value, admission.unit) == ("7", "40.0", "h")
    assert (admission.low, admission.high, admission.p90) == ("10.0", "70.0", "64.0")
    in_time = next(row for row in words.whole if (row.part, row.code) == ("in_time", "admit"))
    assert (in_time.cases, in_time.hits, in_time.value) == ("7", "4", "57.1")
    assert as_csv(words.rows())[0] == list(CSV_HEADER)


def as_csv(rows: Iterable) -> list[list[str]]:
    file = io.StringIO()
    csv.writer(file).writerows([CSV_HEADER, *(row.as_csv() for row in rows)])
    return list(csv.reader(io.StringIO(file.getvalue())))
