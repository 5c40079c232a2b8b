"""Everything the core says has a text for people, and the core does without the framework."""

import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scoring import (
    BANDS,
    DEFAULT_MODEL,
    ORGANS,
    RED_FLAGS,
    aclf_grade,
    evaluate,
    organ_inputs,
    read_inputs,
    texts,
)
from scoring.inputs import ANY_INPUT, TYPED_INPUTS
from tests.scoring.patients import everything, patient


def test_the_core_needs_no_framework_and_no_database() -> None:
    code = (
        "import sys, scoring, scoring.batch, scoring.calibration, scoring.cards, scoring.lines\n"
        "import scoring.score_cards, scoring.definitions.lines\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('django', 'psycopg', 'celery')])"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_code_has_a_text() -> None:
    assert all(texts.band_text(band) for band in BANDS)
    assert all(texts.red_flag_text(flag) for flag in RED_FLAGS)
    assert all(texts.organ_text(organ) for organ in ORGANS)
    assert all(texts.label(name) != name for name in TYPED_INPUTS)
    assert set(texts.WEST_HAVEN) == {0, 1, 2, 3, 4}
    assert DEFAULT_MODEL.status in texts.MODEL_STATUS
    assert set(texts.CHOICES) == {name for name, spec in ANY_INPUT.items() if spec.kind == "choice"}
    for name, answers in texts.CHOICES.items():
        assert tuple(answers) == ANY_INPUT[name].choices
    assert aclf_grade(organ_inputs(read_inputs(everything()))).grade in texts.ACLF_GRADE
    for term in DEFAULT_MODEL.document["terms"]:
        assert term["certainty"] in texts.CERTAINTY


def test_an_issue_reads_the_same_as_in_the_core_when_untranslated() -> None:
    reading = read_inputs(patient(bilirubin=20, sodium_mmol_l=1400))
    for issue in (*reading.issues, *reading.warnings):
        assert texts.issue_text(issue) == issue.message.replace("umol", "µmol")
        assert texts.stored_issue_text(issue.as_dict()) == texts.issue_text(issue)


@pytest.mark.parametrize(
    ("risk", "text"),
    [
        (0.0, "0.0 %"),
        (0.034, "3.4 %"),
        (0.0994, "9.9 %"),
        (0.0996, "10 %"),
        (0.1, "10 %"),
        (0.15, "15 %"),
        (0.9499, "95 %"),
        (0.95, "95 %"),
        (0.951, "above 95 %"),
        (1.0, "above 95 %"),
    ],
)
def test_a_risk_is_never_shown_beyond_95_percent(risk: float, text: str) -> None:
    assert texts.risk_text(risk) == text


def test_contributions_are_told_in_words_the_strongest_first() -> None:
    result = evaluate(read_inputs(patient(inr=2.84, sodium_mmol_l=145, cirrhosis=False)))
    rows = texts.explain(result.contributions, values=result.values, reference=result.reference)
    assert [row.input for row in rows][:3] == ["inr", "cirrhosis", "sodium_mmol_l"]
    assert rows[0].sentence == "2.84 instead of the typical patient's 1.42: raises the hazard 3.2-fold."
    assert rows[1].sentence == "no instead of the typical patient's yes: lowers the hazard to 0.42 of it."
    assert "hardly changes" in rows[-1].sentence
    assert [abs(row.share) for row in rows] == sorted((abs(row.share) for row in rows), reverse=True)


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        *((1.051, "raises the hazard 1.1-fold"), (1.049, "hardly changes")),
        *((1 / 1.049, "hardly changes"), (1 / 1.051, "lowers the hazard to 0.95 of it")),
    ],
)
def test_up_to_a_twentieth_an_input_hardly_changes_the_hazard(factor: float, words: str) -> None:
    share = {"inr": math.log(factor)}
    [row] = texts.explain(share, values={"inr": 1.5}, reference={"inr": 1.4})
    assert (row.factor, row.value, row.reference) == (pytest.approx(factor), "1.5", "1.4")
    assert words in row.sentence


def test_a_stored_result_can_be_explained_later() -> None:
    result = evaluate(read_inputs(patient(inr=2.0, bilirubin=205)))
    stored = result.as_dict()
    again = texts.explain(stored["contributions"], values=stored["values"], reference=stored["reference"])
    assert again == texts.explain(result.contributions, values=result.values, reference=result.reference)


def test_values_are_shown_with_their_units() -> None:
    assert texts.value_text("bilirubin_umol_l", 205.2) == "205.2 µmol/L"
    assert texts.value_text("cirrhosis", True) == "yes"
    assert texts.value_text("ascites", "mild") == "Mild"
    assert texts.value_text("inr", 2.0) == "2"


def test_without_a_score_there_is_nothing_to_explain() -> None:
    result = evaluate(read_inputs({}))
    assert texts.explain(result.contributions, values=result.values, reference=result.reference) == []


@pytest.mark.parametrize(
    ("name", "entered", "words"),
    [
        ("albumin_g_l", {"value": "2.8", "unit": "g/dL"}, "2.8 g/dL"),
        ("bilirubin", {"value": 12, "unit": "MG/DL"}, "12 mg/dL"),
        ("urea", {"value": 28, "unit": "BUN mg/dL"}, "28 mg/dL BUN"),
        ("bilirubin", {"value": 205, "unit": "µmol/L"}, ""),
        ("albumin_g_l", {"value": 28}, ""),
        ("sodium_mmol_l", {"value": 131}, ""),
    ],
)
def test_what_was_typed_in_another_unit_is_repeated_in_it(
    name: str, entered: dict[str, Any], words: str
) -> None:
    assert texts.typed_text(name, entered) == words


def test_counts_are_written_as_laboratories_write_them() -> None:
    assert texts.value_text("wbc_10e9_l", 9.0) == "9 ×10⁹/L"
