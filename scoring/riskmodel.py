"""A risk model: a Cox model's linear predictor and baseline, read from a versioned file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scoring.terms import Term

MAIN_HORIZON_DAYS = 90


@dataclass(frozen=True, slots=True)
class Horizon:
    """Baseline at one time: log cumulative hazard of a patient whose linear predictor is zero."""

    days: int
    log_cumulative_hazard: float


@dataclass(frozen=True)
class RiskModel:
    """A loaded, verified model. `document` is the whole file, of which the other fields are a reading.

    `reference` (normalised, by key) is the median patient that contributions are measured against; `validity`
    the range of each input the model was made for.
    """

    name: str
    version: int
    status: str
    checksum: str
    end_point: str
    terms: tuple[Term, ...]
    horizons: tuple[Horizon, ...]
    reference: Mapping[str, float]
    validity: Mapping[str, tuple[float, float]]
    population_age: tuple[float, float]
    document: Mapping[str, Any] = field(repr=False, compare=False)

    @cached_property
    def reference_linear_predictor(self) -> float:
        """The median patient's."""
        return float(self.linear_predictor(self.reference))

    @property
    def identifier(self) -> str:
        """Name and version in one word."""
        return f"{self.name}-{self.version}"

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of the inputs the model needs, in the order of its terms."""
        return tuple(dict.fromkeys(term.input for term in self.terms))

    def linear_predictor(self, values: Mapping[str, Any]) -> Any:
        """Sum of the terms for normalised values by key: numbers, or arrays of equal length."""
        return sum(term.share(values[term.key]) for term in self.terms)

    def contributions(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Linear predictor minus the reference patient's, by input name; the parts sum exactly."""
        parts: dict[str, Any] = dict.fromkeys(self.inputs, 0.0)
        for term in self.terms:
            parts[term.input] = parts[term.input] + (
                term.share(values[term.key]) - term.share(self.reference[term.key])
            )
        return parts

    def risk(self, linear_predictor: Any, *, days: int = MAIN_HORIZON_DAYS) -> Any:
        """1 - exp(-exp(h + LP)), the risk within `days`. KeyError for an unknown horizon."""
        import numpy as np

        baseline = {horizon.days: horizon.log_cumulative_hazard for horizon in self.horizons}[days]
        return -np.expm1(-np.exp(baseline + linear_predictor))
