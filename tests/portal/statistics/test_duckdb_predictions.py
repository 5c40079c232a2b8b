"""How the models predicted, computed by DuckDB from the Parquet files by the questions of the document."""

import io
import zipfile
from collections.abc import Callable
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest

from portal.pages.statistics.tables_file import tables_file
from referral.statistics.reports.export_predictions import OWN, PREDICTIONS, record_lines
from referral.statistics.reports.journey import CASES, Journey
from referral.statistics.reports.predictions import hide_small
from referral.statistics.reports.privacy import few
from scoring.research.agreement import Estimate, Share
from scoring.research.observed import THRESHOLDS, Observed, observe
from tests.conftest import Keep
from tests.portal.conftest import SignIn
from tests.portal.statistics.test_age_from_risk import followed_up
from tests.portal.statistics.test_duckdb import OF_PREDICTIONS
from tests.portal.statistics.test_predictions import PERIOD
from tests.portal.statistics.test_tables_file import opened
from tests.world import World

WHOLE, CALIBRATION, BENEFIT = OF_PREDICTIONS


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(followed_up)


@pytest.fixture
def world(db: None, kept: Callable[[], Any]) -> World:
    made: World = kept()
    return made


def asked(question: str, folder: Path) -> dict[tuple[str, str], list[list[Any]]]:
    """By model and record, the lines of the answer."""
    answers: dict[tuple[str, str], list[list[Any]]] = {}
    rows = duckdb.sql(question.replace("'parquet/", f"'{folder}/parquet/")).fetchall()
    for model, record, *figures in rows:
        answers.setdefault((model, record), []).append(figures)
    return answers


def three(figure: Estimate | Share | None) -> list[float | None]:
    return [None] * 3 if figure is None else [figure.value, figure.low, figure.high]


def whole_of(seen: Observed) -> list[Any]:
    figures = (*three(seen.observed), *three(seen.ratio), *three(seen.auroc))
    return [seen.patients, seen.events, seen.predicted, *figures]


def groups_of(seen: Observed) -> list[list[Any]]:
    return [
        [each.number, each.predicted, each.observed.hits, each.observed.total, *three(each.observed)]
        for each in seen.groups
    ]


def in_files(seen: Observed, folder: Path) -> None:
    lines = list(record_lines("some-1", OWN, seen.sums))
    made = Journey({CASES: []}, {PREDICTIONS: lines}, k=0, blurred=0, waiting=0)
    zipfile.ZipFile(io.BytesIO(tables_file(made))).extractall(folder)


def drawn(seed: int) -> tuple[Any, Any]:
    """Risks, some of them tied, and who reached the end point: of 30 to 5,000 patients."""
    dice = np.random.default_rng(seed)
    size = [30, 41, 200, 1200, 5000][seed % 5]
    risk = dice.beta(1.2, 3, size)
    if seed % 2:
        risk = np.round(risk, seed % 3 + 1)
    return risk, dice.random(size) < np.clip(risk * dice.uniform(0.5, 1.6) + 0.1, 0, 1)


@pytest.mark.parametrize("seed", range(10))
def test_duckdb_gets_the_predictions_of_any_cohort_by_the_questions_of_the_document(
    seed: int, tmp_path: Path
) -> None:
    exact = observe(*drawn(seed))
    seen = hide_small(exact)
    in_files(seen, tmp_path)
    key = ("some-1", OWN)
    whole = asked(WHOLE, tmp_path)[key][0]
    assert whole == pytest.approx(whole_of(seen), abs=1e-9)
    assert asked(CALIBRATION, tmp_path).get(key, []) == [
        pytest.approx(each, abs=1e-9) for each in groups_of(seen)
    ]
    benefits = asked(BENEFIT, tmp_path).get(key, [])
    assert benefits == [pytest.approx(list(each), abs=1e-12) for each in seen.net_benefit]
    assert whole[2] == pytest.approx(exact.predicted, abs=0.000501)
    assert [*whole[3:6], *whole[9:]] == pytest.approx([*three(exact.observed), *three(exact.auroc)])
    by_threshold = {at: [at, *both] for at, *both in exact.net_benefit}
    assert benefits == [pytest.approx(by_threshold[each[0]], abs=1e-12) for each in benefits]


@pytest.mark.parametrize("risk", [np.full(40, 0.2), np.where(np.arange(40) < 10, 0.8, 0.1)])
def test_duckdb_gives_no_interval_where_the_page_has_none(risk: Any, tmp_path: Path) -> None:
    seen = hide_small(observe(risk, np.arange(40) < 10))
    in_files(seen, tmp_path)
    assert asked(WHOLE, tmp_path)["some-1", OWN][0][-2:] == [None, None]


@pytest.mark.parametrize("seed", range(10))
def test_no_part_of_the_predictions_tells_a_few(seed: int, tmp_path: Path) -> None:
    seen = hide_small(observe(*drawn(seed)))
    cuts = [(seen.patients, seen.events), *((each.patients, each.events) for each in seen.sums.above), (0, 0)]
    parts = [(more - less, reached - fewer) for (more, reached), (less, fewer) in pairwise(cuts)]
    parts += [(group.observed.total, group.observed.hits) for group in seen.groups]
    assert not any(few(reached) or few(patients - reached) for patients, reached in parts)
    assert all(group.low is None and group.high is None for group in seen.groups)
    if seen.patients >= 1200:
        assert len(seen.sums.above) > len(THRESHOLDS) / 2


def test_duckdb_gets_what_the_page_of_predictions_shows_a_researcher(
    world: World, as_user: SignIn, tmp_path: Path
) -> None:
    opened(world, as_user).extractall(tmp_path)
    client = as_user(world.researcher)
    page = client.get(f"/statistics/models/{PERIOD}").content.decode()
    answer = client.get(f"/api/v1/statistics/predictions{PERIOD}").json()
    (shadow,) = answer["shadows"]
    records = {
        (answer["model"], "own"): answer["observed"],
        (shadow["model"], "shadow"): shadow["shadow"],
        (shadow["model"], "in_force_beside"): shadow["active"],
    }
    whole, groups, benefits = (asked(each, tmp_path) for each in (WHOLE, CALIBRATION, BENEFIT))
    assert set(whole) == set(records)
    for key, record in records.items():
        (figures,) = whole[key]
        expected = [[record[of][part] for part in ("value", "low", "high")] for of in FIGURES]
        assert figures[:3] == [48, 16, pytest.approx(record["predicted"], abs=1e-12)]
        assert figures[3:] == pytest.approx([*chain(*expected)], abs=1e-9)
        for low, middle, high in ((4, 3, 5), (7, 6, 8), (10, 9, 11)):
            scale, digits = (100, 1) if middle == 3 else (1, 2)
            texts = [f"{scale * figures[place]:.{digits}f}" for place in (middle, low, high)]
            assert "{} ({}–{})".format(*texts) in page
        assert [each[:2] for each in groups[key]] == [
            [each["number"], each["predicted"]] for each in record["groups"]
        ]
        assert [*chain(*benefits[key])] == pytest.approx([*chain(*record["net_benefit"])], abs=1e-12)
    assert len(groups[answer["model"], "own"]) == 2 and benefits[answer["model"], "own"]


FIGURES = ("observed", "ratio", "auroc")
