"""Medians, their intervals and 90th centiles, of many groups at once."""

import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from referral.statistics.reports.quantiles import Ints, Spread, in_order, median_ranks, spreads


def spread(values: Ints, group: Ints, groups: int) -> tuple[Spread, list[Spread]]:
    return spreads([(in_order(values, group, groups), np.arange(groups))], groups)


def one(*values: int) -> Spread:
    return spread(np.array(values, dtype=np.int64), np.zeros(len(values), dtype=np.int64), 1)[0]


def test_the_median_of_an_even_number_lies_between_the_middle_two() -> None:
    assert one(10, 40, 20, 30).median == 25
    assert one(7).median == 7


def test_nothing_has_no_median() -> None:
    assert one() == Spread(0)
    assert spread(np.array([5]), np.array([1]), 3)[1][0] == Spread(0)


def test_the_interval_of_the_median_goes_by_ranks() -> None:
    """Campbell and Gardner's example: of 100 values the 40th and the 61st."""
    assert median_ranks(100) == (40, 61)
    result = one(*range(1, 101))
    assert (result.low, result.high) == (40, 61)


@pytest.mark.parametrize("cases", range(6))
def test_fewer_than_six_have_no_interval(cases: int) -> None:
    assert median_ranks(cases) == (0, 0)


def test_ninetieth_centiles_are_interpolated() -> None:
    assert one(*range(101)).p90 == 90
    assert one(0, 10).p90 == 9


def test_groups_do_not_mix() -> None:
    values, group = np.array([1, 100, 3, 300, 2]), np.array([0, 2, 0, 2, 0])
    assert [reading.median for reading in spread(values, group, 3)[1]] == [2, None, 200]


PAIRS = st.lists(st.tuples(st.integers(-(2**31) + 1, 2**31 - 1), st.integers(0, 6)), max_size=40)


@given(st.lists(PAIRS, min_size=1, max_size=3))
def test_every_group_has_the_median_of_the_standard_library(parts: list[list[tuple[int, int]]]) -> None:
    """Of values that were sorted in parts, each of which has only some of the groups."""
    runs = []
    for pairs in parts:
        there = sorted({of for _value, of in pairs})
        values = np.array([value for value, _of in pairs], dtype=np.int64)
        group = np.array([there.index(of) for _value, of in pairs], dtype=np.int64)
        runs.append((in_order(values, group, len(there)), np.array(there, dtype=np.intp)))
    whole, apart = spreads(runs, 7)
    every = [pair for pairs in parts for pair in pairs]
    for result, own in [
        (whole, sorted(value for value, _of in every)),
        *(
            (result, sorted(value for value, of in every if of == number))
            for number, result in enumerate(apart)
        ),
    ]:
        low, high = median_ranks(len(own))
        assert result.cases == len(own)
        assert result.median == (statistics.median(own) if own else None)
        assert result.p90 == (pytest.approx(np.quantile(own, 0.9), abs=1e-3) if own else None)
        assert result.low == (own[low - 1] if low else None)
        assert result.high == (own[high - 1] if high else None)
