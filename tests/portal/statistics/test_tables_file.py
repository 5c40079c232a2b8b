"""The tables of the whole journey: nobody to be found in them, dictionaries complete."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from referral.models import Case
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.anonymity import ANY, K
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.journey import CASES, OF_MANY, TABLES, Journey, columns_of, journey, span_of
from referral.statistics.reports.journey_columns import REDCAP_HEADER, journey_dictionary
from tests.conftest import Keep
from tests.portal.conftest import SignIn
from tests.referral.in_ward import DAY
from tests.referral.statistics.test_case_facts import do
from tests.world import HOUR, NOW, World, build

YEAR = {"since": "2026-01", "until": "2026-12"}
LATER = NOW + 60 * DAY


def taken(world: World) -> Journey:
    report_filter = parse_filter(world.researcher, YEAR, now=NOW)
    return journey(world.researcher, report_filter, now=LATER)


def stayed(world: World, number: int, **changes: Any) -> Case:
    case = world.admitted(NOW, name=f"众{number}", local_number=f"C{number}", **changes)
    table = {"bilirubin": 310 + number, "bilirubin_unit": "umol/L", "inr": 1.8, "complications": 0}
    do(case, Verb.ASSESS_ORGAN_FAILURE, world.specialist, 2 * HOUR, **table)
    do(case, Verb.RECORD_PRECIPITANT, world.specialist, 3 * HOUR, precipitant="HBV_FLARE")
    panel = {"sampled_at": NOW + 2 * HOUR, "albumin_g_l": 28, "hbsag": "positive"}
    do(case, Verb.RECORD_PANEL, world.specialist, 3 * HOUR, **panel)
    return case


def eight_alike() -> tuple[World, list[Case]]:
    world = build()
    return world, [stayed(world, number, birth_date=date(1980, 1, 2)) for number in range(8)]


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(eight_alike)


@pytest.fixture
def both(db: None, kept: Callable[[], Any]) -> Any:
    return kept()


@pytest.fixture
def world(both: tuple[World, list[Case]]) -> World:
    return both[0]


@pytest.fixture
def crowd(both: tuple[World, list[Case]]) -> list[Case]:
    return both[1]


def opened(world: World, as_user: SignIn) -> zipfile.ZipFile:
    answer = as_user(world.researcher).post("/statistics/research/", {**YEAR, "tables": "1"})
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(answer.content))


def lines_of(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


def test_when_artificial_liver_began_finds_nobody_among_those_who_look_alike(
    world: World, crowd: list[Case]
) -> None:
    session = {"mode": "dpmas", "started_at": NOW + 4 * HOUR, "ended_at": NOW + 6 * HOUR}
    do(crowd[0], Verb.RECORD_ARTIFICIAL_LIVER, world.specialist, 7 * HOUR, **session)
    lines = taken(world).tables[CASES]
    assert {line["artificial_liver_begun"] for line in lines} == {ANY}
    assert "dpmas" not in {line["artificial_liver_first"] for line in lines}


def test_tables_join_by_the_case_and_hold_what_was_recorded(world: World, crowd: list[Case]) -> None:
    made = taken(world)
    codes = {line["case"] for line in made.tables[CASES]}
    assert all(line["case"] in codes for lines in made.tables.values() for line in lines)
    assert Counter(line["precipitant"] for line in made.tables["precipitants"]) == {"HBV_FLARE": 8}
    albumin = [line for line in made.tables["panel_values"] if line["value_of"] == "albumin_g_l"]
    assert [line["number"] for line in albumin] == [28.0] * 8
    assert {line["text"] for line in made.tables["panel_values"] if line["value_of"] == "hbsag"} == {
        "positive"
    }
    assert {line["days"] for line in albumin} <= {"0-1", ANY}


def test_somebody_who_knows_when_things_were_done_finds_nobody_alone(world: World, crowd: list[Case]) -> None:
    """The attack over the joined tables: one patient alone had a session late and a table on a late day."""
    odd = crowd[0]
    starts = NOW + 12 * DAY
    session = {"mode": "pert", "started_at": starts, "ended_at": starts + HOUR}
    do(odd, Verb.RECORD_ARTIFICIAL_LIVER, world.specialist, 12 * DAY + 2 * HOUR, **session)
    made = taken(world)
    by_case: dict[str, set[tuple[str, str]]] = {line["case"]: set() for line in made.tables[CASES]}
    for name in TABLES:
        for line in made.tables[name]:
            by_case[line["case"]].add((name, line["days"]))
    for clue in (("sessions", "8-28"), ("organ_tables", "0-1"), ("panel_values", "0-1")):
        could_be = [
            case
            for case, spans in by_case.items()
            if clue in spans
            or any(name == clue[0] and days == ANY for name, days in spans)
            or not any(name == clue[0] for name, _days in spans)
        ]
        assert len(could_be) >= K, clue
    assert made.k >= K
    assert made.blurred > 0


def test_a_rare_patient_among_many_is_found_by_nothing(world: World, crowd: list[Case]) -> None:
    stayed(world, 99, birth_date=date(1938, 5, 6), chronic_liver_disease="wilson")
    made = taken(world)
    assert made.k >= K
    for line in made.tables[CASES]:
        assert int(line["rows_alike"]) >= K


def test_nothing_in_the_file_is_a_date_a_name_or_a_number(
    world: World, crowd: list[Case], as_user: SignIn
) -> None:
    archive = opened(world, as_user)
    for name in archive.namelist():
        if name.endswith(".csv"):
            text = archive.read(name).decode("utf-8-sig")
            for secret in (
                "2026-",
                "众",
                crowd[0].number,
                str(crowd[0].pk),
                world.ward.name,
                "policy_version",
            ):
                assert secret not in text, (name, secret)


def test_every_column_is_in_the_dictionary_in_both_languages(
    world: World, crowd: list[Case], as_user: SignIn
) -> None:
    rows = list(journey_dictionary())
    assert {(row[0], row[1]) for row in rows} == {
        (table, column) for table in (CASES, *TABLES, *OF_MANY) for column in columns_of(table)
    }
    assert all(english and chinese for *_rest, english, chinese in rows)
    assert any("首诊" in row[4] for row in rows)
    archive = opened(world, as_user)
    redcap = lines_of(archive, "redcap.csv")
    assert list(redcap[0]) == list(REDCAP_HEADER)
    names = [line["Variable / Field Name"] for line in redcap]
    assert len(names) == len(set(names))
    assert all(name.replace("_", "").isalnum() and name[0].isalpha() for name in names)


def test_the_file_says_how_many_look_alike_and_how_much_is_left_out(
    world: World, crowd: list[Case], as_user: SignIn
) -> None:
    about = {line["what"]: line["figure"] for line in lines_of(opened(world, as_user), "about.csv")}
    assert about["cases"] == "8"
    k = next(int(figure) for what, figure in about.items() if what.startswith("k:"))
    assert k >= K


def test_who_may_not_export_takes_no_tables(world: World, crowd: list[Case], as_user: SignIn) -> None:
    report_filter = parse_filter(world.coordinator, YEAR, now=NOW)
    with pytest.raises(AccessError):
        journey(world.coordinator, report_filter, now=LATER)
    answer = as_user(world.coordinator).post("/statistics/research/", {**YEAR, "tables": "1"})
    assert answer.status_code == 403


def test_spans_are_those_of_the_dictionary() -> None:
    assert [span_of(days * DAY) for days in (0, 1.9, 2, 7, 8, 28, 29, 400)] == [
        "0-1", "0-1", "2-7", "2-7", "8-28", "8-28", "29+", "29+"
    ]  # fmt: skip
