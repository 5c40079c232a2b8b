"""Rows of patients to lines of results, in chunks that are scored together."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from scoring.batch import evaluate_many
from scoring.encodings import UnreadableFileError
from scoring.evaluation import Evaluation
from scoring.inputs import TYPED_INPUTS
from scoring.issues import Issue
from scoring.organ_failure import aclf_grade
from scoring.plausibility import column_faults
from scoring.reading import Reading, read_inputs, with_bounds_as_missing, without_unusable
from scoring.riskmodel import RiskModel
from scoring.rows import Row
from scoring.scores import ScoreValue, comparators, organ_inputs

Say = Callable[[Issue], str]
"""Words an issue in the reader's language."""

_CHUNK = 1000

_SHOWN = (
    *("model", "model_version", "status", "outcome", "risk_90d", "band", "high_risk", "red_flags"),
    *("linear_predictor", "contributions", "missing", "warnings"),
)


def result_lines(
    rows: Iterable[Row],
    *,
    model: RiskModel,
    threshold: float,
    say: Say = lambda issue: issue.message,
    confirmed_units: bool = False,
    latest: datetime | None = None,
) -> Iterator[tuple[dict[str, Any], bool]]:
    """One JSON object per row, in order, and whether the row was scored rather than refused.

    Who was sampled after `latest` is refused. Raises UnreadableFileError before the first line where the
    values of a column cannot be in the unit that the file says, unless somebody has confirmed the units.
    """
    remaining = iter(rows)
    unchecked = not confirmed_units
    while chunk := list(islice(remaining, _CHUNK)):
        readings = [_read(row, latest) for row in chunk]
        if unchecked:
            refuse_wrong_columns(readings)
            unchecked = False
        readings = [None if one is None else without_unusable(one, model.inputs) for one in readings]
        usable = [reading for reading in readings if reading is not None and not reading.issues]
        evaluations = iter(evaluate_many(usable, model=model, threshold=threshold))
        for row, reading in zip(chunk, readings, strict=True):
            if reading is None or reading.issues:
                yield refusal(row, reading.issues if reading else (), say), False
            else:
                yield _result(row, reading, next(evaluations), say), True


def _read(row: Row, latest: datetime | None) -> Reading | None:
    return None if row.issue else with_bounds_as_missing(read_inputs(row.raw, latest=latest))


def refuse_wrong_columns(readings: Sequence[Reading | None]) -> None:
    """Raises UnreadableFileError where the values of a column cannot be in the unit that the file says."""
    faults = column_faults([reading for reading in readings if reading is not None])
    if faults is not None:
        raise UnreadableFileError("implausible_column", faults)


def heading(row: Row) -> dict[str, Any]:
    """What a line says first: which row it is of."""
    line: dict[str, Any] = {"row": row.number, "line": row.line}
    if row.label not in (None, ""):
        line["id"] = row.label
    return line


def refusal(row: Row, issues: tuple[Issue, ...], say: Say) -> dict[str, Any]:
    """The line of a row that cannot be used."""
    all_issues = (row.issue,) if row.issue else issues
    errors = [worded(issue, say) for issue in all_issues]
    return {**heading(row), "error": errors[0], "errors": errors}


def unused(row: Row) -> list[Issue]:
    """A notice for each cell of a row that is not used."""
    return [Issue(name, "not_used" if name in TYPED_INPUTS else "unknown_field") for name in row.others]


def worded(issue: Issue, say: Say) -> dict[str, Any]:
    """An issue in its JSON form, its message in the reader's language."""
    return {**issue.as_dict(), "message": say(issue)}


def _result(row: Row, reading: Reading, evaluation: Evaluation, say: Say) -> dict[str, Any]:
    issues = [*evaluation.warnings, *unused(row)]
    return {
        **heading(row),
        **shown(reading, evaluation),
        "warnings": [worded(issue, say) for issue in issues],
    }


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
