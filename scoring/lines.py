"""Rows of patients to lines of results, in chunks that are scored together."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from scoring.batch import evaluate_many
from scoring.encodings import UnreadableFileError
from scoring.evaluation import Evaluation
from scoring.issues import Issue
from scoring.organ_failure import aclf_grade
from scoring.plausibility import CONFIRM, column_faults
from scoring.reading import Reading, read_inputs, with_bounds_as_missing
from scoring.riskmodel import RiskModel
from scoring.rows import Row
from scoring.scores import ScoreValue, comparators, organ_inputs

_CHUNK = 1000

_SHOWN = (
    *("model", "model_version", "status", "outcome", "risk_90d", "band", "high_risk", "red_flags"),
    *("linear_predictor", "contributions", "missing", "warnings"),
)


def result_lines(
    rows: Iterable[Row], *, model: RiskModel, threshold: float, confirmed_units: bool = False
) -> Iterator[tuple[dict[str, Any], bool]]:
    """One JSON object per row, in order, and whether the row was scored rather than refused.

    Raises UnreadableFileError before the first line where the values of a column cannot be in the unit that
    the file says, unless somebody has confirmed the units.
    """
    remaining = iter(rows)
    unchecked = not confirmed_units
    while chunk := list(islice(remaining, _CHUNK)):
        readings = [None if row.issue else with_bounds_as_missing(read_inputs(row.raw)) for row in chunk]
        if unchecked:
            _refuse_wrong_columns(readings)
            unchecked = False
        usable = [reading for reading in readings if reading is not None and not reading.issues]
        evaluations = iter(evaluate_many(usable, model=model, threshold=threshold))
        for row, reading in zip(chunk, readings, strict=True):
            if reading is None or reading.issues:
                yield _refusal(row, reading.issues if reading else ()), False
            else:
                yield _result(row, reading, next(evaluations)), True


def _refuse_wrong_columns(readings: Sequence[Reading | None]) -> None:
    faults = column_faults([reading for reading in readings if reading is not None])
    if faults:
        raise UnreadableFileError("implausible_column", " ".join([*faults, CONFIRM]))


def _heading(row: Row) -> dict[str, Any]:
    heading: dict[str, Any] = {"row": row.number, "line": row.line}
    if row.label not in (None, ""):
        heading["id"] = row.label
    return heading


def _refusal(row: Row, issues: tuple[Issue, ...]) -> dict[str, Any]:
    all_issues = (row.issue,) if row.issue else issues
    errors = [issue.as_dict() for issue in all_issues]
    return {**_heading(row), "error": errors[0], "errors": errors}


def _result(row: Row, reading: Reading, evaluation: Evaluation) -> dict[str, Any]:
    line = {**_heading(row), **shown(reading, evaluation)}
    line["warnings"] += [Issue(name, "unknown_field").as_dict() for name in row.others]
    return line


def shown(reading: Reading, evaluation: Evaluation) -> dict[str, Any]:
    """What is said of one patient: the model's result, every comparator whose inputs suffice, and the grades
    by organ failure (None while no organ is known).
    """
    full = evaluation.as_dict()
    line = {name: full[name] for name in _SHOWN}
    organs = aclf_grade(organ_inputs(reading))
    scores = comparators(reading, organs)
    line["scores"] = {name: score.as_dict() for name, score in scores.items()}
    line["organ_failure"] = organs.as_dict() if organs.subscores else None
    notes = {name: note for name, score in scores.items() if (note := _note(score))}
    return {**line, "score_notes": notes} if notes else line


def _note(score: ScoreValue) -> dict[str, Any]:
    note: dict[str, Any] = {"assumed": list(score.assumed)} if score.assumed else {}
    return note if score.applies is None else {**note, "applies": score.applies}
