"""A Cox model fitted to a cohort, with its bootstrap optimism."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from scoring.inputs import EIGHT, INPUTS
from scoring.research.cohort import Cohort, CohortError
from scoring.research.plan import design, plan_terms, with_coefficients
from scoring.research.survival import Outcome, concordance
from scoring.riskmodel import MAIN_HORIZON_DAYS
from scoring.sentences import Listed, Sentence
from scoring.terms import Term

Column = NDArray[np.float64]

MINIMUM_EVENTS = 10
_WORST_CONDITION = 1e6
_SEARCH = {"precision": 1e-20, "r_precision": 0.0}
"""Until nothing moves. At the library's own, coefficients are right to five digits, and by the likelihood
alone, which has nine then, to seven. A model file has more."""

TOO_FEW = gettext_noop(
    "Of %(patients)s patients with all of %(inputs)s, %(ended)s reached the end point by day %(days)s; "
    "%(needed)s are needed. Leave out what is often missing."
)
TOO_SHORT = gettext_noop(
    "These data carry a horizon of %(longest)s days at most, and a model predicts the risk by day %(days)s: "
    "the longest follow-up of the %(patients)s patients with all inputs is %(longest)s days. Add patients "
    "who were followed up to day %(days)s."
)
NOBODY_LEFT = gettext_noop(
    "All %(patients)s patients with all inputs reached the end point by day %(days)s: without anybody who "
    "did not, no model can tell who will."
)
SAME = gettext_noop("Some of the inputs say the same in this cohort; leave one of them out.")
NOT_CONVERGING = gettext_noop(
    "No Cox model fits these patients: one of the inputs may tell by itself who reaches the end point, or "
    "two say nearly the same. Name fewer (--inputs)."
)
NO_INPUT = gettext_noop("%(input)s is not a known input.")
NO_NUMBER = gettext_noop("%(input)s has no numeric value that a model could use.")
ONE_VALUE = gettext_noop("None of the inputs has more than one value in this cohort.")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fit: the new model's name, version, title (in one language or several) and population, its
    inputs and spline knots.
    """

    name: str
    title: str | Mapping[str, str]
    population: str
    version: int = 1
    inputs: Sequence[str] = EIGHT
    splines: Mapping[str, int] = field(default_factory=dict)
    bootstrap: int = 200
    seed: int = 20250604


@dataclass(frozen=True, slots=True)
class CoxFit:
    """Coefficients with standard errors, and the baseline log cumulative hazard at the horizon."""

    coefficients: Column
    standard_errors: Column
    log_cumulative_hazard: float


@dataclass(frozen=True, slots=True)
class Optimism:
    """Apparent C, and C and slope corrected by the bootstrap (Harrell FE, Stat Med 1996;15:361-387).

    None where they cannot be estimated.
    """

    apparent_c: float | None
    corrected_c: float | None
    corrected_slope: float | None
    resamples: int


@dataclass(frozen=True, slots=True)
class Fitted:
    """A fit with the whole cohort, the patients it used (followed up to the horizon, no longer), the inputs
    that do not vary, and how long the longest follow-up was.
    """

    plan: Plan
    cohort: Cohort
    used: Cohort
    terms: tuple[Term, ...]
    cox: CoxFit
    optimism: Optimism
    constant: list[str]
    longest_days: float


def fit_model(cohort: Cohort, plan: Plan) -> Fitted:
    """A Cox model of the patients who have all the inputs, followed up to the horizon.

    Inputs that do not vary are left out and named. Raises CohortError when too few end points remain, nobody
    was followed up to the horizon, or the fit does not converge.
    """
    names, constant = _varying(cohort, plan.inputs)
    whole = cohort.complete_for(names)
    used = whole.until(MAIN_HORIZON_DAYS)
    outcome = Outcome(used.time_days, used.event)
    longest = float(whole.time_days.max(initial=0.0))
    _check_horizon(outcome, longest)
    if used.event.sum() < MINIMUM_EVENTS:
        counted = {"patients": len(used), "ended": used.event.sum(), "needed": MINIMUM_EVENTS}
        filling = {**counted, "inputs": Listed(tuple(names)), "days": MAIN_HORIZON_DAYS}
        raise CohortError(Sentence(TOO_FEW, filling))
    terms = plan_terms(used, names, plan.splines)
    matrix = design(terms, used)
    fitted = cox(matrix, outcome)
    optimism = bootstrap_optimism(matrix, outcome, plan)
    coefficients = with_coefficients(terms, fitted.coefficients)
    return Fitted(plan, cohort, used, coefficients, fitted, optimism, constant, longest)


