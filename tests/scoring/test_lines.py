"""What a scored line says of each score beside its value."""

from typing import Any

from scoring import DEFAULT_MODEL, evaluate, read_inputs
from scoring.lines import shown
from tests.scoring.patients import everything, patient


def line(values: dict[str, Any]) -> dict[str, Any]:
    reading = read_inputs(values)
    return shown(reading, evaluate(reading))


def test_a_score_names_what_it_took_for_no_and_whether_it_is_meant_for_this_patient() -> None:
    notes = line(everything(dialysis=None))["score_notes"]
    assert notes["MELD"] == notes["CLIF-C OF"] == {"assumed": ["dialysis"]}
    assert notes["CLIF-C ACLF"] == {"assumed": ["dialysis"], "applies": False}
    assert notes["CLIF-C AD"] == {"applies": True}
    assert "CTP" not in notes


def test_where_there_is_nothing_to_note_there_are_no_notes() -> None:
    assert "score_notes" not in line(patient(albumin_g_l=30))


def test_organs_are_shown_as_soon_as_one_is_known() -> None:
    assert line({})["organ_failure"] is None
    assert line({"inr": 2.6})["organ_failure"]["failures"] == ["coagulation"]


def test_a_line_says_by_which_model_it_was_scored() -> None:
    said = line(patient())
    assert (said["model"], said["model_version"]) == (DEFAULT_MODEL.name, DEFAULT_MODEL.version)
