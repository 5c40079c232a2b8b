"""What became of the rows of a file: how many were used, and why the others were not."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from scoring.issues import REFUSALS, gettext_noop
from scoring.sentences import Listed, Sentence

_LINES_NAMED = 5
REFUSED_VALUES = REFUSALS.keys() - {"unknown_field"}
"""Codes of a value that could not be used; as a warning, in a row that could."""

ROWS = gettext_noop("Rows: %(rows)s. Scored %(scored)s, incomplete %(incomplete)s, refused %(refused)s.")
MISSING = gettext_noop("Missing, by input: %(inputs)s.")
IS_MISSING = gettext_noop("%(input)s is missing in %(count)s of %(rows)s rows")
IS_REFUSED = gettext_noop("%(input)s is refused (%(code)s) in %(count)s of %(rows)s rows")
BECAUSE = gettext_noop("%(input)s, %(code)s: %(count)s (line %(lines)s). The first: %(message)s")


@dataclass(slots=True)
class Tally:
    """Counts over the rows of one file, with the first lines of each reason and what the first was told."""

    rows: int = 0
    scored: int = 0
    incomplete: int = 0
    refused: int = 0
    lacking: Counter[str] = field(default_factory=Counter)
    reasons: Counter[tuple[str, str]] = field(default_factory=Counter)
    lines: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    messages: dict[tuple[str, str], str] = field(default_factory=dict)

    def add(self, line: Mapping[str, Any], *, refused: bool, missing: Iterable[str] = ()) -> None:
        """Counts one line of results; `missing` names what kept it from giving anything."""
        self.rows += 1
        if refused:
            self.refused += 1
            for error in line["errors"]:
                self._count(error, line["line"])
        elif lacking := list(missing):
            self.incomplete += 1
            self.lacking.update(lacking)
            self._count_left_out(line)
        else:
            self.scored += 1
            self._count_left_out(line)

    def _count_left_out(self, line: Mapping[str, Any]) -> None:
        """Values that could not be used, of a row that was."""
        for warning in line["warnings"]:
            if warning["code"] in REFUSED_VALUES:
                self._count(warning, line["line"])

    def _count(self, issue: Mapping[str, Any], line: int) -> None:
        reason = (issue["field"], issue["code"])
        self.reasons[reason] += 1
        self.messages.setdefault(reason, issue["message"])
        named = self.lines.setdefault(reason, [])
        if len(named) < _LINES_NAMED:
            named.append(line)

    def sentences(self) -> list[Sentence]:
        """What to say of rows that were not scored, and of values left out; nothing where all were used."""
        if self.scored == self.rows and not self.reasons:
            return []
        counts = {"scored": self.scored, "incomplete": self.incomplete, "refused": self.refused}
        sentences = [Sentence(ROWS, {"rows": self.rows, **counts})]
        if self.lacking:
            missing = tuple(f"{name} {count}" for name, count in self.lacking.most_common())
            sentences.append(Sentence(MISSING, {"inputs": Listed(missing)}))
        sentences += [self._because(reason, count) for reason, count in self.reasons.most_common()]
        return sentences

    @property
    def main_reason(self) -> Sentence:
        """The commonest reason why rows were not scored, in words."""
        if self.lacking:
            name, count = self.lacking.most_common(1)[0]
            return Sentence(IS_MISSING, {"input": name, "count": count, "rows": self.rows})
        (name, code), count = self.reasons.most_common(1)[0]
        return Sentence(IS_REFUSED, {"input": name, "code": code, "count": count, "rows": self.rows})

    def _because(self, reason: tuple[str, str], count: int) -> Sentence:
        name, code = reason
        named = (*self.lines[reason], *(("…",) if count > _LINES_NAMED else ()))
        said = {"message": self.messages[reason], "lines": Listed(named)}
        return Sentence(BECAUSE, {"input": name, "code": code, "count": count, **said})
