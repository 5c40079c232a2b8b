"""What else would tell who somebody is: a code that few have, and what tells a cause that is not told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from referral.codes import PrecipitantCode
from referral.statistics.reports import anonymity
from referral.statistics.reports.anonymity import ANY
from referral.ward.codes import AgainstTransplant, InterventionKind

Line = dict[str, Any]

CODED = (
    *("precipitants", "artificial_liver_modes", "artificial_liver_first", "transplant", "red_flags"),
    *("precipitant", "icd10", "treatment", "reason", "mode", "anticoagulant", "complications"),
    *("decision", "text"),
)
"""Columns with codes, or several separated by blanks, that somebody may know of a person."""

_VERDICT = "_in_time"
_TELL_CAUSE: Mapping[str, frozenset[str]] = {
    "precipitant": frozenset(
        {
            *(PrecipitantCode.HBV_FLARE, PrecipitantCode.NUC_STOP, PrecipitantCode.HDV_SUPER),
            *(PrecipitantCode.ALCOHOL, PrecipitantCode.AIH, PrecipitantCode.WILSON),
        }
    ),
    "treatment": frozenset({InterventionKind.ANTIVIRAL, InterventionKind.ABSTINENCE}),
    "reason": frozenset({AgainstTransplant.ALCOHOL_USE}),
    "value_of": frozenset({"hbsag", "hbeag", "anti_hdv", "hbv_dna_iu_ml"}),
}
"""By column: the codes from which the chronic liver disease follows."""

_BY_HEPATITIS_B = "cossh"
"""The definition that grades hepatitis B and nothing else."""


def hide_rare(lines: Sequence[Line], person_of: Mapping[str, str]) -> None:
    """Gives as `*` the codes that fewer than K persons have; of a reason for being late, that it was late.

    `person_of`: whose a case is, by its code in the file.
    """
    persons_with: dict[tuple[str, str, str], set[str]] = defaultdict(set)
    for line in lines:
        for key in _codes(line):
            persons_with[key].add(person_of[line["case"]])
    rare = {key for key, persons in persons_with.items() if len(persons) < anonymity.K}
    for line in lines:
        for name in line:
            if name in CODED:
                line[name] = _without(line, name, rare)
            elif name.endswith(_VERDICT) and (name, "", line[name]) in rare:
                line[name] = line[name].partition(":")[0]
        if line.get("precipitant") == ANY and "icd10" in line:
            line["icd10"] = ANY


def hide_cause(line: Line) -> None:
    """Takes from a line of a case, whose chronic liver disease is not told, what would tell it."""
    for name, codes in _TELL_CAUSE.items():
        if line.get(name) in codes and name != "value_of":
            line[name] = ANY
    if line.get("precipitant") == ANY and "icd10" in line:
        line["icd10"] = ANY
    if line.get("value_of") in _TELL_CAUSE["value_of"]:
        line.update(number=None, text=ANY)
    if "precipitants" in line:
        line["precipitants"] = _joined(
            ANY if code in _TELL_CAUSE["precipitant"] else code for code in line["precipitants"].split()
        )
    for name, definition in _graded(line).items():
        if definition == _BY_HEPATITIS_B and line[name]:
            line[name] = ANY


def _graded(line: Line) -> Mapping[str, str]:
    """By column that a line has: the definition whose grade it is."""
    leading = line.get("leading_definition") or line.get("definition") or ""
    columns = {
        "grade": leading,
        "first_grade": leading,
        "last_grade": leading,
        "first_cossh": _BY_HEPATITIS_B,
    }
    return {name: definition for name, definition in columns.items() if name in line}


def _codes(line: Line) -> Iterator[tuple[str, str, str]]:
    """Each code of a line with its column, and with what was measured."""
    for name, cell in line.items():
        if name in CODED:
            yield from ((name, str(line.get("value_of", "")), code) for code in str(cell or "").split())
        elif name.endswith(_VERDICT):
            yield name, "", str(cell or "")


def _without(line: Line, name: str, rare: set[tuple[str, str, str]]) -> str:
    measured = str(line.get("value_of", ""))
    codes = str(line[name] or "").split()
    return _joined(ANY if (name, measured, code) in rare else code for code in codes)


def _joined(codes: Iterator[str]) -> str:
    """Codes once each, in the order of the alphabet."""
    return " ".join(sorted(set(codes)))
