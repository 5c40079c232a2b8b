"""Raw values in, typed values or precise refusals out."""

import json
import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import EIGHT, FIELD_LABELS, INPUTS, MESSAGES, OTHER_LABORATORY, check_value, read_inputs
from scoring.issues import plain_number
from tests.scoring.patients import everything, patient


def only_issue(raw: dict[str, Any]) -> tuple[str, str]:
    """Field and code of the one refusal."""
    issues = read_inputs(raw).issues
    assert len(issues) == 1, issues
    return issues[0].field, issues[0].code


def test_a_complete_patient_reads_without_a_word() -> None:
    reading = read_inputs(everything())
    assert (reading.issues, reading.warnings, reading.missing) == ((), (), ())
    assert reading.complete


def test_a_reading_with_something_missing_or_refused_is_not_complete() -> None:
    assert not read_inputs(patient(inr=None)).complete
    assert not read_inputs(patient(creatinine=-1, creatinine_unit="umol/L")).complete


def test_values_come_out_in_si_with_the_unit_in_the_name() -> None:
    reading = read_inputs(
        patient(
            bilirubin=10,
            bilirubin_unit="mg/dL",
            urea=28,
            urea_unit="BUN mg/dL",
            creatinine=2,
            creatinine_unit="mg/dL",
        )
    )
    assert reading.values["bilirubin_umol_l"] == pytest.approx(171)
    assert reading.values["urea_mmol_l"] == pytest.approx(10)
    assert reading.values["creatinine_umol_l"] == pytest.approx(176.8)


def test_urea_and_urea_nitrogen_in_mg_dl_differ_by_2_14() -> None:
    nitrogen = read_inputs(patient(urea=30, urea_unit="BUN mg/dL")).values["urea_mmol_l"]
    urea = read_inputs(patient(urea=30, urea_unit="urea mg/dL")).values["urea_mmol_l"]
    assert float(nitrogen) / float(urea) == pytest.approx(2.14)


@pytest.mark.parametrize("unit", ["umol/L", "µmol/L", "μmol/l", " UMOL/L ", "umol / l", "ｕｍｏｌ／Ｌ"])
def test_a_unit_is_known_in_every_usual_spelling(unit: str) -> None:
    assert read_inputs(patient(bilirubin_unit=unit)).values["bilirubin_umol_l"] == 95


@pytest.mark.parametrize(
    "typed", ["2.1", " 2.1 ", 2.1, Decimal("2.1"), "２．１", "2.10", "21e-1", "2,1", "2，1"]
)
def test_a_number_is_read_however_it_was_typed(typed: object) -> None:
    assert read_inputs(patient(inr=typed)).values["inr"] == 2.1


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        *((typed, "not_a_number") for typed in ("abc", True, [1], {"a": 1}, "--")),
        *((typed, "not_plain") for typed in ("2,1,3", "342-350", "1_0", "0x2", "1.2 mg")),
    ],
)
def test_what_is_no_number_or_more_than_one_is_refused_and_quoted(typed: object, code: str) -> None:
    assert only_issue(patient(inr=typed)) == ("inr", code)
    assert str(typed) in read_inputs(patient(inr=typed)).issues[0].message


@pytest.mark.parametrize("typed", ["1,342", "2,100", "2，100"])
def test_a_comma_that_may_part_thousands_is_refused_as_ambiguous(typed: str) -> None:
    assert only_issue(patient(inr=typed)) == ("inr", "number_ambiguous")


@pytest.mark.parametrize(
    "typed", ["nan", "NaN", "inf", "-Infinity", math.nan, math.inf, Decimal("NaN"), "1e999"]
)
def test_nan_and_infinity_are_not_measured_values(typed: object) -> None:
    assert only_issue(patient(inr=typed)) == ("inr", "not_finite")


@pytest.mark.parametrize("name", ["inr", "encephalopathy_grade", "cirrhosis", "bilirubin_unit", "sampled_at"])
@pytest.mark.parametrize("typed", [10**5000, [10**5000], "9" * 6000], ids=["number", "list", "text"])
def test_what_is_absurdly_long_is_refused_in_a_short_message(name: str, typed: object) -> None:
    issue = read_inputs({**patient(), name: typed}).issues[0]
    assert issue.field == name
    assert len(issue.message) < 250


