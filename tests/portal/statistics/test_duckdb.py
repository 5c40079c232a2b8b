"""The figures of the pages of statistics, computed by DuckDB from the Parquet files of the export."""

import io
import random
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from config.embedded import ROOT
from portal.pages.statistics.tables_file import tables_file
from referral.models import CaseFacts
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.follow_up import FOLLOW_UP, follow_up
from referral.statistics.reports.journey import CASES, Journey
from referral.statistics.reports.kit import cells, kit_record
from referral.statistics.reports.selectors import statistics
from referral.statistics.reports.stay_outcomes import (
    DEATH,
    DIVISIONS,
    HORIZONS,
    TRANSPLANT,
    Group,
    Stay,
    divided,
    group_of,
    stay_outcomes,
)
from scoring.research.competing import CENSORED
from tests.portal.conftest import SignIn
from tests.portal.statistics.test_tables_file import LATER, YEAR, opened, stayed
from tests.referral.in_ward import DAY
from tests.referral.statistics.test_case_facts import do
from tests.referral.statistics.test_kit import failed, outcome, rows_of, with_result
from tests.world import HOUR, NOW, World


def test_duckdb_gets_the_figures_of_the_pages_from_the_parquet_files(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    crowd = [stayed(world, number, birth_date=date(1980, 1, 2)) for number in range(8)]
    for case in crowd[:3]:
        do(case, Verb.DIAGNOSE, world.specialist, 20 * HOUR, category="aclf")
    opened(world, as_user).extractall(tmp_path)
    cases = f"read_parquet('{tmp_path}/parquet/cases.parquet')"
    page = statistics(
        world.coordinator, parse_filter(world.coordinator, YEAR, now=LATER), now=NOW + 21 * HOUR
    )

    def asked(question: str) -> Any:
        return duckdb.sql(question.replace("cases", cases)).fetchall()

    assert asked("select count(*) from cases") == [(page.whole.cases,)]
    for kind in ("assess", "acknowledge", "decide", "admit", "diagnose"):
        share = page.whole.in_time[kind]
        assert share is not None
        counted = asked(
            f"select count(*) filter ({kind}_in_time = 'in time'), "
            f"count(*) filter ({kind}_in_time <> '') from cases"
        )
        assert counted == [(share.hits, share.total)], kind
    assert page.funnel["diagnosed_at"] == 3
    assert page.funnel["first_visit_at"] == len(crowd)
    for moment, count in page.funnel.items():
        if moment == "first_visit_at":
            continue
        named = moment.removesuffix("_at")
        reached = f"list_contains(string_split(reached, ' '), '{named}')"
        assert asked(f"select count(*) from cases where {reached}") == [(count,)], moment
    offers = asked("select sum(offers::int), sum(declines::int), sum(expiries::int) from cases")
    assert offers == [(8, 0, 0)]


def test_duckdb_gets_the_times_of_the_page_of_statistics_once_the_cases_are_closed(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    for number in range(9):
        case = stayed(world, number, birth_date=date(1980, 1, 2))
        do(case, Verb.DIAGNOSE, world.specialist, (20 + number**2) * HOUR, category="aclf")
        do(case, Verb.RECORD_DEATH, world.specialist, 10 * DAY)
    opened(world, as_user).extractall(tmp_path)
    report_filter = parse_filter(world.coordinator, YEAR, now=LATER)
    times = statistics(world.coordinator, report_filter, now=LATER).whole.times
    asked = duckdb.sql(TIMES.replace("'parquet/", f"'{tmp_path}/parquet/")).fetchall()
    shown = {name: spread for name, spread in times.items() if spread and spread.cases}
    assert {name for name, *_figures in asked} == set(shown) >= {"admission", "diagnosis"}
    for name, *figures in asked:
        spread = shown[name]
        assert figures == [spread.cases, spread.median, spread.low, spread.high, spread.p90], name


def treated_and_not(world: World) -> None:
    """Six of one age with a session on the first day, two of whom die; five older ones without, one with a
    transplant."""
    for number in range(11):
        is_treated = number < 6
        born = date(1980, 1, 2) if is_treated else date(1950, 1, 2)
        case = stayed(world, number, birth_date=born)
        if is_treated:
            session = {"mode": "dpmas", "started_at": NOW + 4 * HOUR, "ended_at": NOW + 6 * HOUR}
            do(case, Verb.RECORD_ARTIFICIAL_LIVER, world.specialist, 7 * HOUR, **session)
        if number < 2:
            do(case, Verb.RECORD_DEATH, world.specialist, (number + 2) * DAY)
        if number == 9:
            do(case, Verb.DECIDE_TRANSPLANT, world.specialist, 3 * DAY, decision="transplanted")


def test_duckdb_gets_the_counts_of_the_page_of_outcomes_from_the_parquet_files(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    treated_and_not(world)
    opened(world, as_user).extractall(tmp_path)
    cases = f"read_parquet('{tmp_path}/parquet/cases.parquet')"
    page = stay_outcomes(CaseFacts.objects.counted(), hides_small=False)

    def counted(key: str) -> set[tuple[Any, ...]]:
        return set(
            duckdb.sql(
                f"select {key}, count(*), count(*) filter (stay_end = 'death'), "
                f"count(*) filter (stay_end = 'transplant') from {cases} "
                "where list_contains(string_split(reached, ' '), 'admitted') group by 1"
            ).fetchall()
        )

    for key, groups in (
        ("'all'", [page.whole]),
        ("leading_definition || ':' || replace(first_grade, 'at least ', '')", page.by_grade),
        ("artificial_liver_first", page.by_mode),
        ("artificial_liver_begun", page.by_begun),
    ):
        shown = {(group.code, group.patients, group.deaths, group.transplants) for group in groups}
        assert counted(key) == shown, key
    assert {group.code for group in page.by_begun} == {"none", "first_day"}


DOCUMENT = (ROOT / "docs" / "research-export.md").read_text()
TIMES, INCIDENCES, *OF_PREDICTIONS = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)


def incidences(folder: Path, *, of: str, day: int) -> dict[tuple[str, str], tuple[Any, ...]]:
    """By division and group, what the question of the document gives for `of` by `day`."""
    question = INCIDENCES.replace("'parquet/", f"'{folder}/parquet/")
    question = question.replace("deaths as k", f"{of} as k").replace("by_day = 90", f"by_day = {day}")
    return {(division, code): figures for division, code, *figures in duckdb.sql(question).fetchall()}


def on_page(group: Group, of: str, day: int) -> list[Any]:
    by_day = group.death if of == "deaths" else group.transplant
    figure = by_day[day]
    return [figure.value, figure.low, figure.high] if figure else [None] * 3


def in_files(stays: list[Stay], folder: Path) -> None:
    made = Journey({CASES: []}, {FOLLOW_UP: follow_up(stays)}, k=0, blurred=0, waiting=0)
    zipfile.ZipFile(io.BytesIO(tables_file(made))).extractall(folder)


@pytest.mark.parametrize("seed", range(6))
def test_duckdb_gets_the_incidences_of_any_stays_by_the_question_of_the_document(
    seed: int, tmp_path: Path
) -> None:
    dice = random.Random(seed)
    stays = [
        Stay(
            case=uuid4(),
            days=dice.choice([28.0, 90.0, round(dice.expovariate(1 / 60), dice.choice([0, 3]))]),
            event=dice.choice([0, 0, DEATH, DEATH, TRANSPLANT]),
            grade=dice.choice(["china:early", "china:middle", "china:late", ""]),
            mode=dice.choice(["none", "none", "dpmas"]),
            first_session_days=None,
        )
        for _ in range(1200)
    ]
    in_files(stays, tmp_path)
    for of in ("deaths", "transplants"):
        for day in HORIZONS:
            asked = incidences(tmp_path, of=of, day=day)
            assert len(asked) == 1 + 4 + 2 + 1
            for division, code in asked:
                page = group_of(code, divided(stays, DIVISIONS[division])[code])
                assert asked[division, code] == pytest.approx(on_page(page, of, day), abs=1e-12)


def test_a_group_is_not_told_where_few_died_were_followed_or_were_lost(tmp_path: Path) -> None:
    def alike(count: int, days: float, event: int, grade: str) -> list[Stay]:
        return [Stay(uuid4(), days, event, grade, "none", None) for _ in range(count)]

    shown = [*alike(5, 3, DEATH, "china:early"), *alike(9, 95, CENSORED, "china:early")]
    assert groups(shown) == {("grade", "china:early", 28), ("grade", "china:early", 90)}
    assert groups([*shown, *alike(4, 3, DEATH, "china:late"), *alike(9, 95, CENSORED, "china:late")]) == set()
    late = [*alike(5, 3, DEATH, "china:late"), *alike(9, 40, CENSORED, "china:late")]
    one_followed = alike(1, 95, CENSORED, "china:late")
    by_28 = {("grade", "china:early", 28), ("grade", "china:late", 28)}
    assert groups([*shown, *late, *one_followed]) == by_28


def groups(stays: list[Stay]) -> set[tuple[str, str, int]]:
    lines = [line for line in follow_up(stays) if line["division"] == "grade"]
    return {(line["division"], line["group"], line["by_day"]) for line in lines}


def test_duckdb_gets_the_incidences_of_the_page_of_outcomes(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    for number in range(17):
        case = world.admitted(NOW, name=f"众{number}", local_number=f"C{number}", birth_date=date(1980, 1, 2))
        match number % 3:
            case 0:
                do(case, Verb.RECORD_DEATH, world.specialist, (number % 4 + 2) * DAY)
            case 1:
                do(case, Verb.DECIDE_TRANSPLANT, world.specialist, number * DAY, decision="transplanted")
            case 2:
                do(case, Verb.RECORD_TREATMENT, world.specialist, 91 * DAY, item="icu", progress="done")
    opened(world, as_user).extractall(tmp_path)
    page = stay_outcomes(CaseFacts.objects.counted(), hides_small=False)
    assert page.whole.death[28] is not None
    for of in ("deaths", "transplants"):
        for day in HORIZONS:
            whole = incidences(tmp_path, of=of, day=day)["all", "all"]
            assert whole == pytest.approx(on_page(page.whole, of, day), abs=1e-12)
            assert whole[0] > 0.2


def test_duckdb_gets_the_two_by_two_table_of_the_kit(world: World, as_user: SignIn, tmp_path: Path) -> None:
    for number, (answer, day) in enumerate(
        [("positive", 10), ("positive", 0), ("positive", None), ("negative", 12), ("negative", None)]
    ):
        case = with_result(world, f"某{number}", answer)
        if day is not None:
            failed(case, world, day * DAY + 4 * HOUR)
        else:
            outcome(case, world, "no")
    opened(world, as_user).extractall(tmp_path)
    record = kit_record(rows_of(world.coordinator), now=LATER, hides_small=False)
    assert record.whole is not None
    counted = duckdb.sql(
        "select count(*) filter (kit_counted = 'positive' and kit_then = 'failure'), "
        "count(*) filter (kit_counted = 'positive' and kit_then = 'none'), "
        "count(*) filter (kit_counted = 'negative' and kit_then = 'failure'), "
        "count(*) filter (kit_counted = 'negative' and kit_then = 'none'), "
        f"count(*) filter (kit_then = 'failure_within_24_h') from '{tmp_path}/parquet/cases.parquet'"
    ).fetchall()
    assert counted == [(*cells(record.whole), record.too_close)] == [(1, 1, 1, 1, 1)]
