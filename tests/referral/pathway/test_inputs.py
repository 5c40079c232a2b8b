"""What the shapes of inputs take and refuse, whichever face they come from."""

from datetime import date, datetime
from typing import Any

import pytest
from django.db.models import TextChoices

from labs.typed import LONGEST_LINE
from referral.codes import PrecipitantCode
from referral.pathway.inputs import UNITS_OF, VERB_INPUTS, Shape, VerbInput, parse_inputs
from referral.pathway.inputs.parsers import PARSERS
from referral.pathway.inputs.ward import measured
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from referral.ward.precipitants import CODINGS, ICD10, snomed_of, usual_icd10
from scoring.inputs import ANY_INPUT, INPUTS, UNIT_FIELDS
from tests.world import NOW


class Colour(TextChoices):
    RED = "red", "red"
    BLUE = "blue", "blue"


def parse(shape: Shape, value: Any, **more: Any) -> Any:
    verb_input = VerbInput("x", shape, "x", **more)
    return PARSERS[shape](verb_input, value, None, None)  # type: ignore[arg-type]


TAKEN: list[tuple[Shape, Any, Any]] = [
    (Shape.DECIMAL, 1.5, 1.5),
    (Shape.DECIMAL, "1.5", 1.5),
    (Shape.DECIMAL, "１．５", 1.5),
    (Shape.DECIMAL, 2, 2.0),
    (Shape.BOOLEAN, True, True),
    (Shape.BOOLEAN, "false", False),
    (Shape.BOOLEAN, "Yes", True),
    (Shape.BOOLEAN, " TRUE ", True),
    (Shape.BOOLEAN, "no", False),
    (Shape.DATE, "2026-05-17", date(2026, 5, 17)),
    (Shape.DATE, date(2026, 5, 17), date(2026, 5, 17)),
    (Shape.PAIRS, {"a": 1, "b": "low", " c ": "2.5"}, {"a": 1, "b": "low", "c": 2.5}),
    (Shape.PAIRS, "a: 1\n\nb：low", {"a": 1.0, "b": "low"}),
    (Shape.CONFIRMED, ["a", "a", "b"], ["a", "b"]),
    (Shape.PAIRS, "a: 1.2.3\nb: 2: 3", {"a": "1.2.3", "b": "2: 3"}),
    (Shape.PAIRS, {"a" * 60: "b" * 60}, {"a" * 60: "b" * 60}),
    (Shape.PAIRS, dict.fromkeys(map(str, range(20)), 1), dict.fromkeys(map(str, range(20)), 1)),
    (Shape.CONFIRMED, "a,b", ["a", "b"]),
    (Shape.CONFIRMED, ["a" * 60], ["a" * 60]),
    (Shape.MEASURED, "1,5", "1,5"),
    (Shape.MEASURED, False, False),
    (Shape.MEASURED, "1" * LONGEST_LINE, "1" * LONGEST_LINE),
]
REFUSED: list[tuple[Shape, Any]] = [
    *((Shape.DECIMAL, value) for value in (True, "x", "1_0", "nan", "inf", [1], {}, "9" * 400 + "e9999")),
    *((Shape.BOOLEAN, value) for value in (1, 0, "perhaps", [True], None)),
    *((Shape.DATE, value) for value in ("17.5.2026", "1026-05-17", 20260517, datetime(2026, 5, 17), [])),
    *((Shape.PAIRS, value) for value in ("no sign", ["a"], {"": 1}, {"a": []}, {"a": True}, {1: 1})),
    *((Shape.PAIRS, value) for value in ({"a": float("inf")}, {"a" * 61: 1}, {"a\x00": 1})),
    *((Shape.PAIRS, value) for value in (dict.fromkeys(map(str, range(21)), 1), {"a": "b" * 61})),
    *((Shape.CONFIRMED, value) for value in (5, [5], {"a": 1}, ["a" * 61])),
    *((Shape.MEASURED, value) for value in ([1], {"value": 1}, "1" * (LONGEST_LINE + 1))),
]


@pytest.mark.parametrize(("shape", "value", "meant"), TAKEN)
def test_a_fact_is_taken_in_every_form_that_means_it(shape: Shape, value: Any, meant: Any) -> None:
    assert parse(shape, value) == meant


@pytest.mark.parametrize(("shape", "value"), REFUSED)
def test_a_fact_that_means_nothing_is_refused(shape: Shape, value: Any) -> None:
    with pytest.raises((ValueError, TypeError, AttributeError, OverflowError)):
        parse(shape, value)


def test_several_answers_are_codes_each_named_once() -> None:
    assert parse(Shape.SEVERAL, "red,blue,red", choices=Colour) == ["red", "blue"]
    assert parse(Shape.SEVERAL, ["blue"], choices=Colour) == ["blue"]
    for strange in (["green"], "green", [["red"]], {"red": 1}, 5):
        with pytest.raises((ValueError, TypeError)):
            parse(Shape.SEVERAL, strange, choices=Colour)


def test_a_line_of_a_report_that_is_pasted_into_a_field_gives_its_number_and_unit() -> None:
    nobody: Any = None
    pasted = {"inr": "INR 2.10 ↑ 0.8-1.2", "hbsag": True, "afp_ng_ml": 7}
    values = parse_inputs(Verb.RECORD_PANEL, {"sampled_at": NOW, **pasted}, case=nobody, user=nobody)
    assert (values["inr"], values["hbsag"], values["afp_ng_ml"]) == ("2.1", True, 7)


