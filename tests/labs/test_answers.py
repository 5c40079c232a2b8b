"""Tests that say negative or positive: HBsAg, HBeAg, antibodies against hepatitis D and E."""

import pytest

from labs.reading import read_text
from labs.readings.sources import value_of
from tests.integrations.hl7_messages import obx, oru
from tests.labs.test_hl7 import only, report


def answers(text: str) -> dict[str, str]:
    """What could be taken at once, by the value of the panel."""
    return {
        str(value_of(one.as_dict())): one.choice
        for one in read_text(text).findings
        if one.choice and one.routine and not one.doubts
    }


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("HBsAg 阳性(+)", {"hbsag": "positive"}),
        ("乙肝表面抗原阳性，乙肝e抗原阴性", {"hbsag": "positive", "hbeag": "negative"}),
        ("HBsAg(+) HBsAb(-) HBeAg(-) HBeAb(+) HBcAb(+)", {"hbsag": "positive", "hbeag": "negative"}),
        ("HBsAg+、HBeAg-、HBcAb+", {"hbsag": "positive", "hbeag": "negative"}),
        ("HBsAg Positive; HBeAg Negative", {"hbsag": "positive", "hbeag": "negative"}),
        ("HBsAg non-reactive", {"hbsag": "negative"}),
        ("1  HBsAg  乙肝表面抗原  阳性(+)    阴性", {"hbsag": "positive"}),
        ("乙肝表面抗原 250.00 ↑ IU/mL 0-0.05", {"hbsag": "positive"}),
        ("乙肝表面抗原(HBsAg)  >250.00  IU/mL  <0.05", {"hbsag": "positive"}),
        ("HBsAg 0.01 IU/mL (<0.05)", {"hbsag": "negative"}),
        ("HBeAg 0.35 S/CO", {"hbeag": "negative"}),
        ("抗-HDV 阴性", {"anti_hdv": "negative"}),
        ("HEV-IgM(-) HEV-IgG(+)", {"hev_igm": "negative"}),
        ("戊肝抗体IgM 未检出", {"hev_igm": "negative"}),
    ],
)  # fmt: skip
def test_an_answer_is_read_in_words_signs_and_numbers(line: str, expected: dict[str, str]) -> None:
    assert answers(line) == expected


@pytest.mark.parametrize(
    ("line", "doubt"),
    [
        ("HBsAg 0.35 S/CO 阳性", "answers_contradict"),
        ("HEV-IgM 弱阳性", "weakly_positive"),
        ("标本：尿液\nHBsAg 阳性", "other_specimen"),
        ("HBsAg 阳性\nHBsAg 阴性", "several"),
    ],
)
def test_an_answer_that_may_be_another_is_doubted(line: str, doubt: str) -> None:
    assert all(doubt in finding.doubts for finding in read_text(line).findings)


@pytest.mark.parametrize(
    "line",
    [
        "HBsAg 250",
        "HBsAg 未检",
        "戊肝抗体IgM ±",
        "HDV-Ab 0.35 S/CO 0-1",
        "HBsAb 阳性",
        "抗-HCV 阴性",
        "INR (+)",
    ],
)
def test_a_number_without_its_limit_and_another_marker_are_no_answer(line: str) -> None:
    assert [one.name for one in read_text(line).findings if one.name] == []


def test_an_answer_of_a_message_is_proposed_with_its_correction() -> None:
    row = only(oru(obx(1, "HBSAG^乙肝表面抗原^L", "阳性", "", kind="ST", status="C")))
    assert (row.routine, row.choice, row.doubts) == ("hbsag", "positive", ("corrected",))
    row = only(oru(obx(1, "HBSAG^乙肝表面抗原^L", "2456.31", "COI")))
    assert (row.routine, row.choice) == ("hbsag", "positive")


def test_a_number_of_a_message_that_decides_nothing_is_only_shown() -> None:
    read = report(oru(obx(1, "HBSAG^乙肝表面抗原^L", "250", "")))
    assert (list(read.findings), len(read.unread)) == ([], 1)