@pytest.mark.parametrize("typed", [None, "", "   ", "\u3000"])
def test_an_empty_value_is_missing_and_nothing_worse(typed: object) -> None:
    reading = read_inputs({**patient(), "inr": typed})
    assert (reading.missing, reading.issues) == (("inr",), ())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("age_years", -1),
        ("age_years", 121),
        ("sodium_mmol_l", 1400),
        ("sodium_mmol_l", 89.9),
        ("inr", 0.49),
        ("inr", 30.1),
        ("bilirubin", 0.4),
        ("bilirubin", 1501),
        ("urea", 0.09),
        ("urea", 121),
        ("albumin_g_l", 4.9),
        ("lactate_mmol_l", -0.1),
        ("map_mmhg", 251),
    ],
)
def test_beyond_a_hard_limit_a_value_is_refused_and_the_limits_are_named(field: str, value: float) -> None:
    reading = read_inputs(everything(**{field: value}))
    assert [(issue.field, issue.code) for issue in reading.issues] == [(field, "out_of_range")]
    assert INPUTS[field].key not in reading.values
    low, high = INPUTS[field].hard
    assert f"{low:g} to {high:g}" in reading.issues[0].message


def test_limits_are_named_in_the_unit_that_was_typed() -> None:
    message = read_inputs(patient(bilirubin=205, bilirubin_unit="mg/dL")).issues[0].message
    assert "87.72 mg/dL" in message


@pytest.mark.parametrize("name", sorted(n for n, spec in INPUTS.items() if spec.kind == "number"))
def test_values_exactly_at_their_hard_limits_are_possible(name: str) -> None:
    for limit in INPUTS[name].hard:
        unit = INPUTS[name].unit if INPUTS[name].units else None
        value, _ = check_value(name, limit, unit)
        assert value == limit


@pytest.mark.parametrize(
    "name", sorted(name for name, spec in INPUTS.items() if spec.kind == "number" and spec.unit)
)
def test_a_refusal_names_the_unit_of_its_limits_and_writes_them_as_people_do(name: str) -> None:
    spec = INPUTS[name]
    low, high = spec.hard
    _, (issue,) = check_value(name, -1, spec.unit if spec.units else None)
    assert f"Possible values are {plain_number(low)} to {plain_number(high)} {spec.unit};" in issue.message
    assert ".0," not in json.dumps(issue.as_dict()["params"]), "90 and not 90.0, for programs too"


@pytest.mark.parametrize("name", ["sodium_mmol_l", "albumin_g_l", "wbc_10e9_l"])
def test_a_question_about_a_value_names_its_unit(name: str) -> None:
    spec = INPUTS[name]
    high = spec.soft[1]
    assert high is not None
    _, (question,) = check_value(name, high + 1)
    assert f"{plain_number(high + 1)} {spec.unit} is unusually high" in question.message


def test_a_value_without_its_unit_is_refused_at_the_unit() -> None:
    assert only_issue(patient(bilirubin_unit=None)) == ("bilirubin_unit", "unit_missing")
    assert only_issue(patient(urea_unit="")) == ("urea_unit", "unit_missing")


def test_a_unit_without_a_value_is_no_mistake() -> None:
    assert read_inputs(patient(creatinine_unit="mg/dL")).issues == ()


def test_urea_in_plain_mg_dl_is_refused_as_ambiguous() -> None:
    assert only_issue(patient(urea_unit="mg/dL")) == ("urea_unit", "unit_ambiguous")


@pytest.mark.parametrize("unit", ["g/L", "mmol/L", "mg", "5"])
def test_an_unknown_unit_is_refused_and_the_known_ones_are_listed(unit: str) -> None:
    assert only_issue(patient(bilirubin_unit=unit)) == ("bilirubin_unit", "unit_unknown")
    assert "umol/L, mg/dL" in read_inputs(patient(bilirubin_unit=unit)).issues[0].message


@pytest.mark.parametrize("typed", [True, 1, "1", "yes", "TRUE", "是", 1.0, "1.0"])
def test_yes_is_understood(typed: object) -> None:
    assert read_inputs(patient(cirrhosis=typed)).values["cirrhosis"] is True


@pytest.mark.parametrize("typed", [False, 0, "0", "no", "False", "否", 0.0])
def test_no_is_understood(typed: object) -> None:
    assert read_inputs(patient(cirrhosis=typed)).values["cirrhosis"] is False


@pytest.mark.parametrize("typed", ["maybe", 2, "unknown", [], "10"])
def test_an_answer_that_is_neither_yes_nor_no_is_refused(typed: object) -> None:
    assert only_issue(patient(cirrhosis=typed)) == ("cirrhosis", "not_yes_or_no")


