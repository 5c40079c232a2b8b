"""Which terms a fitted model gets, before its coefficients are known."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from scoring.inputs import INPUTS
from scoring.research.cohort import Cohort, CohortError
from scoring.sentences import Sentence
from scoring.terms import Term, spline_basis

Column = NDArray[np.float64]

SODIUM_CAP_MMOL_L = 145.0
ENCEPHALOPATHY_LEVELS = (0.0, 1.0, 1.0, 2.0, 2.0)

_SKEWED = frozenset(
    {
        *("bilirubin", "inr", "urea", "creatinine", "wbc_10e9_l", "neutrophils_10e9_l"),
        *("platelets_10e9_l", "alt_u_l", "ast_u_l", "lactate_mmol_l"),
    }
)
_KNOT_QUANTILES: Mapping[int, tuple[float, ...]] = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
"""Where Harrell puts knots: Regression Modeling Strategies, 2nd ed. 2015, table 2.3."""

NOT_OF_THE_MODEL = gettext_noop(
    "There is a spline for %(input)s, which is not among the inputs of the model."
)
NO_SPLINE = gettext_noop("A spline needs a measured input and 3, 4 or 5 knots, not %(input)s:%(knots)s.")
FEW_VALUES = gettext_noop("%(input)s has too few different values for %(knots)s knots.")


def plan_terms(cohort: Cohort, names: Sequence[str], splines: Mapping[str, int]) -> tuple[Term, ...]:
    """One term per input with coefficients still 1: the shapes of the provisional model, splines where asked.

    Encephalopathy counts by level, sodium up to 145 mmol/L, skewed laboratory values by their logarithm, the
    rest linearly. `splines`: number of knots (3-5) by input name. Raises CohortError for an unsuitable
    spline.
    """
    unused = set(splines) - set(names)
    if unused:
        raise CohortError(Sentence(NOT_OF_THE_MODEL, {"input": unused.pop()}))
    return tuple(_spline(cohort, name, splines[name]) if name in splines else _plain(name) for name in names)


def design(terms: Sequence[Term], cohort: Cohort) -> Column:
    """One column per coefficient, one row per patient."""
    return np.column_stack([column for term in terms for column in _columns(term, cohort.column(term.key))])


def with_coefficients(terms: Sequence[Term], coefficients: Column) -> tuple[Term, ...]:
    """The terms with fitted coefficients, in the order of the columns of `design`."""
    remaining = iter(coefficients.tolist())
    return tuple(
        replace(term, coefficients=tuple(next(remaining) for _ in term.coefficients)) for term in terms
    )


def _plain(name: str) -> Term:
    spec = INPUTS[name]
    if spec.kind == "grade":
        return Term(name, "level", (1.0,), levels=ENCEPHALOPATHY_LEVELS)
    if name == "sodium_mmol_l":
        return Term(name, "capped", (1.0,), unit=spec.unit, upper=SODIUM_CAP_MMOL_L)
    if name in _SKEWED:
        return Term(name, "log", (1.0,), unit=spec.unit, lower=None if spec.hard[0] else 0.1)
    return Term(name, "linear", (1.0,), unit=spec.unit)


def _spline(cohort: Cohort, name: str, count: int) -> Term:
    plain = _plain(name)
    if INPUTS[name].kind != "number" or count not in _KNOT_QUANTILES:
        raise CohortError(Sentence(NO_SPLINE, {"input": name, "knots": count}))
    values = cohort.column(plain.key)
    values = np.log(values) if plain.kind == "log" else values
    knots = tuple(float(knot) for knot in np.quantile(values, _KNOT_QUANTILES[count]).round(6))
    if len(set(knots)) < count:
        raise CohortError(Sentence(FEW_VALUES, {"input": name, "knots": count}))
    log_scale = plain.kind == "log"
    return Term(
        name,
        "spline",
        (1.0,) * (count - 1),
        unit=plain.unit,
        lower=plain.lower,
        knots=knots,
        log_scale=log_scale,
    )


def _columns(term: Term, values: Column) -> list[Column]:
    if term.kind != "spline":
        return [np.asarray(replace(term, coefficients=(1.0,)).share(values), dtype=np.float64)]
    floored = values if term.lower is None else np.maximum(values, term.lower)
    return spline_basis(np.log(floored) if term.log_scale else floored, term.knots)
