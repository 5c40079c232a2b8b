"""What hospitals call the inputs: names, abbreviations and units of columns and tests, and what only looks
like one of them.

The names are data (`catalogue.json`, each with its source), reviewed like any other clinical content. Names
are compared without case, width, blanks and punctuation.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from scoring.inputs import TYPED_INPUTS, UNIT_FIELDS
from scoring.issues import gettext_noop
from scoring.sentences import Listed, Sentence
from scoring.units import spelling

OTHER_COLUMNS = frozenset({"id", "sampled_at", "confirmed", "time_days", "event"})
CANONICAL = frozenset({*TYPED_INPUTS, *UNIT_FIELDS, *OTHER_COLUMNS})
"""The names of interfaces and documents, which are always understood as they are."""

_DATA: Mapping[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
_PUNCTUATION = re.compile(r"[\s()\[\]{}【】〔〕_.,:;·/\\+\-–—、*&?]+")
_BRACKETS = re.compile(r"[(\[{【〔]([^()\[\]{}【】〔〕]*)[)\]}】〕]")
_SCRIPTS = re.compile(r"[\u4e00-\u9fff]+|[a-z0-9#%]+")
_UNIT_WORDS = re.compile(r"的?(单位|units?)$")
_LAST_WORD = re.compile(r"^(.+?)[\s_,:;/]+(\S+)$")
_GLUED = re.compile(r"^(.*[\u4e00-\u9fff])([a-zµμ%].*)$")
_WHETHER = re.compile(r"^是否(?:有|存在|合并|发生|患)?")
_PARTS = re.compile(r"[,;、]")
_RESULT = re.compile(r"(测定|检测)?(值|结果|定量|水平)$")
_CODE = re.compile(r"(?P<digit>\d)\s*[=:.]?\s*(?P<word>[^\d=:.]+)|(?P<first>[^\d=:.]+)[=:](?P<last>\d)")
_NO_WORDS = frozenset({"无", "否", "没有", "no", "none"})


@dataclass(frozen=True, slots=True)
class Test:
    """One test or measurement: the input it is, and its spelled units by the unit they mean.

    `ambiguous`: units that may mean two things for this test.
    """

    input: str
    units: Mapping[str, str]
    ambiguous: frozenset[str] = frozenset()

    def unit_of(self, text: str) -> str | None:
        """The unit as the inputs spell it; None if it is not one of this test."""
        return self.units.get(spelling(text))


@dataclass(frozen=True, slots=True)
class Column:
    """What the heading of a column says: `name` is an input, a unit field, one of OTHER_COLUMNS, or the
    heading in small letters.

    `unit`: the unit the heading states, as the inputs spell it. `test`: what the catalogue knows of the test;
    None for canonical names. `fault`: why the column cannot be used, in words.
    """

    heading: str
    name: str
    unit: str | None = None
    test: Test | None = None
    fault: Sentence | None = None


def fold(name: str) -> str:
    """A name without its differences of case, width, blanks and punctuation."""
    return _PUNCTUATION.sub("", unicodedata.normalize("NFKC", name).lower())


def _tests() -> dict[str, Test]:
    named: dict[str, Test] = {}
    for entry in _DATA["tests"]:
        units = {spelling(form): unit for unit, forms in entry["units"].items() for form in (unit, *forms)}
        test = Test(entry["input"], MappingProxyType(units), frozenset(entry.get("ambiguous", ())))
        named.update({fold(name): test for name in entry["names"]})
    return named


def _names(section: str, target: str) -> dict[str, str]:
    return {fold(name): entry[target] for entry in _DATA[section] for name in entry["names"]}


TESTS: Mapping[str, Test] = MappingProxyType(_tests())
"""Tests by folded name."""
TESTS_OF_INPUTS: Mapping[str, Test] = MappingProxyType(
    {test.input: test for test in reversed(list(TESTS.values()))}
)
"""The test of each numeric input, of urea not the one that is counted as nitrogen."""
_PLAIN = MappingProxyType(
    {fold(name): name for name in CANONICAL} | _names("answers", "input") | _names("others", "column")
)
DECOYS: Mapping[str, str] = MappingProxyType(
    {
        "direct_bilirubin": gettext_noop("is direct bilirubin, not total bilirubin"),
        "indirect_bilirubin": gettext_noop("is indirect bilirubin, not total bilirubin"),
        "other_bilirubin": gettext_noop("is not plainly total bilirubin of blood"),
        "bile_acids": gettext_noop("is bile acids, not bilirubin"),
        "prothrombin_time": gettext_noop("is a prothrombin time in seconds, not the INR"),
        "prothrombin_ratio": gettext_noop("is a plain ratio of prothrombin times, not the INR"),
        "other_coagulation": gettext_noop("is another coagulation test, not the INR"),
        "uric_acid": gettext_noop("is uric acid, not urea"),
        "urine_sodium": gettext_noop("is sodium of urine, not of blood"),
        "other_creatinine": gettext_noop("is not the creatinine of serum"),
        "other_protein": gettext_noop("is not albumin of serum"),
        "neutrophil_share": gettext_noop("is a share of neutrophils, not their number"),
        "other_test": gettext_noop("is another test"),
        "any_bleeding": gettext_noop("is bleeding of any cause; variceal bleeding is asked for by its name"),
        "other_time": gettext_noop("is not the time of sampling"),
    }
)
"""What a column is that is easily taken for one of ours, by the code in the catalogue."""
NOT_IN_DAYS = gettext_noop("is not in days, which are asked for")
UREA_OR_NITROGEN = gettext_noop("can mean urea or urea nitrogen. Write one of: %(units)s")
OTHER_UNIT = gettext_noop("states another unit than %(input)s can have: %(units)s")
NO_UNIT = gettext_noop("no unit")
OTHER_CODES = gettext_noop(
    "explains other codes than ours (0 no, 1 yes; grades 0 to 4). Write words in its cells"
)
_DECOYS = MappingProxyType(_names("decoys", "is"))
_DAYS = frozenset(spelling(unit) for entry in _DATA["others"] for unit in entry.get("units", ()))


def unit_of(name: str, text: str) -> str | None:
    """The unit of an input as `scoring.INPUTS` spells it, from any usual spelling; None if it is none."""
    test = TESTS_OF_INPUTS.get(name)
    return test.unit_of(text) if test else None


@lru_cache(maxsize=1024)
def column_of(heading: str) -> Column:
    """What a heading says, with units in brackets or behind the name, in Chinese or English."""
    text = unicodedata.normalize("NFKC", " ".join(heading.split())).lower()
    base = " ".join(_BRACKETS.sub(" ", text).split())
    notes = [part.strip() for note in _BRACKETS.findall(text) for part in _PARTS.split(note)]
    column = _named(heading, text, []) or _named(heading, base, notes)
    for last in filter(None, (_LAST_WORD.match(base), _GLUED.match(base))):
        column = column or _with_unit(heading, last[1], last[2].replace("_", "/"))
    return column or Column(heading, text)


def _named(heading: str, base: str, notes: list[str]) -> Column | None:
    """The column of a name and of the notes that stood in brackets beside it; None for an unknown name."""
    key = fold(base)
    if base in CANONICAL and not notes:
        return Column(heading, base)
    if key in _DECOYS:
        return Column(heading, base, fault=Sentence(DECOYS[_DECOYS[key]]))
    if test := _test_of(base):
        return _measured(heading, base, test, notes)
    if unit_field := _unit_field(key):
        return Column(heading, unit_field)
    plain = _PLAIN.get(key) or _PLAIN.get(_WHETHER.sub("", key))
    if plain == "time_days" and any(spelling(note) not in _DAYS for note in notes):
        return Column(heading, base, fault=Sentence(NOT_IN_DAYS))
    return Column(heading, plain, fault=_coding_fault(plain, notes)) if plain else None


def _with_unit(heading: str, name: str, unit: str) -> Column | None:
    """The column of a name with a unit behind it; None where the last word is no unit of the test."""
    test = _test_of(name)
    if test is None or not test.unit_of(unit):
        return None
    return Column(heading, test.input, test.unit_of(unit), test)


def _measured(heading: str, base: str, test: Test, notes: list[str]) -> Column:
    """The column of a test whose heading states a unit, none, or one that it cannot have."""
    stated = [note for note in notes if note and _test_of(note) is not test]
    unit = test.unit_of(stated[0]) if len(stated) == 1 else None
    if not stated or unit is not None:
        return Column(heading, test.input, unit or None, test)
    units = tuple(dict.fromkeys(filter(None, test.units.values())))
    named = {"input": test.input, "units": Listed(units) if units else Sentence(NO_UNIT)}
    is_ambiguous = test.ambiguous & {spelling(note) for note in stated}
    return Column(heading, base, fault=Sentence(UREA_OR_NITROGEN if is_ambiguous else OTHER_UNIT, named))


def _test_of(name: str) -> Test | None:
    """The test of a name, also of one that is written in Chinese and again in Latin letters."""
    key = fold(name)
    if test := TESTS.get(key) or TESTS.get(_RESULT.sub("", key)):
        return test
    if name in TYPED_INPUTS:
        return TESTS_OF_INPUTS.get(name)
    parts = [TESTS.get(part) for part in _SCRIPTS.findall(key)]
    return parts[0] if len(parts) > 1 and all(part is parts[0] for part in parts) else None


def _unit_field(key: str) -> str | None:
    """The unit field of “TBIL单位”, “unit of ...” and the like."""
    name = _UNIT_WORDS.sub("", key)
    test = TESTS.get(name) if name != key else None
    return TYPED_INPUTS[test.input].unit_field if test else None


def _coding_fault(name: str, notes: list[str]) -> Sentence | None:
    """Why the codes that a heading explains, as in “(1=无, 2=有)”, are not ours."""
    if name not in TYPED_INPUTS or TYPED_INPUTS[name].kind not in ("flag", "grade"):
        return None
    pairs = [match for note in notes if (match := _CODE.fullmatch(note))]
    codes = [(pair["digit"] or pair["last"], pair["word"] or pair["first"]) for pair in pairs]
    if all((word in _NO_WORDS) == (digit == "0") for digit, word in codes) and (
        TYPED_INPUTS[name].kind == "grade" or all(digit in "01" for digit, _ in codes)
    ):
        return None
    return Sentence(OTHER_CODES)
