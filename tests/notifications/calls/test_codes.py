"""The code of a call, and what is taken for it."""

from uuid import uuid4

import pytest

from notifications.calls.codes import PAIRS, Meaning, code_of, joined, meaning_of


def test_a_code_is_two_different_digits_without_those_that_call_the_next() -> None:
    codes = {code_of(uuid4()) for _ in range(2000)}
    assert codes == set(PAIRS)
    assert all(len(set(code)) == 2 and not set(code) & {"0", "*", "#"} for code in codes)


def test_a_call_that_is_placed_again_says_the_same_code() -> None:
    delivery = uuid4()
    assert code_of(delivery) == code_of(delivery)


@pytest.mark.parametrize(
    ("keys", "meaning"),
    [
        ("47", Meaning.ACKNOWLEDGE),
        ("47#", Meaning.ACKNOWLEDGE),
        ("4", Meaning.UNFINISHED),
        ("", Meaning.UNFINISHED),
        ("#", Meaning.UNFINISHED),
        ("0", Meaning.NEXT),
        ("*", Meaning.NEXT),
        ("0#", Meaning.NEXT),
        ("74", Meaning.WRONG),
        ("447", Meaning.WRONG),
        ("4477", Meaning.WRONG),
        ("470", Meaning.WRONG),
        ("047", Meaning.WRONG),
        ("00", Meaning.WRONG),
        ("1234567890", Meaning.WRONG),
        ("1", Meaning.WRONG),
        ("4 7", Meaning.WRONG),
        ("４７", Meaning.WRONG),
    ],
)
def test_only_the_whole_code_alone_acknowledges(keys: str, meaning: Meaning) -> None:
    assert meaning_of(keys, "47") is meaning


def test_a_key_that_a_carrier_reports_twice_counts_once() -> None:
    assert joined(joined(joined("", "4"), "4"), "7") == "47"
