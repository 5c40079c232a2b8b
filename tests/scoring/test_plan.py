"""The shapes that a fitted model gives its inputs, before any coefficient is known."""

import io

import numpy as np
import pytest

from scoring.research.cohort import Cohort, CohortError, read_cohort
from scoring.research.plan import design, plan_terms, with_coefficients
from scoring.terms import Term, spline_basis

QUANTILES = {3: (10, 50, 90), 4: (5, 35, 65, 95), 5: (5, 27.5, 50, 72.5, 95)}
"""Per cent: Harrell FE, Regression Modeling Strategies, 2nd ed. 2015, table 2.3."""


@pytest.fixture(scope="module")
def cohort() -> Cohort:
    """Ages from 0 to 100, one of each, and INRs that rise by a hundredth."""
    rows = [f"{age},{1 + age / 100},{age % 2},{age % 5},{age / 50},{age},1" for age in range(101)]
    header = "age_years,inr,cirrhosis,encephalopathy_grade,lactate_mmol_l,time_days,event"
    return read_cohort(io.BytesIO("\n".join([header, *rows, ""]).encode()))


@pytest.mark.parametrize(
    ("name", "term"),
    [
        ("age_years", Term("age_years", "linear", (1.0,), unit="years")),
        ("cirrhosis", Term("cirrhosis", "linear", (1.0,))),
        ("encephalopathy_grade", Term("encephalopathy_grade", "level", (1.0,), levels=(0, 1, 1, 2, 2))),
        ("sodium_mmol_l", Term("sodium_mmol_l", "capped", (1.0,), unit="mmol/L", upper=145)),
        ("bilirubin", Term("bilirubin", "log", (1.0,), unit="umol/L")),
        ("inr", Term("inr", "log", (1.0,))),
        ("wbc_10e9_l", Term("wbc_10e9_l", "log", (1.0,), unit="10^9/L")),
        ("neutrophils_10e9_l", Term("neutrophils_10e9_l", "log", (1.0,), unit="10^9/L", lower=0.1)),
        ("platelets_10e9_l", Term("platelets_10e9_l", "log", (1.0,), unit="10^9/L", lower=0.1)),
        ("lactate_mmol_l", Term("lactate_mmol_l", "log", (1.0,), unit="mmol/L", lower=0.1)),
        ("map_mmhg", Term("map_mmhg", "linear", (1.0,), unit="mmHg")),
    ],
)
def test_an_input_has_the_shape_of_the_provisional_model_and_a_logarithm_a_floor_where_zero_is_possible(
    cohort: Cohort, name: str, term: Term
) -> None:
    assert plan_terms(cohort, [name], {}) == (term,)


@pytest.mark.parametrize("count", [3, 4, 5])
def test_knots_stand_where_harrell_puts_them(cohort: Cohort, count: int) -> None:
    age, inr = plan_terms(cohort, ["age_years", "inr"], {"age_years": count, "inr": count})
    assert age.knots == QUANTILES[count]
    assert inr.knots == pytest.approx([np.log(1 + place / 100) for place in QUANTILES[count]], abs=1e-4)
    assert (age.log_scale, inr.log_scale) == (False, True)
    assert age.coefficients == inr.coefficients == (1.0,) * (count - 1)


@pytest.mark.parametrize(
    ("name", "count", "sentence"),
    [
        ("age_years", 2, "3, 4 or 5 knots, not age_years:2"),
        ("age_years", 6, "3, 4 or 5 knots, not age_years:6"),
        ("cirrhosis", 3, "needs a measured input"),
        ("encephalopathy_grade", 3, "needs a measured input"),
        ("urea", 3, "urea, which is not among the inputs"),
    ],
)
def test_a_spline_that_cannot_be_is_refused(cohort: Cohort, name: str, count: int, sentence: str) -> None:
    names = ["age_years", "cirrhosis", "encephalopathy_grade"]
    with pytest.raises(CohortError, match=sentence):
        plan_terms(cohort, names, {name: count})


def test_columns_are_the_inputs_as_the_terms_shape_them(cohort: Cohort) -> None:
    names = ["age_years", "encephalopathy_grade", "lactate_mmol_l"]
    terms = plan_terms(cohort, names, {"age_years": 4})
    matrix = design(with_coefficients(terms, np.array([5.0, 6.0, 7.0, 8.0, 9.0])), cohort)
    ages = np.arange(101.0)
    expected = [*spline_basis(ages, QUANTILES[4]), np.array([0, 1, 1, 2, 2])[np.arange(101) % 5]]
    expected.append(np.log(np.maximum(ages / 50, 0.1)))
    assert matrix == pytest.approx(np.column_stack(expected))


def test_coefficients_are_given_out_in_the_order_of_the_columns(cohort: Cohort) -> None:
    terms = plan_terms(cohort, ["inr", "age_years", "cirrhosis"], {"age_years": 3})
    fitted = with_coefficients(terms, np.array([0.1, 0.2, 0.3, 0.4]))
    assert [term.coefficients for term in fitted] == [(0.1,), (0.2, 0.3), (0.4,)]


def test_a_spline_of_a_skewed_input_is_of_its_logarithm(cohort: Cohort) -> None:
    terms = plan_terms(cohort, ["inr"], {"inr": 3})
    assert design(terms, cohort)[:, 0] == pytest.approx(np.log(1 + np.arange(101) / 100))