def _check_horizon(outcome: Outcome, longest: float) -> None:
    """Raises CohortError if the follow-up carries no model of the risk by the horizon."""
    if len(outcome) and not outcome.observed_at(MAIN_HORIZON_DAYS):
        counted = {"patients": len(outcome), "longest": f"{longest:g}", "days": MAIN_HORIZON_DAYS}
        raise CohortError(Sentence(TOO_SHORT, counted))
    if len(outcome) and outcome.by(MAIN_HORIZON_DAYS).all():
        raise CohortError(Sentence(NOBODY_LEFT, {"patients": len(outcome), "days": MAIN_HORIZON_DAYS}))


def cox(matrix: Column, outcome: Outcome) -> CoxFit:
    """Cox regression (Efron's ties) with Breslow's baseline at the horizon.

    The columns are made orthogonal for the search, without which it stops short of the maximum for splines.
    Raises CohortError if columns say the same or the search does not converge.
    """
    spread = matrix.std(axis=0)
    orthogonal, triangle = np.linalg.qr((matrix - matrix.mean(axis=0)) / np.where(spread > 0, spread, 1))
    if np.linalg.cond(triangle) > _WORST_CONDITION:
        raise CohortError(Sentence(SAME))
    back = np.linalg.inv(triangle) * len(matrix) ** 0.5 / spread[:, None]
    coefficients, covariance = _maximum(orthogonal * len(matrix) ** 0.5, outcome)
    fitted = back @ coefficients
    errors = np.sqrt(np.diag(back @ covariance @ back.T))
    return CoxFit(fitted, errors, _log_baseline(matrix @ fitted, outcome))


def _maximum(matrix: Column, outcome: Outcome) -> tuple[Column, Column]:
    """Coefficients and their covariance at the maximum of the partial likelihood.

    The libraries, a second to load, are for this alone.
    """
    from lifelines import CoxPHFitter
    from lifelines.exceptions import ConvergenceError, ConvergenceWarning
    from pandas import DataFrame

    frame = DataFrame(matrix, columns=[f"x{index}" for index in range(matrix.shape[1])])
    frame = frame.assign(time=outcome.time, event=outcome.event.astype(int))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", ConvergenceWarning)
            fitter = CoxPHFitter().fit(frame, "time", "event", fit_options=_SEARCH)
    except (ConvergenceError, ConvergenceWarning, ValueError, np.linalg.LinAlgError) as error:
        raise CohortError(Sentence(NOT_CONVERGING)) from error
    return fitter.params_.to_numpy(), fitter.variance_matrix_.to_numpy()


def _log_baseline(predictor: Column, outcome: Outcome) -> float:
    """Log of Breslow's cumulative hazard at the horizon for a linear predictor of zero, which may be far
    from that of every patient."""
    order = np.argsort(outcome.time)
    still_there = np.logaddexp.accumulate(predictor[order][::-1])[::-1]
    at_event = outcome.time[outcome.by(MAIN_HORIZON_DAYS)]
    position = np.searchsorted(outcome.time[order], at_event, side="left")
    return float(np.logaddexp.reduce(-still_there[position]))


def bootstrap_optimism(matrix: Column, outcome: Outcome, plan: Plan) -> Optimism:
    """How much better the fit looks on its own patients than it is, by refitting on resamples."""
    rng = np.random.default_rng(plan.seed)
    whole = cox(matrix, outcome)
    apparent = concordance(matrix @ whole.coefficients, outcome)
    lost_c, slopes = [], []
    for _ in range(plan.bootstrap):
        rows = rng.integers(0, len(matrix), len(matrix))
        try:
            again = cox(matrix[rows], outcome.take(rows))
            predictor = matrix @ again.coefficients
            slope = cox(predictor[:, None], outcome).coefficients[0]
        except CohortError:
            continue
        on_itself, on_all = concordance(predictor[rows], outcome.take(rows)), concordance(predictor, outcome)
        if on_itself is None or on_all is None:
            continue
        lost_c.append(on_itself - on_all)
        slopes.append(slope)
    if apparent is None or not lost_c:
        return Optimism(apparent, None, None, 0)
    return Optimism(apparent, apparent - float(np.mean(lost_c)), float(np.mean(slopes)), len(lost_c))


def _varying(cohort: Cohort, names: Sequence[str]) -> tuple[list[str], list[str]]:
    """The inputs with more than one value, and the others."""
    varying: list[str] = []
    constant: list[str] = []
    for name in names:
        if name not in INPUTS:
            raise CohortError(Sentence(NO_INPUT, {"input": name}))
        if INPUTS[name].kind == "choice":
            raise CohortError(Sentence(NO_NUMBER, {"input": name}))
        values = cohort.column(INPUTS[name].key)
        different = len(np.unique(values[~np.isnan(values)]))
        (varying if different > 1 else constant).append(name)
    if not varying:
        raise CohortError(Sentence(ONE_VALUE))
    return varying, constant
