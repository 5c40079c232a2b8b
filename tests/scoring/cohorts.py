"""Simulated cohorts with a known truth: the provisional model itself."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring import DEFAULT_MODEL
from scoring.calibration import simulate_cohort
from scoring.inputs import BY_KEY, INPUTS
from scoring.research.cohort import OUTCOME_COLUMNS

DAYS = 90


@dataclass(frozen=True)
class Simulated:
    """Normalised values by key, true risks, and follow-up in days with the end point or a loss."""

    values: dict[str, NDArray[np.float64]]
    risk: NDArray[np.float64]
    time_days: NDArray[np.float64]
    event: NDArray[np.bool_]

    def csv(self, *, without: tuple[str, ...] = (), rows: int | None = None) -> str:
        """The cohort as a file, in SI units."""
        names = [name for name in DEFAULT_MODEL.inputs if name not in without]
        units = [f"{name}_unit" for name in names if INPUTS[name].units]
        fixed = [INPUTS[unit.removesuffix("_unit")].unit for unit in units]
        columns = [self.values[INPUTS[name].key] for name in names]
        lines = [",".join([*names, *units, *OUTCOME_COLUMNS])]
        for index in range(rows or len(self.risk)):
            cells = [f"{column[index]:.10g}" for column in columns]
            lines.append(
                ",".join([*cells, *fixed, f"{self.time_days[index]:.6f}", str(int(self.event[index]))])
            )
        return "\n".join(lines) + "\n"


def simulated(size: int, *, seed: int = 1, lost_by: float = 400.0) -> Simulated:
    """Patients with exponential times to the end point, whose 90-day risk is what the provisional model says.

    Losses are uniform over the first `lost_by` days.
    """
    values = simulate_cohort(size=size, seed=seed)
    assert values.keys() <= BY_KEY.keys()
    predictor = DEFAULT_MODEL.linear_predictor(values)
    rate = np.exp(DEFAULT_MODEL.horizons[0].log_cumulative_hazard + predictor) / DAYS
    rng = np.random.default_rng(seed)
    ends, lost = rng.exponential(1 / rate), rng.uniform(1, lost_by, size)
    return Simulated(values, DEFAULT_MODEL.risk(predictor), np.minimum(ends, lost), ends <= lost)
