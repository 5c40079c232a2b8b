"""Which rows of a file become patients of a cohort, and why the others do not."""

import re
from collections import Counter

from scoring.cells import is_missing
from scoring.inputs import EIGHT
from scoring.issues import gettext_noop, quoted
from scoring.reading import Reading, read_inputs
from scoring.research.outcomes import REASONS, Ending, UnusableOutcome, outcome_of
from scoring.rows import Row
from scoring.sentences import Listed, Readable, Sentence

OUTCOME_COLUMNS = ("time_days", "event")
_LINES_NAMED = 3
_NOT_UNDERSTOOD = (
    *("time_not_understood", "time_negative", "time_too_long", "event_not_understood"),
    *("too_many_cells", "malformed_row", "not_utf8", "unit_contradicts_heading"),
)
_OUTCOME_UNKNOWN = ("time_missing", "time_not_understood", "event_missing", "event_not_understood")
_FEW, _SHARE = 10, 0.1
"""So many rows without an outcome may be chance; more depend on how it ended."""
EXPECTED = gettext_noop(
    "time_days is a number of days, 0 or more (90, 90天); event is 1, 死亡, 是 or 2, 移植 for the end point, "
    "0, 存活 or 否 for none."
)
NO_COLUMN = gettext_noop(
    "The file has no column %(name)s. A cohort needs time_days (days to the end point or the last contact; "
    "also 随访天数) and event (1 for death or transplantation, else 0; also 结局)."
)
NO_OUTCOME = gettext_noop("No patient has a usable outcome. %(expected)s %(left_out)s")
NOT_UNDERSTOOD = gettext_noop("%(count)s of %(rows)s rows cannot be understood. %(expected)s %(left_out)s")
SELECTED = gettext_noop(
    "%(count)s of %(rows)s rows have no usable outcome. Which patients are left out would then depend on how "
    "it ended, and nothing would be true of the rest. Complete them. %(expected)s %(left_out)s"
)
REPEATED = gettext_noop("%(count)s of %(rows)s rows repeat a patient. %(expected)s %(left_out)s")
ONE_OR_TWO = gettext_noop(
    "The column event holds 2 but never 0, so 1 and 2 may mean alive and dead. Write 0 for who reached no "
    "end point, 1 for death and 2 for transplantation, or the words."
)
LEFT_OUT = gettext_noop("Left out: %(reasons)s.")
BY_REASON = gettext_noop("%(reason)s: %(lines)s")
LINE = gettext_noop("line %(line)s")
LINE_WITH_VALUE = gettext_noop("line %(line)s: “%(value)s”")
_NO_ID = re.compile(r"[?？0\-_.*/x×\s]*")


class CohortError(ValueError):
    """The cohort cannot be used; the sentence says why and what to do."""

    def __init__(self, sentence: Readable) -> None:
        super().__init__(str(sentence))
        self.sentence = sentence


class Intake:
    """Takes the rows of one file: `kept` ones with days and ending, the others in `excluded` by code.

    `lines`: where the first rows of each code stand, with the value at fault. `copies`: how many were kept
    although an earlier row of another number has the same values in everything.
    """

    def __init__(self) -> None:
        self.rows = self.copies = 0
        self.kept: list[tuple[Reading, float, Ending]] = []
        self.excluded: Counter[str] = Counter()
        self.lines: dict[str, list[Sentence]] = {}
        self._patients: dict[str, tuple[int, int]] = {}
        self._contents: set[int] = set()
        self._codes: set[str] = set()

    def take(self, row: Row) -> None:
        """Keeps a row or counts why not. Raises CohortError if the file has no outcome columns."""
        self.rows += 1
        # When the blood was taken says nothing about a cohort, so that a doubtful day costs no patient.
        if row.issue and row.issue.field != "sampled_at":
            self._leave_out(row.issue.code, row)
            return
        lacking = next((name for name in OUTCOME_COLUMNS if name not in row.others), None)
        if lacking:
            raise CohortError(Sentence(NO_COLUMN, {"name": lacking}))
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
            raise CohortError(self._refusal(NO_OUTCOME))
        for codes, text in ((_NOT_UNDERSTOOD, NOT_UNDERSTOOD), (("repeated_patient",), REPEATED)):
            count = sum(self.excluded[code] for code in codes)
            if 2 * count > self.rows:
                raise CohortError(self._refusal(text, count))
        unknown = sum(self.excluded[code] for code in _OUTCOME_UNKNOWN)
        if unknown >= _FEW and unknown > _SHARE * self.rows:
            raise CohortError(self._refusal(SELECTED, unknown))
        if "2" in self._codes and all(ending != "none" for _, _, ending in self.kept):
            raise CohortError(Sentence(ONE_OR_TWO))

    def _refusal(self, text: str, count: int = 0) -> Sentence:
        """What is wrong, what is expected, and where the first rows that were left out stand, by reason."""
        reasons = tuple(
            Sentence(
                BY_REASON,
                {"reason": Sentence(REASONS.get(code, code)), "lines": Listed(tuple(lines), "; ")},
            )
            for code, lines in self.lines.items()
        )
        left_out = Sentence(LEFT_OUT, {"reasons": Listed(reasons, "; ")}) if reasons else ""
        counted = {"count": count, "rows": self.rows}
        return Sentence(text, {**counted, "expected": Sentence(EXPECTED), "left_out": left_out})

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
            named.append(_line(code, row))


def _line(code: str, row: Row) -> Sentence:
    """Which line of the file, and the value there that a reason is about."""
    name = {"time": "time_days", "event": "event"}.get(code.partition("_")[0])
    typed = str(row.others.get(name, "")) if name else ""
    if not typed.strip():
        return Sentence(LINE, {"line": row.line})
    return Sentence(LINE_WITH_VALUE, {"line": row.line, "value": quoted(typed)})
