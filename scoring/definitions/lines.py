"""Rows of patients to lines of grades."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from scoring.definitions.bedside import Bedside
from scoring.definitions.grading import grade_all
from scoring.inputs import TYPED_INPUTS
from scoring.lines import Say, heading, refusal, refuse_wrong_columns, unused, worded
from scoring.reading import Reading, read_inputs, with_bounds_as_missing
from scoring.rows import Row

_CHUNK = 1000


def graded_lines(
    rows: Iterable[Row], *, say: Say, confirmed_units: bool = False, latest: datetime | None = None
) -> Iterator[tuple[dict[str, Any], bool]]:
    """One JSON object per row, in order, and whether the row was graded rather than refused.

    `say` words an issue in the reader's language. Who was sampled after `latest` is refused. Raises
    UnreadableFileError before the first line where the values of a column cannot be in the unit that the file
    says, unless somebody has confirmed the units.
    """
    remaining = iter(rows)
    unchecked = not confirmed_units
    while chunk := list(islice(remaining, _CHUNK)):
        readings = [_read(row, latest) for row in chunk]
        if unchecked:
            refuse_wrong_columns(readings)
            unchecked = False
        for row, reading in zip(chunk, readings, strict=True):
            if reading is None or reading.issues:
                yield refusal(row, reading.issues if reading else (), say), False
            else:
                yield _graded(row, reading, say), True


def _read(row: Row, latest: datetime | None) -> Reading | None:
    if row.issue:
        return None
    return with_bounds_as_missing(read_inputs(row.raw, inputs=TYPED_INPUTS, latest=latest))


def _graded(row: Row, reading: Reading, say: Say) -> dict[str, Any]:
    grading = grade_all(Bedside.of(reading.values))
    issues = [*reading.warnings, *grading.warnings, *unused(row)]
    return {
        **heading(row),
        **grading.as_dict(),
        "warnings": [worded(issue, say) for issue in issues],
    }