@pytest.mark.parametrize("typed", [-1, 5, 1.5, "2.5"])
def test_an_encephalopathy_grade_is_a_whole_number_from_0_to_4(typed: object) -> None:
    assert only_issue(patient(encephalopathy_grade=typed)) == ("encephalopathy_grade", "not_whole")


def test_a_grade_written_as_a_decimal_is_still_a_grade() -> None:
    assert read_inputs(patient(encephalopathy_grade="2.0")).values["encephalopathy_grade"] == 2


def test_a_choice_is_one_of_its_answers() -> None:
    assert read_inputs(patient(ascites="MILD")).values["ascites"] == "mild"
    assert only_issue(patient(ascites="lots")) == ("ascites", "not_a_choice")


def test_an_unknown_field_is_refused_by_name() -> None:
    assert only_issue(patient(bilirubn=3)) == ("bilirubn", "unknown_field")


def test_neutrophils_cannot_outnumber_all_white_cells() -> None:
    reading = read_inputs(everything(wbc_10e9_l=5, neutrophils_10e9_l=6))
    assert [issue.code for issue in reading.issues] == ["neutrophils_exceed_wbc"]
    assert "neutrophils_10e9_l" not in reading.values
    assert read_inputs(everything(wbc_10e9_l=6, neutrophils_10e9_l=6)).issues == ()


def test_every_wrong_value_is_reported_at_once_and_the_good_ones_stay() -> None:
    reading = read_inputs(patient(inr="x", sodium_mmol_l=1400, bilirubin_unit=None))
    assert {issue.field for issue in reading.issues} == {"inr", "sodium_mmol_l", "bilirubin_unit"}
    assert reading.values["urea_mmol_l"] == 4.9
    assert reading.missing == ("bilirubin", "inr", "sodium_mmol_l")


def test_what_was_typed_is_kept_as_typed() -> None:
    reading = read_inputs(patient(inr="2.10", bilirubin="20", bilirubin_unit="mg/dl"))
    assert reading.entered["inr"] == {"value": "2.10"}
    assert reading.entered["bilirubin"] == {"value": "20", "unit": "mg/dl"}


def test_a_reading_survives_json() -> None:
    reading = read_inputs(everything(inr=Decimal("2.1"), confirmed=["inr"]))
    stored = json.loads(json.dumps(reading.as_dict()))
    assert stored["values"]["inr"] == 2.1
    assert stored["entered"]["inr"] == {"value": "2.1"}
    assert stored["confirmed"] == ["inr"]


# Soft limits


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"bilirubin": 20}, "bilirubin", "perhaps_mg_dl"),
        ({"bilirubin": 1, "bilirubin_unit": "mg/dL"}, "bilirubin", "unusually_low"),
        ({"bilirubin": 60, "bilirubin_unit": "mg/dL"}, "bilirubin", "perhaps_umol_l"),
        ({"bilirubin": 900}, "bilirubin", "unusually_high"),
        ({"urea": 60}, "urea", "perhaps_mg_dl"),
        ({"urea": 2, "urea_unit": "BUN mg/dL"}, "urea", "perhaps_mmol_l"),
        ({"urea": 0.5}, "urea", "unusually_low"),
        ({"creatinine": 12, "creatinine_unit": "umol/L"}, "creatinine", "perhaps_mg_dl"),
        ({"creatinine": 18, "creatinine_unit": "umol/L"}, "creatinine", "unusually_low"),
        ({"creatinine": 20, "creatinine_unit": "mg/dL"}, "creatinine", "perhaps_umol_l"),
        ({"albumin_g_l": 6}, "albumin_g_l", "perhaps_g_dl"),
        ({"albumin_g_l": 7}, "albumin_g_l", "unusually_low"),
        ({"creatinine": 15, "creatinine_unit": "umol/L"}, "creatinine", "unusually_low"),
        ({"albumin_g_l": 0.65, "albumin_unit": "g/dL"}, "albumin_g_l", "unusually_low"),
        ({"albumin_g_l": 5.6, "albumin_unit": "g/dL"}, "albumin_g_l", "unusually_high"),
        ({"age_years": 16}, "age_years", "unusually_low"),
        ({"age_years": 81}, "age_years", "unusually_high"),
        ({"sodium_mmol_l": 161}, "sodium_mmol_l", "unusually_high"),
        ({"inr": 0.7}, "inr", "unusually_low"),
    ],
)
def test_beyond_a_soft_limit_a_value_counts_but_asks(changes: dict[str, Any], field: str, code: str) -> None:
    reading = read_inputs(patient(**changes))
    assert reading.issues == ()
    assert [(warning.field, warning.code) for warning in reading.warnings] == [(field, code)]
    assert reading.warnings[0].needs_confirmation
    assert INPUTS[field].key in reading.values


