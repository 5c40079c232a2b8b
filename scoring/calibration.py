"""How the two solved constants of the provisional model were found: a seeded simulation of published
marginals.

The baseline `h` and the cirrhosis coefficient are chosen so that a simulated cohort reproduces two published
figures: a mean 90-day risk of 18.4 % (712 of 3,880; Mei X, Hepatol Int 2022), and ln(1 - mean risk with
cirrhosis) / ln(1 - mean risk without) = ln(1 - 0.167) / ln(1 - 0.075) (Wang Y, Front Med 2021). The model
file records the same marginals as text.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.riskmodel import RiskModel

SEED = 20250604
COHORT_SIZE = 400_000
MEAN_RISK = 712 / 3880
HAZARD_RATIO_OF_MEANS = math.log(1 - 0.167) / math.log(1 - 0.075)

Column = NDArray[np.float64]
Cohort = dict[str, Column]


@dataclass(frozen=True, slots=True)
class Solution:
    """The solved constants and what the simulated cohort then shows."""

    log_baseline_hazard: float
    cirrhosis_coefficient: float
    mean_risk: float
    mean_risk_cirrhosis: float
    mean_risk_no_cirrhosis: float
    flagged_share: float


def simulate_cohort(*, size: int = COHORT_SIZE, seed: int = SEED) -> Cohort:
    """Normalised values by key of `size` patients with the consortium's published marginals.

    The indicators are independent of each other; what a distribution yields beyond its range is held at the
    edge.
    """
    rng = np.random.default_rng(seed)
    cirrhosis = rng.random(size) < 0.71
    grades = rng.random(size)
    grade_1_2, grade_3_4 = 0.063, 0.023
    return {
        "age_years": np.clip(rng.normal(48.5, 12, size), 18, 79),
        "cirrhosis": cirrhosis.astype(np.float64),
        "variceal_bleeding": (cirrhosis & (rng.random(size) < 0.17)).astype(np.float64),
        "encephalopathy_grade": np.select(
            [grades < grade_3_4, grades < grade_3_4 + grade_1_2], [3.0, 1.0], 0.0
        ),
        "bilirubin_umol_l": np.clip(rng.lognormal(math.log(95), 1.25, size), 5, 900),
        "inr": np.clip(rng.lognormal(math.log(1.42), 0.33, size), 0.9, 8),
        "urea_mmol_l": np.clip(rng.lognormal(math.log(4.9), 0.50, size), 1.2, 45),
        "sodium_mmol_l": np.clip(rng.normal(137.4, 4.4, size), 115, 152),
    }


def calibrate(
    model: RiskModel, *, size: int = COHORT_SIZE, seed: int = SEED, threshold: float = 0.15
) -> Solution:
    """Solves both constants beside the model's other terms; its own two are left aside."""
    cohort = simulate_cohort(size=size, seed=seed)
    cirrhosis = cohort["cirrhosis"] == 1
    rest: Column = sum(
        (term.share(cohort[term.key]) for term in model.terms if term.input != "cirrhosis"), np.zeros(size)
    )

    def risks(constants: Column) -> Column:
        return -np.expm1(-np.exp(constants[0] + rest + constants[1] * cirrhosis))

    def misses(constants: Column) -> Column:
        risk = risks(constants)
        ratio = math.log1p(-risk[cirrhosis].mean()) / math.log1p(-risk[~cirrhosis].mean())
        return np.array([risk.mean() - MEAN_RISK, ratio - HAZARD_RATIO_OF_MEANS])

    solved = _newton(misses, np.array([-0.5, 0.8]))
    risk = risks(solved)
    return Solution(
        log_baseline_hazard=float(solved[0]),
        cirrhosis_coefficient=float(solved[1]),
        mean_risk=float(risk.mean()),
        mean_risk_cirrhosis=float(risk[cirrhosis].mean()),
        mean_risk_no_cirrhosis=float(risk[~cirrhosis].mean()),
        flagged_share=float((risk >= threshold).mean()),
    )


def _newton(misses: Callable[[Column], Column], start: Column, *, step: float = 1e-5) -> Column:
    """A root of two equations in two unknowns by Newton's method with difference quotients."""
    point = start
    for _ in range(50):
        miss = misses(point)
        if np.abs(miss).max() < 1e-10:
            return point
        shifts = np.eye(2) * step
        jacobian = np.column_stack([(misses(point + shift) - miss) / step for shift in shifts])
        point = point - np.linalg.solve(jacobian, miss)
    raise ArithmeticError("the calibration did not converge")
