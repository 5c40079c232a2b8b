"""What was probably meant by a value that is unusual or impossible as it stands, and the question to ask.

Two rules. A number that would be usual in another unit of the same input is asked about by that unit; a
number that would be usual for another test printed on the same line of the report is asked about by that
test.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from scoring.inputs import NO_RANGE, Input, Range, within
from scoring.issues import Issue

TYPED = 10
"""Significant digits of what somebody typed: none of theirs is lost, only what a change of unit adds."""


@dataclass(frozen=True, slots=True)
class Confusion:
    """Values above `low` up to `high`, in the input's own unit, that are usual for what `code` names."""

    code: str
    low: float = -math.inf
    high: float = math.inf


CONFUSIONS: Mapping[str, tuple[Confusion, ...]] = {
    "inr": (
        Confusion("perhaps_seconds", 10, 25),
        Confusion("perhaps_pta", 25),
        Confusion("perhaps_pta", high=0.5),
    ),
    "pta_percent": (Confusion("perhaps_pta_fraction", 0, 1),),
    "neutrophils_10e9_l": (Confusion("perhaps_percent", 30, 100),),
    "lymphocytes_10e9_l": (Confusion("perhaps_percent", 20, 100),),
    "sodium_mmol_l": (Confusion("perhaps_potassium", 1, 10), Confusion("perhaps_chloride", 85, 108)),
    "map_mmhg": (Confusion("perhaps_map_kpa", 4, 20), Confusion("perhaps_systolic", 110, 250)),
    "spo2_percent": (Confusion("perhaps_fraction", 0, 1), Confusion("perhaps_ratio", 100)),
    "fio2": (Confusion("perhaps_flow", 0.9, 20.9),),
    "spo2_fio2": (Confusion("perhaps_saturation", high=100),),
    "pao2_fio2": (Confusion("perhaps_pao2", high=99.99),),
}
"""By input: what else its number may be. Where two units are confused, the units themselves say it."""

USUAL_IN: Mapping[tuple[str, str], Range] = {
    ("bilirubin", "mg/dL"): (40 / 17.1, 40),
    ("urea", "BUN mg/dL"): (6, 140),
    ("urea", "urea mg/dL"): (12, 300),
    ("lactate_mmol_l", "mg/dL"): (4, 90),
}
"""Soft limits in a unit whose usual numbers are typical of another, where the common limit is too wide."""


def question(spec: Input, value: float, unit: str) -> Issue | None:
    """What to ask about a possible value, normalised in `value` and typed in `unit`; None for a usual one."""
    typed, (low, high) = value / factor(spec, unit), usual(spec, unit)
    if low is not None and typed < low:
        code, limit = "unusually_low", low
    elif high is not None and typed > high:
        code, limit = "unusually_high", high
    else:
        return None
    shown = {"value": rounded(typed, TYPED), "unit": unit, "limit": rounded(limit)}
    other = other_unit(spec, typed, unit)
    if other is not None:
        return Issue(spec.name, f"perhaps_{_slug(other)}", {**shown, **_converted(spec, typed, unit, other)})
    meant = confused_with(spec.name, typed)
    ends = {"low": rounded(low or 0), "high": rounded(high or 0)}
    return Issue(spec.name, meant or code, {**shown, **({"hint": meant, **ends} if meant else {})})


def hint(spec: Input, typed: float, unit: str) -> dict[str, object]:
    """For a refusal of what is impossible: params that name what was probably meant; empty if unknown."""
    other = other_unit(spec, typed, unit)
    if other is not None:
        return _converted(spec, typed, unit, other)
    meant = confused_with(spec.name, typed)
    return {"hint": meant} if meant else {}


def confused_with(name: str, typed: float) -> str:
    """The code of what else the number may be; empty where nothing is known."""
    codes = (each.code for each in CONFUSIONS.get(name, ()) if each.low < typed <= each.high)
    return next(codes, "")


def other_unit(spec: Input, typed: float, unit: str) -> str | None:
    """The unit, not the one it was typed in, in which the number would be usual."""
    if not spec.units or not spec.unit_field:
        return None
    likely = spec.likely if spec.likely != NO_RANGE else spec.soft
    in_order = sorted(spec.units.items(), key=lambda pair: (pair[0] != spec.unit, "BUN" not in pair[0]))
    for other, times in in_order:
        value = typed * times
        same_number = math.isclose(times, spec.units[unit])
        if not same_number and within(likely, value) and value > 0:
            return other
    return None


def usual(spec: Input, unit: str) -> Range:
    """The soft limits in `unit`."""
    if (spec.name, unit) in USUAL_IN:
        return USUAL_IN[spec.name, unit]
    scale = factor(spec, unit)
    low, high = spec.soft
    return (None if low is None else low / scale, None if high is None else high / scale)


def factor(spec: Input, unit: str) -> float:
    """What a value in `unit` is multiplied by to get the normalised value."""
    return spec.units[unit] if spec.units else 1.0


def rounded(number: float, digits: int = 4) -> float | int:
    """To significant digits; a whole number as an int, so that limits read 90 and not 90.0."""
    near = float(f"{number:.{digits}g}")
    return int(near) if near.is_integer() and abs(near) < 1e15 else near


def _converted(spec: Input, typed: float, unit: str, other: str) -> dict[str, object]:
    """`typed` as if meant in the other unit, as the value it would be in the unit that was chosen."""
    converted = typed * factor(spec, other) / factor(spec, unit)
    return {"hint": "in_other_unit", "other_unit": other, "converted": rounded(converted, 3)}


def _slug(unit: str) -> str:
    """A unit as the end of a code: "BUN mg/dL" is "mg_dl", "10^9/L" is "10e9_l"."""
    return unit.split()[-1].replace("^", "e").strip("/").replace("/", "_").lower()
