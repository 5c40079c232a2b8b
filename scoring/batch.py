"""Many patients at once: the same models, terms and decisions as for one, on NumPy columns."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.evaluation import DEFAULT_THRESHOLD, Evaluation, conclude, missing_inputs
from scoring.reading import Reading
from scoring.riskmodel import MAIN_HORIZON_DAYS, RiskModel

Column = NDArray[np.float64]

_BLOCK = 16_384
"""Rows per pass: a block's columns stay in the processor's cache through all terms."""


def linear_predictors(model: RiskModel, columns: Mapping[str, NDArray[Any]]) -> Column:
    """Linear predictors of n patients from normalised values by key, columns without gaps."""
    result = np.empty(_length(model, columns))
    for block in _blocks(len(result)):
        result[block] = model.linear_predictor({key: column[block] for key, column in columns.items()})
    return result


def risks(model: RiskModel, columns: Mapping[str, NDArray[Any]], *, days: int = MAIN_HORIZON_DAYS) -> Column:
    """Risks (0-1) within `days` of n patients from normalised values by key, each a column without gaps.

    Hard limits are not checked here: see `read_inputs`. KeyError if the model lacks the horizon or a column
    is missing, ValueError if columns differ in length.
    """
    result = np.empty(_length(model, columns))
    for block in _blocks(len(result)):
        predictors = model.linear_predictor({key: column[block] for key, column in columns.items()})
        result[block] = model.risk(predictors, days=days)
    return result


def evaluate_many(
    readings: Sequence[Reading], *, model: RiskModel, threshold: float = DEFAULT_THRESHOLD
) -> list[Evaluation]:
    """What `evaluate` says of each reading (all with chronic liver disease), in the same order."""
    complete = [index for index, reading in enumerate(readings) if not missing_inputs(reading, model)]
    columns = {
        term.key: np.array([readings[index].values[term.key] for index in complete], dtype=np.float64)
        for term in model.terms
    }
    predictors = np.asarray(model.linear_predictor(columns), dtype=np.float64)
    risk = np.asarray(model.risk(predictors))
    parts = {name: np.asarray(part) for name, part in model.contributions(columns).items()}
    row_of = {index: row for row, index in enumerate(complete)}
    results = []
    for index, reading in enumerate(readings):
        row = row_of.get(index)
        scored = row is not None
        results.append(
            conclude(
                reading,
                model=model,
                threshold=threshold,
                chronic_liver_disease=True,
                linear_predictor=float(predictors[row]) if scored else None,
                risk=float(risk[row]) if scored else None,
                contributions={name: float(part[row]) for name, part in parts.items()} if scored else {},
            )
        )
    return results


def _length(model: RiskModel, columns: Mapping[str, NDArray[Any]]) -> int:
    lengths = {len(columns[term.key]) for term in model.terms}
    if len(lengths) != 1:
        raise ValueError("the columns differ in length")
    return lengths.pop()


def _blocks(length: int) -> list[slice]:
    return [slice(start, start + _BLOCK) for start in range(0, length, _BLOCK)]
