"""Shares and agreement, against worked examples."""

from itertools import product

import pytest

from scoring.research.agreement import Estimate, Share, agreement, kappa, share

Z = 1.959963984540054


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_the_wilson_interval_is_that_of_newcombes_examples(
    hits: int, total: int, low: float, high: float
) -> None:
    """Newcombe RG, Stat Med 1998;17:857-872, table I, method 3."""
    result = share(hits, total)
    assert result.value == hits / total
    assert result.low == pytest.approx(low, abs=5e-5)
    assert result.high == pytest.approx(high, abs=5e-5)


def test_the_ends_of_the_interval_are_the_shares_that_the_score_test_just_does_not_refuse() -> None:
    for total in (1, 2, 7, 30, 263):
        for hits in range(total + 1):
            result = share(hits, total)
            assert (result.hits, result.total) == (hits, total)
            assert result.low is not None and result.high is not None
            assert 0 <= result.low <= hits / total + 1e-12 and hits / total - 1e-12 <= result.high <= 1
            for end in (result.low, result.high):
                reached = (hits / total - end) ** 2
                assert reached == pytest.approx(Z**2 * end * (1 - end) / total, abs=1e-12)


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0) == Share(0, 0, None, None, None)


@pytest.mark.parametrize(("hits", "total"), [(-1, 3), (4, 3)])
def test_an_impossible_share_is_refused(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        share(hits, total)


def test_a_two_by_two_table_gives_its_four_shares() -> None:
    result = agreement(true_positive=20, false_positive=10, false_negative=5, true_negative=65)
    assert (result.sensitivity.hits, result.sensitivity.total) == (20, 25)
    assert (result.specificity.hits, result.specificity.total) == (65, 75)
    assert (result.positive_predictive_value.hits, result.positive_predictive_value.total) == (20, 30)
    assert (result.negative_predictive_value.hits, result.negative_predictive_value.total) == (65, 70)
    assert result.total == 100


def test_kappa_is_that_of_a_worked_example() -> None:
    """20, 5, 10, 15 of 50: observed 0.70, by chance 0.50, kappa 0.40."""
    result = kappa(20, 5, 10, 15)
    assert result.value == pytest.approx(0.4)
    assert result.low == pytest.approx(0.1511, abs=5e-4)
    assert result.high == pytest.approx(0.6489, abs=5e-4)


def kappa_of(cells: tuple[float, ...]) -> float:
    """Kappa as it is defined, of the four cells."""
    tp, fp, fn, tn = (cell / sum(cells) for cell in cells)
    by_chance = (tp + fp) * (tp + fn) + (fn + tn) * (fp + tn)
    return (tp + tn - by_chance) / (1 - by_chance)


@pytest.mark.parametrize("cells", [(20, 5, 10, 15), (31, 4, 9, 156), (3, 40, 2, 55), (12, 12, 12, 4)])
def test_the_width_of_kappas_interval_is_that_of_the_delta_method(cells: tuple[int, ...]) -> None:
    """The variance of a function of four shares, from its slopes: another way to the formula of Fleiss."""
    total, step = sum(cells), 1e-5
    slopes = []
    for place in range(4):
        up, down = ([*cells[:place], cells[place] + sign * step, *cells[place + 1 :]] for sign in (1, -1))
        slopes.append((kappa_of(tuple(up)) - kappa_of(tuple(down))) / (2 * step))
    variance = sum(slope**2 * cell for slope, cell in zip(slopes, cells, strict=True))
    variance -= sum(slope * cell for slope, cell in zip(slopes, cells, strict=True)) ** 2 / total
    result = kappa(*cells)
    assert result.value == pytest.approx(kappa_of(cells))
    assert result.low == pytest.approx(kappa_of(cells) - Z * variance**0.5, abs=1e-7)
    assert result.high == pytest.approx(kappa_of(cells) + Z * variance**0.5, abs=1e-7)


def test_no_end_of_kappas_interval_lies_beyond_what_kappa_can_be() -> None:
    for cells in product((0, 1, 4), repeat=4):
        result = kappa(*cells)
        if result.low is not None and result.high is not None and result.value is not None:
            assert -1 <= result.low < result.value < result.high <= 1
    assert (kappa(4, 1, 0, 4).high, kappa(0, 4, 4, 1).low) == (1, -1)


def test_perfect_agreement_has_kappa_one_and_chance_has_none() -> None:
    assert kappa(10, 0, 0, 10).value == pytest.approx(1)
    assert kappa(25, 25, 25, 25).value == pytest.approx(0)
    assert kappa(0, 10, 10, 0).value == pytest.approx(-1)
    assert kappa(10, 0, 0, 10).low is kappa(10, 0, 0, 10).high is None, "an interval of no width"


def test_kappa_of_no_cases_or_one_sided_ones_is_unknown() -> None:
    nothing = Estimate(None, None, None)
    assert kappa(0, 0, 0, 0) == kappa(0, 0, 0, 12) == kappa(12, 0, 0, 0) == nothing
    assert (
        agreement(true_positive=0, false_positive=0, false_negative=0, true_negative=12).sensitivity.value
        is None
    )
