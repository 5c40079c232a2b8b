"""Which rows of a file become patients of a cohort, and why the others do not."""

import re
from collections import Counter

from scoring.cells import is_missing
from scoring.inputs import EIGHT
from scoring.issues import quoted
from scoring.reading import Reading, read_inputs
from scoring.research.outcomes import REASONS, Ending, UnusableOutcome, outcome_of
from scoring.rows import Row

OUTCOME_COLUMNS = ("time_days", "event")
_LINES_NAMED = 3
_NOT_UNDERSTOOD = ("time_not_understood", "time_negative", "time_too_long", "event_not_understood")
_EXPECTED = (
    "time_days is a number of days, 0 or more (90, 90天); event is 1, 死亡, 是 or 2, 移植 for the end point, "
    "0, 存活 or 否 for none."
)
_NO_ID = re.compile(r"[?？0\-_.*/x×\s]*")


class CohortError(ValueError):
    """The cohort cannot be used; the message says why and what to do."""


class Intake:
    """Takes the rows of one file: `kept` ones with days and ending, the others in `excluded` by code.

    `lines`: where the first rows of each code stand, with the value at fault. `copies`: how many were kept
    although an earlier row of another number has the same values in everything.
    """

    def __init__(self) -> None:
        self.rows = self.copies = 0
        self.kept: list[tuple[Reading, float, Ending]] = []
        self.excluded: Counter[str] = Counter()
        self.lines: dict[str, list[str]] = {}
        self._patients: dict[str, tuple[int, int]] = {}
        self._contents: set[int] = set()
        self._codes: set[str] = set()

    def take(self, row: Row) -> None:
        """Keeps a row or counts why not. Raises CohortError if the file has no outcome columns."""
        self.rows += 1
        if row.issue:
            self._leave_out(row.issue.code, row)
            return
        lacking = next((name for name in OUTCOME_COLUMNS if name not in row.others), None)
        if lacking:
            raise CohortError(
                f"The file has no column {lacking}. A cohort needs time_days (days to the end point or the "
                "last contact; also 随访天数) and event (1 for death or transplantation, else 0; also 结局)."
            )
        try:
            days, ending = outcome_of(row.others)
        except UnusableOutcome as refusal:
            self._leave_out(refusal.code, row)
            return
        self._codes.add(str(row.others["event"]).strip())
        if repeated := self._repeated(row):
            self._leave_out(repeated, row)
            return
        self.kept.append((read_inputs(row.raw), days, ending))

    def refuse_what_cannot_be_right(self) -> None:
        """Raises CohortError where nobody is left, or so much is left out that the rest says nothing."""
        if not self.kept:
            raise CohortError(f"No patient has a usable outcome. {_EXPECTED} {self._first_lines()}")
        for codes, words in (
            (_NOT_UNDERSTOOD, "cannot be understood"),
            (("repeated_patient",), "repeat a patient"),
        ):
            count = sum(self.excluded[code] for code in codes)
            if 2 * count > self.rows:
                raise CohortError(f"{count} of {self.rows} rows {words}. {_EXPECTED} {self._first_lines()}")
        if "2" in self._codes and all(ending != "none" for _, _, ending in self.kept):
            raise CohortError(
                "The column event holds 2 but never 0, so 1 and 2 may mean alive and dead. Write 0 for who "
                "reached no end point, 1 for death and 2 for transplantation, or the words."
            )

    def _first_lines(self) -> str:
        """Where the first rows that were left out stand, by reason."""
        reasons = [f"{REASONS.get(code, code)}: {'; '.join(lines)}" for code, lines in self.lines.items()]
        return f"Left out: {', and '.join(reasons)}." if reasons else ""

    def _repeated(self, row: Row) -> str | None:
        """Whether an earlier row is of the same patient; without an id, one with the same eight values is."""
        content = hash((*sorted(row.raw.items(), key=str), *(row.others[name] for name in OUTCOME_COLUMNS)))
        label = str(row.label or "").strip()
        if label and not is_missing(label) and not _NO_ID.fullmatch(label):
            earlier = self._patients.setdefault(label, (self.rows, content))
            if earlier[0] == self.rows:
                self.copies += content in self._contents and all(name in row.raw for name in EIGHT)
                self._contents.add(content)
                return None
            return "repeated_row" if earlier[1] == content else "repeated_patient"
        if content in self._contents and all(name in row.raw for name in EIGHT):
            return "repeated_row"
        self._contents.add(content)
        return None

    def _leave_out(self, code: str, row: Row) -> None:
        self.excluded[code] += 1
        named = self.lines.setdefault(code, [])
        if len(named) < _LINES_NAMED:
            named.append(f"line {row.line}{_at_fault(code, row)}")


def _at_fault(code: str, row: Row) -> str:
    """The value that a reason is about, quoted."""
    name = {"time": "time_days", "event": "event"}.get(code.partition("_")[0])
    typed = str(row.others.get(name, "")) if name else ""
    return f": “{quoted(typed)}”" if typed.strip() else ""