def test_a_whole_number_is_one_of_those_asked_for() -> None:
    assert [parse(Shape.NUMBER, value, choices=(28, 90)) for value in (28, "90")] == [28, 90]
    for strange in (29, "27", 1, "28.0", True):
        with pytest.raises(ValueError):
            parse(Shape.NUMBER, strange, choices=(28, 90))


def test_a_number_may_bring_its_own_unit_and_no_other() -> None:
    assert parse(Shape.DECIMAL, "37.5 °C", unit="°C") == 37.5
    for strange in ("37.5 K", "37.5 °F", "<37.5 °C"):
        with pytest.raises(ValueError):
            parse(Shape.DECIMAL, strange, unit="°C")


@pytest.mark.parametrize(("value", "fits"), [(0, True), (1, True), (-0.01, False), (1.01, False)])
def test_a_number_keeps_to_its_bounds(value: float, fits: bool) -> None:
    if fits:
        assert parse(Shape.DECIMAL, value, low=0, high=1) == value
    else:
        with pytest.raises((ValueError, TypeError)):
            parse(Shape.DECIMAL, value, low=0, high=1)


@pytest.mark.parametrize(
    ("verb", "raw", "words"),
    [
        (Verb.RECORD_KIT_RESULT, {"probability": "2"}, "Enter a number from 0 to 1."),
        (Verb.SET_NUTRITION_TARGET, {"height_cm": "1.7"}, "Enter a number from 50 to 250, in cm."),
        (
            Verb.STATE_BACKGROUND,
            {"urine_ml_day": "1,200"},
            "leave it out. Enter a number from 0",
        ),
        (
            Verb.STATE_BACKGROUND,
            {"urine_ml_day": "＜100"},
            "is a limit, not what was measured.",
        ),
        (Verb.RECORD_KIT_RESULT, {"assay": "x"}, "Give each value a name"),
        (Verb.RECORD_INTAKE, {"day": "x"}, "This is no date such as 2026-05-17."),
        (Verb.CORRECT_IDENTITY, {"birth_date": "x"}, "no year such as 1962."),
        (Verb.RECORD_DEATH, {"occurred_at": "2026-05-17"}, "no date and time with a time zone"),
        (Verb.RECORD_INTAKE, {"kcal": "1,200"}, "The comma of “1,200” may be"),
        (Verb.RECORD_INTAKE, {"night_snack": "1,200"}, "Choose one of the answers offered."),
        (Verb.RECORD_OUTCOME, {"day": "29"}, "Choose one of the answers offered: 28, 90."),
        (Verb.ASSESS_ORGAN_FAILURE, {"inr": []}, ""),
        (Verb.ASSESS_ORGAN_FAILURE, {"inr": {}}, "Enter a number."),
        (Verb.RECORD_ARTIFICIAL_LIVER, {"complications": ["x"]}, "Choose one of the answers"),
        (Verb.CORRECT_IDENTITY, {"name": "\u200b"}, "Please fill in: full name."),
        (Verb.MESSAGE, {"text": " \u3000"}, "Please fill in: message."),
    ],
)
def test_a_refusal_says_what_to_do(verb: Verb, raw: dict[str, Any], words: str) -> None:
    nobody: Any = None
    try:
        parse_inputs(verb, raw, case=nobody, user=nobody)
    except InputError as refusal:
        said = {field: str(message) for field, _code, message in refusal.rows}
        assert words in said.get(next(iter(raw)), "")
    else:
        assert not words


def test_every_measured_fact_is_an_input_of_scoring_and_every_unit_has_its_choices() -> None:
    for inputs in VERB_INPUTS.values():
        for verb_input in inputs:
            if verb_input.shape is Shape.MEASURED:
                assert verb_input.name in ANY_INPUT
            if verb_input.shape is Shape.UNIT:
                assert len(UNITS_OF[verb_input.name]) > 1


def test_every_precipitant_has_its_place_in_the_code_table_and_every_code_its_words() -> None:
    assert set(CODINGS) == set(PrecipitantCode)
    used = {code for coding in CODINGS.values() for code in coding.icd10}
    assert used == set(ICD10.values)
    for code, label in ICD10.choices:
        assert str(label).startswith(f"{code} ")


def test_what_only_the_american_edition_has_is_not_in_the_table() -> None:
    assert not {"K65.2", "K76.82", "R65.1", "R65.2"} & set(ICD10.values)


def test_a_snomed_code_stands_only_where_it_says_the_same() -> None:
    assert snomed_of("GI_BLEED", "I85.0") == "17709002"
    assert snomed_of("GI_BLEED", "K92.2") == ""
    assert snomed_of("AIH", usual_icd10("AIH")) == "408335007"
    assert snomed_of("DILI", "K71.9") == ""
    assert usual_icd10("UNKNOWN") == ""


def test_a_value_with_units_brings_the_input_of_its_unit_once() -> None:
    assert [one.name for one in measured("bilirubin")] == ["bilirubin", "bilirubin_unit"]
    assert [one.name for one in measured("sodium_mmol_l")] == ["sodium_mmol_l"]
    for name, spec in INPUTS.items():
        if spec.unit_field and UNIT_FIELDS[spec.unit_field] is not spec:
            assert [(one.name, one.unit) for one in measured(name)] == [(name, "")]
