"""Which tests there are, what laboratories call them, and which are inputs of the scores.

The names are data (`catalogue.json`, each test with its source), reviewed like any other clinical content. A
test that is an input has the names and units of `scoring.catalogue` too, so that a column of a file and a
line of a report are understood alike. A test that is none is here so that nothing is taken for what it only
looks like.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scoring.catalogue import TESTS as COLUMNS
from scoring.catalogue import Test as ColumnTest
from scoring.catalogue import fold
from scoring.inputs import ANY_INPUT, Input
from scoring.units import spelling

_PATH = Path(__file__).with_suffix(".json")
_DATA: Mapping[str, Any] = json.loads(_PATH.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class LabTest:
    """One test. `input` is None for one that no score uses, `routine` is then the value of the ward's panel
    that it is, None for one that nothing asks for; `units` are spelled units by what they mean.

    `upper_normal`: between what values, in the unit of the normalised input, upper limits of reference ranges
    lie. `loinc`: (property, unit) by code; the unit is None where sites disagree on it. `shared_names`:
    folded names that laboratories print for another test too. `answers`: it says negative or positive;
    `positive_from`: by unit in small letters, the least number that is positive, empty where laboratories
    measure it both ways.
    """

    code: str
    input: str | None
    routine: str | None
    zh: str
    en: str
    units: Mapping[str, str]
    ambiguous: frozenset[str]
    upper_normal: tuple[float, float] | None
    loinc: Mapping[str, tuple[str, str | None]]
    shared_names: frozenset[str]
    answers: bool
    positive_from: Mapping[str, float]

    def is_shared(self, names: Iterable[str]) -> bool:
        """Whether all of the printed `names` are also those of another test."""
        return all(fold(name) in self.shared_names for name in names)

    @property
    def spec(self) -> Input | None:
        """The value as `scoring` describes it."""
        name = self.input or self.routine
        return ANY_INPUT[name] if name else None


def _column_tests(name: str | None) -> list[ColumnTest]:
    each = {id(test): test for test in COLUMNS.values()}.values()
    return [test for test in each if name and test.input == name]


def _test(entry: Mapping[str, Any]) -> LabTest:
    columns = _column_tests(entry["input"])
    units = {
        spelling(form): unit for unit, forms in entry.get("units", {}).items() for form in (unit, *forms)
    }
    for column in columns:
        units |= column.units
    limits = entry.get("upper_normal")
    return LabTest(
        code=entry["test"],
        input=entry["input"],
        routine=entry.get("routine"),
        zh=entry["zh"],
        en=entry["en"],
        units=MappingProxyType(units),
        ambiguous=frozenset(form for column in columns for form in column.ambiguous),
        upper_normal=(limits[0], limits[1]) if limits else None,
        loinc=MappingProxyType({code: (kind, unit) for code, (kind, unit) in entry.get("loinc", {}).items()}),
        answers=entry.get("answers", False),
        positive_from=MappingProxyType(entry.get("positive_from", {})),
        shared_names=frozenset(map(fold, entry.get("shared_names", ()))),
    )


def _names() -> dict[str, LabTest]:
    """Tests by folded name: those of `scoring` first, so that the names here are the last word."""
    by_input = {test.input: test for test in TESTS.values() if test.input}
    named = {name: by_input[column.input] for name, column in COLUMNS.items() if column.input in by_input}
    for entry in _DATA["tests"]:
        named.update(
            {fold(name): TESTS[entry["test"]] for name in (entry["zh"], entry["en"], *entry["names"])}
        )
    return named


TESTS: Mapping[str, LabTest] = MappingProxyType({entry["test"]: _test(entry) for entry in _DATA["tests"]})
"""Every test by its code."""
NAMES: Mapping[str, LabTest] = MappingProxyType(_names())
"""Every test by folded name."""
SHORTEST_MISPRINT = 3
"""Signs that a name has at least to be recognised with misprints; shorter ones are too much alike."""
LONGEST_NAME = max(map(len, NAMES)) + 6
SOURCES: Mapping[str, str] = MappingProxyType(_DATA["sources"])
SOURCE_OF: Mapping[str, str] = MappingProxyType(
    {entry["test"]: _DATA["sources"][entry["source"]] for entry in _DATA["tests"]}
)
"""Where the names of each test are from."""
NITROGEN_NAMES = frozenset(
    name for name, column in COLUMNS.items() if column.input == "urea" and "mg/dl" not in column.ambiguous
)
"""Folded names that say urea nitrogen, which in mg/dL is another number than urea."""


_ALIKE = str.maketrans("l1|!058索纳淮扳", "iiiiosb素钠准板")
"""Signs that are taken for each other where print is read, by the one that stands for them."""


def _misprints() -> Mapping[str, LabTest]:
    """Tests by how their names look; names that look like those of another test are left out."""
    looks: dict[str, set[str]] = {}
    for name, test in NAMES.items():
        looks.setdefault(name.translate(_ALIKE), set()).add(test.code)
    return {
        look: TESTS[next(iter(codes))]
        for look, codes in looks.items()
        if len(codes) == 1 and len(look) >= SHORTEST_MISPRINT
    }


_MISPRINTS = _misprints()


def misprinted(name: str) -> LabTest | None:
    """The test whose name looks like this one; None where there is none."""
    return _MISPRINTS.get(fold(name).translate(_ALIKE))


def named(name: str) -> LabTest | None:
    """The test of a name however it is written; None for an unknown one."""
    return NAMES.get(fold(name))
