"""A result with a code of LOINC: which input it is, and whether its unit is one that the code can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from labs.catalogue import TESTS, LabTest
from scoring.units import spelling

OF_LOINC: Mapping[str, LabTest] = MappingProxyType(
    {code: test for test in TESTS.values() if test.input for code in test.loinc}
)
"""Tests that are inputs, by their LOINC codes."""

UNITS = frozenset(unit for test in TESTS.values() for unit in test.units)
"""Every unit that any test can have, as `spelling` writes it."""

UCUM_FORMS: Mapping[str, str] = MappingProxyType(
    {
        "{inr}": "",
        "1": "",
        "{ratio}": "",
        "mm[hg]": "mmHg",
        "[iu]/ml": "IU/mL",
        "[iu]/l": "U/L",
        "10*9/l": "10^9/L",
        "10*3/ul": "10^9/L",
    }
)
"""UCUM's spelling of units that are printed otherwise."""


@dataclass(frozen=True, slots=True)
class CodedInput:
    """The input of a coded result and its unit, as `scoring` spells it."""

    input: str
    unit: str
    unit_field: str | None


class UnknownCode(ValueError):
    """No test that is used has this code."""


class UnitContradicts(ValueError):
    """The unit is none that the code can have; `expected` is what it can."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


class AmbiguousCode(ValueError):
    """Sites use this code for different things; `instead` are the codes that say which."""

    def __init__(self, instead: tuple[str, ...]) -> None:
        super().__init__(", ".join(instead))
        self.instead = instead


def coded_input(loinc: str, unit: str) -> CodedInput:
    """What a result with this code and unit is. Raises UnknownCode, UnitContradicts, AmbiguousCode.

    A mass under a code of substance, or the reverse, is never converted: one of the two is wrong, and which
    one nobody can tell from here.
    """
    test = OF_LOINC.get(loinc)
    if test is None or test.spec is None or test.input is None:
        raise UnknownCode(loinc)
    expected = test.loinc[loinc][1]
    given = UCUM_FORMS.get(unit.strip().lower(), unit)
    if expected is None and _is_urea(test):
        raise AmbiguousCode(tuple(code for code, (_kind, unit) in test.loinc.items() if unit))
    if expected is None:
        resolved = test.units.get(spelling(given))
        if resolved is None:
            raise UnitContradicts(", ".join(dict.fromkeys(test.units.values())))
        return CodedInput(test.input, resolved, test.spec.unit_field)
    if not _is_same(given, expected, test):
        raise UnitContradicts(expected or "{INR}")
    return CodedInput(test.input, expected, test.spec.unit_field)


def unit_by_code(loinc: str, unit: str) -> tuple[str | None, list[str]]:
    """The unit as `scoring` spells it, None where the input has one only or none is clear; and doubts."""
    try:
        coded = coded_input(loinc, unit)
    except UnitContradicts:
        return None, ["code_contradicts_unit"] if unit else ["no_unit"]
    except AmbiguousCode:
        return None, ["code_unsettled"]
    except UnknownCode:
        return None, []
    return (coded.unit if coded.unit_field else None), []


def unit_said(loinc: str, code: str, text: str) -> str:
    """The unit of a Quantity: its code, or its text; both where they say two, which no code can have."""
    test = OF_LOINC.get(loinc)
    if test is None or not code or not text:
        return code or text
    said = [spelling(UCUM_FORMS.get(unit.strip().lower(), unit)) for unit in (code, text)]
    is_two = all(unit in UNITS for unit in said) and len({test.units.get(unit, unit) for unit in said}) > 1
    return f"{code} / {text}" if is_two else code


def _is_urea(test: LabTest) -> bool:
    return test.input == "urea"


def _is_same(given: str, expected: str, test: LabTest) -> bool:
    """Whether `given` says the unit of a code. What `mg/dL` means of urea, the code says."""
    plain = expected.rpartition(" ")[2]
    if spelling(given) in (spelling(expected), spelling(plain)):
        return True
    return bool(expected) and test.units.get(spelling(given)) == expected