def test_bilirubin_of_20_umol_asks_whether_mg_dl_was_meant() -> None:
    assert "mg/dL?" in read_inputs(patient(bilirubin=20)).warnings[0].message


@pytest.mark.parametrize("name", sorted(n for n, spec in INPUTS.items() if spec.kind == "number"))
def test_values_exactly_at_their_soft_limits_are_not_asked_about(name: str) -> None:
    for limit in INPUTS[name].soft:
        if limit is not None:
            assert check_value(name, limit, INPUTS[name].unit if INPUTS[name].units else None)[1] == ()


def test_a_confirmed_value_is_asked_about_no_more() -> None:
    asked = read_inputs(patient(bilirubin=20, sodium_mmol_l=161))
    assert [warning.field for warning in asked.unconfirmed] == ["bilirubin", "sodium_mmol_l"]
    confirmed = read_inputs(patient(bilirubin=20, sodium_mmol_l=161, confirmed=["bilirubin"]))
    assert [warning.field for warning in confirmed.unconfirmed] == ["sodium_mmol_l"]
    assert len(confirmed.warnings) == 2, "the warning itself stays on the result"


def test_names_to_confirm_may_come_as_one_text() -> None:
    assert read_inputs(patient(confirmed="bilirubin, inr")).confirmed == {"bilirubin", "inr"}


@pytest.mark.parametrize("raw", [["\x00", "nonsense", 7, None, ["inr"]], {"inr": 1}, 5, None, "\x00"])
def test_what_is_no_name_of_an_input_confirms_nothing(raw: object) -> None:
    assert read_inputs(patient(confirmed=raw)).confirmed == frozenset()


@pytest.mark.parametrize("name", sorted(OTHER_LABORATORY))
def test_laboratory_values_of_the_second_window_have_limits_too(name: str) -> None:
    _, highest = OTHER_LABORATORY[name].hard
    assert highest is not None
    assert check_value(name, highest * 2)[1][0].code == "out_of_range"
    assert check_value(name, highest)[0] == highest


# Wording and robustness


def test_every_message_has_a_label_and_fits_its_params() -> None:
    bad = [
        patient(
            bilirubn=1, inr="x", cirrhosis="?", bilirubin_unit=None, urea_unit="mg/dL", sodium_mmol_l=1400
        ),
        patient(encephalopathy_grade=9, ascites="?", inr="nan", bilirubin_unit="?", age_years=17),
        everything(wbc_10e9_l=1, neutrophils_10e9_l=2, urea=60, sampled_at="?"),
    ]
    for raw in bad:
        reading = read_inputs(raw)
        for issue in (*reading.issues, *reading.warnings):
            assert "%(" not in issue.message
            assert "  " not in issue.message


def test_every_input_has_a_name_for_people() -> None:
    assert {*INPUTS, *OTHER_LABORATORY} <= FIELD_LABELS.keys()
    assert all(text for text in MESSAGES.values())


anything = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=12),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=3), st.integers(), max_size=2),
)


@given(
    raw=st.dictionaries(
        st.sampled_from([*INPUTS, "bilirubin_unit", "sampled_at", "confirmed", "x"]), anything
    )
)
def test_no_input_whatever_raises(raw: dict[str, Any]) -> None:
    reading = read_inputs(raw)
    assert set(reading.missing) <= set(EIGHT)
    for issue in (*reading.issues, *reading.warnings):
        assert issue.message


def test_a_refused_value_is_repeated_with_every_digit_that_was_typed() -> None:
    for typed, code in (("99999", "out_of_range"), (123456, "out_of_range")):
        value, issues = check_value("pct_ng_ml", typed)
        assert (value, issues[0].code) == (None, code)
        assert f" {typed} " in f" {issues[0].message} "


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (2_400_000, "2.4×10⁶"),
        (170_000_000.0, "1.7×10⁸"),
        (1e9, "1×10⁹"),
        (100_000, "1×10⁵"),
        (-100_000.0, "-1×10⁵"),
        (99_999.0, "99999"),
        (1000.4, "1000"),
        (999.96, "1000"),
        (12.346, "12.35"),
        (123_456, "123456"),
        (0.00004, "4e-05"),
        (0, "0"),
    ],
)
def test_a_large_number_is_a_power_of_ten_for_people(value: float, words: str) -> None:
    assert plain_number(value) == words
