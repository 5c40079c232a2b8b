"""A cohort from a CSV file: the inputs by their usual names, and `time_days` and `event` beside them."""

import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.inputs import INPUTS
from scoring.reading import Reading, read_inputs
from scoring.rows import Row, UnreadableFileError, csv_rows

Column = NDArray[np.float64]

OUTCOME_COLUMNS = ("time_days", "event")
NEEDS_EXTRA = "This needs the research extra. Install it with: uv sync --extra research"


class CohortError(ValueError):
    """The cohort cannot be used; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Cohort:
    """n patients with an outcome. `time_days`: to the end point or the last contact; `event`: 1 for the end
    point.

    `excluded`: how many rows were left out, by reason. `refused`: how many values were impossible and count
    as missing, by input name.
    """

    readings: tuple[Reading, ...]
    time_days: Column
    event: NDArray[np.bool_]
    excluded: Mapping[str, int]
    refused: Mapping[str, int]

    def __len__(self) -> int:
        return len(self.readings)

    @property
    def fingerprint(self) -> str:
        """sha256 of values and outcomes, to tell whether two files hold the same patients."""
        patients = [dict(sorted(reading.values.items())) for reading in self.readings]
        content = json.dumps([patients, self.time_days.tolist(), self.event.tolist()])
        return hashlib.sha256(content.encode()).hexdigest()

    def column(self, key: str) -> Column:
        """Normalised values by key, NaN where missing."""
        return np.array([_number(reading.values.get(key)) for reading in self.readings], dtype=np.float64)

    def missing(self, names: Sequence[str]) -> dict[str, int]:
        """How many patients lack each input."""
        return {name: int(np.isnan(self.column(INPUTS[name].key)).sum()) for name in names}

    def complete_for(self, names: Sequence[str]) -> "Cohort":
        """The patients who have all these inputs."""
        keys = [INPUTS[name].key for name in names]
        return self.where(np.array([all(key in r.values for key in keys) for r in self.readings], dtype=bool))

    def where(self, chosen: NDArray[np.bool_]) -> "Cohort":
        """The chosen patients."""
        readings = tuple(r for r, take in zip(self.readings, chosen, strict=True) if take)
        return replace(self, readings=readings, time_days=self.time_days[chosen], event=self.event[chosen])

    def until(self, days: float) -> "Cohort":
        """The same patients, followed up no longer than `days`."""
        event = self.event & (self.time_days <= days)
        return replace(self, time_days=np.minimum(self.time_days, days), event=event)

    def describe_outcome(self, days: int) -> dict[str, int]:
        """Patients, end points in all and within `days`, and how many were lost before."""
        early = self.time_days <= days
        return {
            "patients": len(self),
            "events": int(self.event.sum()),
            "events_by_horizon": int((self.event & early).sum()),
            "censored_before_horizon": int((~self.event & (self.time_days < days)).sum()),
        }


def read_cohort(stream: io.BufferedIOBase) -> Cohort:
    """Reads a cohort. Rows without a usable outcome are left out and counted, impossible values count as
    missing.

    Raises CohortError if the outcome columns are lacking or nobody is left, UnreadableFileError as
    `csv_rows`.
    """
    excluded: Counter[str] = Counter()
    refused: Counter[str] = Counter()
    kept: list[tuple[Reading, float, bool]] = []
    for row, outcome in _outcomes(csv_rows(stream)):
        if row.issue or outcome is None:
            excluded[row.issue.code if row.issue else "outcome"] += 1
            continue
        reading = read_inputs(row.raw)
        refused.update(issue.field for issue in reading.issues)
        kept.append((reading, *outcome))
    if not kept:
        raise CohortError("No patient has a usable outcome: time_days above 0, and event 0 or 1.")
    readings, times, events = zip(*kept, strict=True)
    return Cohort(readings, np.array(times), np.array(events, dtype=bool), dict(excluded), dict(refused))


def open_cohort(path: Path) -> Cohort:
    """The cohort of a file. Raises CohortError whatever is wrong with it."""
    try:
        with path.open("rb") as stream:
            return read_cohort(stream)
    except UnreadableFileError as error:
        raise CohortError(str(error)) from error
    except OSError as error:
        raise CohortError(f"{path} cannot be opened: {error.strerror}") from error


def _outcomes(rows: Iterator[Row]) -> Iterator[tuple[Row, tuple[float, bool] | None]]:
    for row in rows:
        lacking = [name for name in OUTCOME_COLUMNS if name not in row.others]
        if lacking and not row.issue:
            raise CohortError(
                f"The file has no column {lacking[0]}. A cohort needs time_days (days to the end point or "
                "the last contact) and event (1 for death or transplantation, else 0)."
            )
        yield row, None if row.issue else _outcome(row.others)


def _outcome(others: Mapping[str, Any]) -> tuple[float, bool] | None:
    try:
        time, event = float(others["time_days"]), float(others["event"])
    except ValueError:
        return None
    return (time, event == 1) if time > 0 and math.isfinite(time) and event in (0, 1) else None


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
