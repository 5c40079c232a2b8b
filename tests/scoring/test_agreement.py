"""Shares and agreement, against worked examples."""

import pytest

from scoring.research.agreement import agreement, kappa, share


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


def test_a_share_of_nothing_is_unknown() -> None:
    assert share(0, 0).value is None
    assert share(0, 0).low is None


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


def test_perfect_agreement_has_kappa_one_and_chance_has_none() -> None:
    assert kappa(10, 0, 0, 10).value == pytest.approx(1)
    assert kappa(25, 25, 25, 25).value == pytest.approx(0)
    assert kappa(0, 10, 10, 0).value == pytest.approx(-1)
    assert kappa(10, 0, 0, 10).low is kappa(10, 0, 0, 10).high is None, "an interval of no width"


def test_kappa_of_no_cases_or_one_sided_ones_is_unknown() -> None:
    assert kappa(0, 0, 0, 0).value is None
    assert kappa(0, 0, 0, 12).value is None
    assert (
        agreement(true_positive=0, false_positive=0, false_negative=0, true_negative=12).sensitivity.value
        is None
    )
