"""A line of a report that was pasted into the field of one value."""

import pytest

from labs.typed import value_in
from scoring import read_inputs


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("bilirubin", "TBIL 356.8 umol/L ↑ 5-21", "356.8 umol/L"),
        ("bilirubin", "总胆红素(TBIL)  ３５６．８ ↑ 5.1-28.0 μmol/L", "356.8 umol/L"),
        ("bilirubin", "356.8 umol/L 5.1--28.0 H", "356.8 umol/L"),
        ("bilirubin", "TBIL >513 umol/L", ">513 umol/L"),
        ("inr", "PT-INR：2.31↑", "2.31"),
        ("inr", "INR 2,31 0.8-1.2", "2.31"),
        ("sodium_mmol_l", "Na+ 129 mmol/L ↓", "129"),
        ("urea", "尿素氮 26 mg/dL", "26 BUN mg/dL"),
        ("creatinine", "Cr 88", "88"),
        ("spo2_percent", "SpO2 93%", "93"),
    ],
)
def test_the_number_and_unit_of_a_line_are_taken(name: str, text: str, value: str) -> None:
    assert value_in(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("bilirubin", "356,8"),
        ("bilirubin", "abc"),
        ("bilirubin", "DBIL 200 umol/L"),
        ("bilirubin", "TBIL 356.8 DBIL 200"),
        ("bilirubin", "356.8 312.4"),
        ("inr", "PT 25.3 s"),
        ("inr", "13.5 秒"),
        ("urea", "UREA 26 mg/dL"),
        ("cirrhosis", "1 2"),
    ],
)
def test_what_is_a_plain_number_or_doubtful_stays_as_it_is(name: str, text: str) -> None:
    assert value_in(name, text) == text


@pytest.mark.parametrize("text", ["PT 25.3 s", "13.5s", "13.5 秒", "25.3 sec"])
def test_seconds_in_the_inr_are_named_and_not_called_no_number(text: str) -> None:
    (issue,) = read_inputs({"inr": text}).issues
    assert issue.code == "not_plain"
    assert "prothrombin time (PT) in seconds" in issue.message


def test_another_test_in_the_field_is_said_and_words_are_no_number() -> None:
    (issue,) = read_inputs({"bilirubin": "DBIL 200 umol/L", "bilirubin_unit": "umol/L"}).issues
    assert issue.code == "not_plain"
    (issue,) = read_inputs({"bilirubin": "pending", "bilirubin_unit": "umol/L"}).issues
    assert issue.code == "not_a_number"
