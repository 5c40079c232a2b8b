"""Each kind of term, on numbers and on columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import Term
from scoring.terms import spline_basis


def test_a_linear_term_multiplies() -> None:
    assert Term("age_years", "linear", (0.03,)).share(50) == pytest.approx(1.5)


def test_a_yes_counts_one_and_a_no_nothing() -> None:
    term = Term("cirrhosis", "linear", (0.86,))
    assert (term.share(True), term.share(False)) == (0.86, 0)


def test_a_log_term_takes_the_natural_logarithm() -> None:
    assert Term("inr", "log", (1.68,)).share(np.e) == pytest.approx(1.68)


def test_a_log_term_may_have_a_floor() -> None:
    assert Term("inr", "log", (1.0,), lower=1.0).share(0.7) == 0


def test_a_capped_term_stops_at_its_caps() -> None:
    term = Term("sodium_mmol_l", "capped", (-0.05,), lower=125, upper=137)
    assert [term.share(sodium) for sodium in (110, 125, 130, 140)] == pytest.approx(
        [-6.25, -6.25, -6.5, -6.85]
    )


def test_a_level_term_looks_its_grade_up() -> None:
    term = Term("encephalopathy_grade", "level", (0.457,), levels=(0, 1, 1, 2, 2))
    assert [float(term.share(grade)) for grade in range(5)] == [0, 0.457, 0.457, 0.914, 0.914]


def test_a_spline_is_linear_beyond_its_outer_knots() -> None:
    knots = (1.0, 2.0, 4.0, 7.0)
    term = Term("inr", "spline", (0.5, -0.3, 0.2), knots=knots)
    below = [term.share(x) for x in (0.2, 0.4, 0.6)]
    above = [term.share(x) for x in (8.0, 9.0, 10.0)]
    assert below[1] - below[0] == pytest.approx(below[2] - below[1])
    assert above[1] - above[0] == pytest.approx(above[2] - above[1])


def test_a_spline_is_smooth_at_its_knots() -> None:
    term = Term("inr", "spline", (0.5, -0.3, 0.2), knots=(1.0, 2.0, 4.0, 7.0))
    step = 1e-4
    for knot in term.knots:
        before = (term.share(knot) - term.share(knot - step)) / step
        after = (term.share(knot + step) - term.share(knot)) / step
        assert before == pytest.approx(after, abs=1e-3)


def test_the_spline_basis_is_harrells() -> None:
    """Worked by hand for knots 0, 1, 3 and x = 2: (2^3 - 1^3 * (3-0)/(3-1)) / (3-0)^2."""
    assert [float(column) for column in spline_basis(2.0, (0.0, 1.0, 3.0))] == pytest.approx(
        [2.0, (8 - 1.5) / 9]
    )


def test_a_spline_may_be_of_the_logarithm() -> None:
    plain = Term("bilirubin", "spline", (0.4, 0.1), knots=(3.0, 4.5, 6.0))
    logged = Term("bilirubin", "spline", (0.4, 0.1), knots=(3.0, 4.5, 6.0), log_scale=True)
    assert logged.share(np.exp(5.0)) == pytest.approx(plain.share(5.0))


terms = st.sampled_from(
    [
        Term("inr", "linear", (0.3,)),
        Term("inr", "log", (1.7,)),
        Term("inr", "capped", (0.4,), upper=3.0),
        Term("inr", "spline", (0.5, -0.3), knots=(1.0, 2.0, 4.0)),
        Term("inr", "spline", (0.5, -0.3), knots=(0.1, 0.6, 1.5), log_scale=True, lower=0.8),
    ]
)


@given(term=terms, values=st.lists(st.floats(0.5, 30), min_size=1, max_size=40))
def test_a_column_gives_what_its_numbers_give_to_the_last_bit(term: Term, values: list[float]) -> None:
    assert term.share(np.array(values)).tolist() == [term.share(value) for value in values]


def test_a_splines_cubic_column_is_scaled_by_the_distance_of_its_outer_knots() -> None:
    """Worked by hand for the knots 1, 2 and 4; (4 - 1)^2 = 9."""
    expected = {0.5: 0, 1: 0, 1.5: 0.125 / 9, 3: (8 - 1 * 3 / 2) / 9, 6: (125 - 64 * 3 / 2 + 8 / 2) / 9}
    for x, cubic in expected.items():
        assert spline_basis(x, (1.0, 2.0, 4.0)) == [x, pytest.approx(cubic, abs=1e-15)]
