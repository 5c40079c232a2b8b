"""The attack of who computes: a risk, with the other indicators of the export beside it, tells an age."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import numpy as np
import pytest

from referral.models import CaseFacts
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.anonymity import ANY
from scoring import BANDS, DEFAULT_MODEL, band_of
from tests.conftest import Keep
from tests.portal.conftest import SignIn
from tests.portal.statistics.test_predictions import PERIOD, after_follow_up
from tests.portal.statistics.test_tables_file import lines_of, opened
from tests.referral.in_ward import DAY
from tests.referral.statistics.test_case_facts import do
from tests.scoring.test_governance import install, shadow, variant
from tests.world import HOUR, ILL, NOW, World, build, sampled

ANYBODY = np.arange(18, 91)
AS_EXACT_AS_STORED = 1e-6
"""The statistics keep risks in four bytes."""


def followed_up() -> World:
    """Forty-eight of different ages and values, one in three of whom died."""
    world = build()
    shadow(str(install(variant())))
    for number in range(48):
        case = world.register(name=f"众{number}", birth_date=date(1994 - number, 1, 2))
        values = {**ILL, "bilirubin": 90 + 7 * (number * 11 % 48), "inr": 1.2 + number % 5 / 10}
        values |= {"encephalopathy_grade": number % 3, "sodium_mmol_l": 128 + number % 9}
        del values["age_years"]
        do(case, Verb.ASSESS, world.doctor, HOUR, values=sampled(values, NOW + HOUR))
        is_dead = number % 3 == 0
        CaseFacts.objects.filter(case=case).update(
            outcome_90="dead" if is_dead else "alive", died_at=NOW + 40 * DAY if is_dead else None
        )
    after_follow_up()
    return world


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Any]:
    return keep(followed_up)


@pytest.fixture
def world(db: None, kept: Callable[[], Any]) -> World:
    made: World = kept()
    return made


def numbers_in(text: str) -> Iterator[float]:
    yield from map(float, re.findall(r"(?<![\w.-])\d+\.\d+(?:e-?\d+)?", text))


def risks_of(lines: list[dict[str, str]]) -> Any:
    """By line of the export and age, the risk that its indicators would have."""
    values: dict[str, Any] = {
        name: np.array([[float(line[name].replace(ANY, "nan"))] for line in lines])
        for name in ("encephalopathy_grade", "bilirubin_umol_l", "inr", "urea_mmol_l", "sodium_mmol_l")
    }
    values |= {
        name: np.array([[line[name] == "true"] for line in lines])
        for name in ("cirrhosis", "variceal_bleeding")
    }
    return DEFAULT_MODEL.risk(DEFAULT_MODEL.linear_predictor({**values, "age_years": ANYBODY}))


def ages_told(text: str, risks: Any) -> list[int]:
    """The ages of the cases whose risk is among the numbers of `text`, as a fraction or in per cent."""
    numbers = np.array([number / scale for number in numbers_in(text) for scale in (1, 100)])
    matches = (np.abs(risks[:, :, None] - numbers) < AS_EXACT_AS_STORED).any(axis=2)
    return [int(ANYBODY[place]) for place in np.nonzero(matches)[1]]


SEEN = (
    f"/statistics/models/file.csv{PERIOD}",
    f"/api/v1/statistics/predictions{PERIOD}",
    f"/statistics/stays/file.csv{PERIOD}",
    f"/statistics/research/kit.csv{PERIOD}",
    f"/statistics/file.csv{PERIOD}",
    "/api/v1/models",
)


def seen(client: Any, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return str(content.decode())


def test_no_figure_that_a_researcher_sees_is_the_risk_of_one_patient(world: World, as_user: SignIn) -> None:
    archive = opened(world, as_user)
    lines = lines_of(archive, "csv/cases.csv")
    risks = risks_of(lines)
    assert len(lines) == 48
    client = as_user(world.researcher)
    for path in SEEN:
        assert ages_told(seen(client, path), risks) == [], path
    assert ages_told(archive.read("csv/predictions.csv").decode(), risks) == []
    whole = seen(as_user(world.coordinator), SEEN[0])
    assert ages_told(whole, risks), "the attack works on who may know"


NUMBERS = ("encephalopathy_grade", "bilirubin_umol_l", "inr", "urea_mmol_l", "sodium_mmol_l")
YES_OR_NO = ("cirrhosis", "variceal_bleeding")


def ages_possible(line: dict[str, str], band: str, ages: range) -> set[int]:
    """At which ages the indicators, whatever those that are left out were, have a risk in the band."""
    values: dict[str, Any] = {name: line[name] == "true" for name in YES_OR_NO}
    for name in NUMBERS:
        is_left_out = line[name] == ANY
        values[name] = np.linspace(*DEFAULT_MODEL.validity[name], 400) if is_left_out else float(line[name])
    possible = set()
    for age in ages:
        risks = DEFAULT_MODEL.risk(DEFAULT_MODEL.linear_predictor({**values, "age_years": age}))
        if band in {band_of(float(risk)) for risk in np.ravel(risks)}:
            possible.add(age)
    return possible


def span_of(line: dict[str, str]) -> range:
    first, _dots, last = line["age_years"].partition("..")
    return range(int(first), int(last or first) + 1)


def test_the_band_with_the_indicators_tells_no_age_more_exactly(world: World, as_user: SignIn) -> None:
    archive = opened(world, as_user)
    lines = lines_of(archive, "csv/cases.csv")
    assert len({line["band"] for line in lines}) > 1
    for line in lines:
        assert ages_possible(line, line["band"], span_of(line)) == {*span_of(line)}, line
        is_flagged = "flagged" in line["reached"].split()
        assert is_flagged == (line["band"] in [*BANDS][2:])
    left_out = {name: sum(line[name] == ANY for line in lines) for name in NUMBERS}
    assert 0 < sum(left_out.values()) < len(lines)


def test_the_table_of_values_leaves_out_what_the_table_of_cases_does(world: World, as_user: SignIn) -> None:
    archive = opened(world, as_user)
    cases = {line["case"]: line for line in lines_of(archive, "csv/cases.csv")}
    values = lines_of(archive, "csv/assessment_values.csv")
    assert len(values) == 7 * len(cases)
    for line in values:
        given = cases[line["case"]][line["value_of"]]
        if line["value_of"] in NUMBERS:
            assert (line["text"] == ANY) == (given == ANY)
            assert line["number"] == "" if given == ANY else float(line["number"]) == float(given)
