"""A cohort from a CSV file: the inputs by their usual names, and `time_days` and `event` beside them."""

import hashlib
import io
import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from django.utils.translation import gettext_noop
from numpy.typing import NDArray

from scoring.encodings import Announce, UnreadableFileError, ignore
from scoring.inputs import INPUTS
from scoring.plausibility import column_faults, unusable_columns
from scoring.reading import Reading
from scoring.research.intake import OUTCOME_COLUMNS, CohortError, Intake
from scoring.research.outcomes import REASONS
from scoring.rows import csv_rows
from scoring.sentences import Listed, Sentence

__all__ = ["NEEDS_EXTRA", "OUTCOME_COLUMNS", "Cohort", "CohortError", "open_cohort", "read_cohort"]

Column = NDArray[np.float64]
_MANY, _SHARE = 10, 0.1
PERHAPS = "perhaps_"
"""What the codes of doubts begin with that name another unit or another test."""

TRANSPLANTATIONS = gettext_noop(
    "%(count)s patients with a transplantation (event 2) have reached the end point: it is death or "
    "transplantation."
)
COPIES = gettext_noop(
    "%(count)s patients have the same values in everything as an earlier one of another id. Leave them out "
    "if they are the same people."
)
NEEDS_EXTRA = gettext_noop("This needs the research extra. Install it with: uv sync --extra research")
COUNTED = gettext_noop("%(rows)s rows in the file, %(usable)s with a usable outcome.")
LEFT_OUT = gettext_noop("Left out, %(reason)s: %(count)s (%(lines)s).")
DOUBTED = gettext_noop(
    "%(input)s: %(count)s values would be usual in another unit or of another test. Check them; they are "
    "used as they stand."
)
NOT_USED = gettext_noop("%(input)s: %(count)s values could not be used and count as missing.")
NOT_OPENED = gettext_noop("%(file)s cannot be opened: %(fault)s")


@dataclass(frozen=True, slots=True)
class Cohort:
    """n patients with an outcome. `time_days`: to the end point or the last contact; `event`: 1 for the end
    point.

    `excluded`: how many of the file's `rows` were left out, by reason; `excluded_lines`: where the first of
    them stand. `refused`: how many values could not be used and count as missing, by input name.
    `transplantations`: how many of the end points are one. `copies`: how many patients have the same values
    in everything as an earlier one of another number. `doubted`: by input name, how many values would be
    usual in another unit or of another test.
    """

    readings: tuple[Reading, ...]
    time_days: Column
    event: NDArray[np.bool_]
    excluded: Mapping[str, int]
    refused: Mapping[str, int]
    rows: int = 0
    transplantations: int = 0
    copies: int = 0
    doubted: Mapping[str, int] = field(default_factory=dict)
    excluded_lines: Mapping[str, tuple[Sentence, ...]] = field(default_factory=dict)

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
        """A copy of this cohort, followed up no longer than `days`."""
        event = self.event & (self.time_days <= days)
        return replace(self, time_days=np.minimum(self.time_days, days), event=event)

    def account(self) -> list[Sentence]:
        """What became of the rows of the file, in sentences."""
        sentences = [Sentence(COUNTED, {"rows": self.rows, "usable": len(self)})]
        for code, count in self.excluded.items():
            where = Listed(self.excluded_lines.get(code, ()), "; ")
            reason = Sentence(REASONS.get(code, code))
            sentences.append(Sentence(LEFT_OUT, {"reason": reason, "count": count, "lines": where}))
        if self.transplantations:
            sentences.append(Sentence(TRANSPLANTATIONS, {"count": self.transplantations}))
        if self.copies:
            sentences.append(Sentence(COPIES, {"count": self.copies}))
        sentences += self.doubts()
        for name, count in self.refused.items():
            sentences.append(Sentence(NOT_USED, {"input": name, "count": count}))
        return sentences

    def doubts(self) -> list[Sentence]:
        """Of each input whose values may be of two kinds, how many are of the other one."""
        return [Sentence(DOUBTED, {"input": name, "count": count}) for name, count in self.doubted.items()]

    def describe_outcome(self, days: int) -> dict[str, int]:
        """Patients, end points in all and within `days`, and how many were lost before."""
        early = self.time_days <= days
        return {
            "patients": len(self),
            "events": int(self.event.sum()),
            "events_by_horizon": int((self.event & early).sum()),
            "censored_before_horizon": int((~self.event & (self.time_days < days)).sum()),
        }


def read_cohort(
    stream: io.BufferedIOBase, *, announce: Announce = ignore, confirmed_units: bool = False
) -> Cohort:
    """Reads a cohort. Rows without a usable outcome and repeated ones are left out and counted by reason;
    impossible values and bounds count as missing. A transplantation is the end point, as a death is.

    `announce` hears how the file was understood. Raises CohortError if the outcome columns are lacking, if
    nobody is left, if most rows cannot be understood, or if a column cannot be in the unit that the file says
    (unless `confirmed_units`); UnreadableFileError as `csv_rows`.
    """
    intake = Intake()
    for row in csv_rows(stream, announce=announce):
        intake.take(row)
    intake.refuse_what_cannot_be_right()
    readings, times, endings = zip(*intake.kept, strict=True)
    faults = None if confirmed_units else column_faults(readings) or unusable_columns(readings)
    if faults is not None:
        raise CohortError(faults)
    return Cohort(
        readings,
        np.array(times),
        np.array([ending != "none" for ending in endings], dtype=bool),
        dict(intake.excluded),
        dict(Counter(issue.field for reading in readings for issue in reading.issues)),
        rows=intake.rows,
        transplantations=endings.count("transplantation"),
        copies=intake.copies,
        doubted=_doubted(readings),
        excluded_lines={code: tuple(lines) for code, lines in intake.lines.items()},
    )


def _doubted(readings: Sequence[Reading]) -> dict[str, int]:
    """Single values may be unusual; many are where, say, half of a file is in another unit."""
    doubts = Counter(
        warning.field
        for reading in readings
        for warning in reading.warnings
        if warning.code.startswith(PERHAPS)
    )
    return {name: count for name, count in doubts.items() if count >= max(_MANY, _SHARE * len(readings))}


def open_cohort(path: Path, *, announce: Announce = ignore, confirmed_units: bool = False) -> Cohort:
    """The cohort of a file. Raises CohortError whatever is wrong with it."""
    try:
        with path.open("rb") as stream:
            return read_cohort(stream, announce=announce, confirmed_units=confirmed_units)
    except UnreadableFileError as error:
        raise CohortError(error.sentence) from error
    except OSError as error:
        raise CohortError(Sentence(NOT_OPENED, {"file": path, "fault": error.strerror})) from error


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else math.nan
