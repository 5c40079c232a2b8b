"""The export attacked by who has two files of it, knows the order of cases, or infers what is left out."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from referral.models import Case
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.anonymity import ANY, K
from referral.statistics.reports.export import KNOWN_BY, Cohort, cohort
from referral.statistics.reports.export_times import TIMES
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.journey import CASES, journey
from tests.referral.in_ward import DAY
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, ILL, NOW, World, sampled

YEAR = {"since": "2026-01", "until": "2026-12"}


def taken(world: World, after: timedelta = timedelta()) -> Cohort:
    report_filter = parse_filter(world.researcher, YEAR, now=NOW)
    return cohort(world.researcher, report_filter, now=NOW + after)


def seen(world: World, number: int, after: timedelta = timedelta(), **person: object) -> Case:
    """Somebody whose bilirubin nobody else has, so that who has two files finds the same case in both."""
    moment = NOW + after
    who = {"name": f"众{number}", "birth_date": date(1990 - number, 1, 2), **person}
    case = world.register(now=moment, **who)
    values = sampled({**ILL, "bilirubin": 200 + number}, moment)
    return do(case, Verb.ASSESS, world.doctor, after + HOUR, values=values)


def by_value(file: Cohort) -> dict[str, tuple[str, ...]]:
    return {line["bilirubin_umol_l"]: tuple(line[name] for name in KNOWN_BY) for line in file.lines}


def test_who_is_new_since_the_last_file_waits_for_four_others(world: World) -> None:
    for number in range(6):
        seen(world, number)
    first = taken(world, DAY)
    for number in range(6, 10):
        seen(world, number, 2 * DAY)
    second = taken(world, 3 * DAY)
    assert (len(second.lines), second.waiting) == (len(first.lines), 4) == (6, 4)
    seen(world, 10, 4 * DAY, chronic_liver_disease="wilson")
    third = taken(world, 5 * DAY)
    new = [line for value, line in by_value(third).items() if value not in by_value(first)]
    assert third.waiting == 0 and len(new) == 5 and len(set(new)) == 1


def test_times_come_into_a_file_five_closed_cases_together(world: World) -> None:
    cases = [seen(world, number) for number in range(11)]

    def count(after: timedelta) -> int:
        report_filter = parse_filter(world.researcher, YEAR, now=NOW)
        lines = journey(world.researcher, report_filter, now=NOW + after).of_many[TIMES]
        return sum(line["measure"] == "indicators" for line in lines)

    for day, (closed, expected) in enumerate([(4, 0), (2, 6), (1, 6), (3, 6), (1, 11)], 1):
        for case in [cases.pop() for _ in range(closed)]:
            do(case, Verb.RECORD_DEATH, world.doctor, day * DAY)
        assert count(day * DAY + HOUR) == expected


def test_two_files_together_tell_no_more_of_a_person_than_one(world: World) -> None:
    cases = [seen(world, number, sex=("male", "female")[number % 2]) for number in range(13)]
    files = [taken(world, DAY)]
    for day, case in enumerate(cases[:6], 2):
        do(case, Verb.RECORD_DEATH, world.doctor, day * DAY, occurred_at=NOW + day * DAY)
        files.append(taken(world, day * DAY + HOUR))
    for number in range(13, 20):
        seen(world, number, 9 * DAY)
    files.append(taken(world, 10 * DAY))
    cells_of: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for file in files:
        for value, cells in by_value(file).items():
            cells_of[value].append(cells)
    alike = Counter(tuple(cells) for cells in cells_of.values())
    assert len(cells_of) == 20 and min(alike.values()) >= K


def test_codes_are_of_one_file_and_the_order_is_theirs(world: World) -> None:
    for number in range(8):
        seen(world, number)
    first, second = taken(world, DAY), taken(world, DAY)
    assert not {line["case"] for line in first.lines} & {line["case"] for line in second.lines}
    assert not {line["patient"] for line in first.lines} & {line["patient"] for line in second.lines}
    for file in (first, second):
        assert [line["case"] for line in file.lines] == sorted(line["case"] for line in file.lines)
    orders = {tuple(line["bilirubin_umol_l"] for line in taken(world, DAY).lines) for _again in range(4)}
    assert len(orders) > 1


def stayed(world: World, number: int, precipitant: str, cause: str) -> Case:
    case = world.admitted(
        NOW, name=f"众{number}", local_number=f"C{number}", chronic_liver_disease=cause,
        birth_date=date(1990 - number, 1, 2),
    )  # fmt: skip
    do(case, Verb.RECORD_PRECIPITANT, world.specialist, 3 * HOUR, precipitant=precipitant)
    panel = {"sampled_at": NOW + 2 * HOUR, "hbsag": "positive", "albumin_g_l": 28}
    return do(case, Verb.RECORD_PANEL, world.specialist, 3 * HOUR, **panel)


@pytest.fixture
def mixed(world: World) -> list[Case]:
    of = [("HBV_FLARE", "hepatitis_b")] * 6 + [("WILSON", "wilson")]
    return [stayed(world, number, *each) for number, each in enumerate(of)]


def test_a_cause_that_is_not_told_is_told_by_nothing_else(world: World, mixed: list[Case]) -> None:
    report_filter = parse_filter(world.researcher, YEAR, now=NOW)
    tables = journey(world.researcher, report_filter, now=NOW + DAY).tables
    assert {line["chronic_liver_disease"] for line in tables[CASES]} == {ANY}
    assert {line["precipitants"] for line in tables[CASES]} == {ANY}
    assert {(line["precipitant"], line["icd10"]) for line in tables["precipitants"]} == {(ANY, ANY)}
    panels = {(line["value_of"], line["text"]) for line in tables["panel_values"]}
    assert ("hbsag", ANY) in panels and ("hbsag", "positive") not in panels


def test_a_code_that_fewer_than_five_have_is_not_told(world: World) -> None:
    for number in range(8):
        case = stayed(world, number, "BACT_INF" if number < 6 else "SURGERY", "hepatitis_b")
        if number < 2:
            do(case, Verb.DECIDE_TRANSPLANT, world.specialist, 4 * HOUR, decision="listed")
    report_filter = parse_filter(world.researcher, YEAR, now=NOW)
    tables = journey(world.researcher, report_filter, now=NOW + DAY).tables
    assert Counter(line["precipitants"] for line in tables[CASES]) == {"BACT_INF": 6, ANY: 2}
    assert Counter(line["icd10"] for line in tables["precipitants"]) == {"A49.9": 6, ANY: 2}
    assert Counter(line["transplant"] for line in tables[CASES]) == {"": 6, ANY: 2}
    assert [line["decision"] for line in tables["transplant"]] == [ANY, ANY]
