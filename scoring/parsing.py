"""One raw value to one typed, normalised value, or to the issues that prevent it."""

import math
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from scoring.inputs import INPUTS, OTHER_LABORATORY, Input
from scoring.issues import Issue, as_text, quoted
from scoring.units import canonical_unit, spelling

Value = float | int | bool | str

_YES = frozenset({"true", "yes", "y", "t", "1", "on", "是", "有"})
_NO = frozenset({"false", "no", "n", "f", "0", "off", "否", "无"})

_UNIT_HINTS: Mapping[tuple[str, str, str], str] = {
    ("bilirubin", "umol/L", "low"): "perhaps_mg_dl",
    ("bilirubin", "mg/dL", "high"): "perhaps_umol_l",
    ("creatinine", "mg/dL", "high"): "perhaps_umol_l",
    ("urea", "mmol/L", "high"): "perhaps_mg_dl",
    ("urea", "BUN mg/dL", "low"): "perhaps_mmol_l",
    ("urea", "urea mg/dL", "low"): "perhaps_mmol_l",
}
_MISTYPED_BELOW: Mapping[str, tuple[float, str]] = {
    "creatinine": (15, "perhaps_mg_dl"),
    "albumin_g_l": (7, "perhaps_g_dl"),
}


class RefusedError(Exception):
    """A raw value that cannot be used; carries the issue."""

    def __init__(self, issue: Issue) -> None:
        super().__init__(issue.message)
        self.issue = issue


def is_blank(raw: object) -> bool:
    """True for None and for text without a visible character."""
    return raw is None or (isinstance(raw, str) and not raw.strip())


def check_value(name: str, raw: object, unit: object = None) -> tuple[Value | None, tuple[Issue, ...]]:
    """One value by itself: the normalised value (None if refused) and what is wrong or unusual about it.

    `name` is an input name or one of `OTHER_LABORATORY`; `unit` is needed where the input has several and its
    name does not say one.
    """
    spec = INPUTS.get(name) or OTHER_LABORATORY[name]
    try:
        value, used_unit = parse(spec, raw, unit)
    except RefusedError as refusal:
        return None, (refusal.issue,)
    return value, tuple(soft_limits(spec, value, used_unit))


def parse(spec: Input, raw: object, unit: object) -> tuple[Value, str]:
    """The normalised value and the unit it was typed in. Raises RefusedError."""
    if spec.kind == "flag":
        return _flag(spec, raw), ""
    if spec.kind == "choice":
        return _choice(spec, raw), ""
    if spec.kind == "grade":
        return _grade(spec, raw), ""
    number = _number(spec, raw)
    used_unit = _unit(spec, unit)
    value = number * factor(spec, used_unit)
    low, high = spec.hard
    if (low is not None and value < low) or (high is not None and value > high):
        raise RefusedError(_beyond_hard_limit(spec, number, used_unit))
    return value, used_unit


def factor(spec: Input, unit: str) -> float:
    """What a value in `unit` is multiplied by to get the normalised value."""
    return spec.units[unit] if spec.units else 1.0


def soft_limits(spec: Input, value: Value, unit: str) -> list[Issue]:
    """The question to ask about a normalised value that is possible but unusual: at most one."""
    if not isinstance(value, int | float):
        return []
    low, high = spec.soft
    if low is not None and value < low:
        return [_doubt(spec, value, unit, low, _code_below(spec, value, unit))]
    if high is not None and value > high:
        return [_doubt(spec, value, unit, high, _UNIT_HINTS.get((spec.name, unit, "high"), "unusually_high"))]
    return []


def _code_below(spec: Input, value: float, unit: str) -> str:
    limit, code = _MISTYPED_BELOW.get(spec.name, (-math.inf, ""))
    if value < limit and unit == spec.unit:
        return code
    return _UNIT_HINTS.get((spec.name, unit, "low"), "unusually_low")


def _doubt(spec: Input, value: float, unit: str, limit: float, code: str) -> Issue:
    scale = factor(spec, unit)
    shown = {"value": _rounded(value / scale, TYPED), "unit": unit, "limit": _rounded(limit / scale)}
    return Issue(spec.name, code, shown)


def _number(spec: Input, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise RefusedError(Issue(spec.name, "not_a_number", {"value": quoted(raw)}))
    text = unicodedata.normalize("NFKC", raw).strip() if isinstance(raw, str) else raw
    try:
        if isinstance(text, str) and "_" in text:
            raise ValueError(text)
        number = float(text)
    except (ValueError, OverflowError):
        raise RefusedError(Issue(spec.name, "not_a_number", {"value": quoted(raw)})) from None
    if not math.isfinite(number):
        raise RefusedError(Issue(spec.name, "not_finite", {"value": quoted(raw)}))
    return number


def _grade(spec: Input, raw: object) -> int:
    number = _number(spec, raw)
    low, high = spec.hard
    if not number.is_integer() or low is None or high is None or not low <= number <= high:
        raise RefusedError(Issue(spec.name, "not_whole", {"value": quoted(raw), "low": low, "high": high}))
    return int(number)


def _flag(spec: Input, raw: object) -> bool:
    text = unicodedata.normalize("NFKC", as_text(raw)).strip().lower()
    text = text.removesuffix(".0")
    if text in _YES or text in _NO:
        return text in _YES
    raise RefusedError(Issue(spec.name, "not_yes_or_no", {"value": quoted(raw)}))


def _choice(spec: Input, raw: object) -> str:
    text = unicodedata.normalize("NFKC", as_text(raw)).strip().lower()
    if text not in spec.choices:
        raise RefusedError(
            Issue(spec.name, "not_a_choice", {"value": quoted(raw), "choices": list(spec.choices)})
        )
    return text


def _unit(spec: Input, unit: object) -> str:
    if not spec.units or not spec.unit_field:
        return spec.unit
    known = list(spec.units)
    if is_blank(unit) and spec.unit_in_name:
        return spec.unit
    if is_blank(unit):
        raise RefusedError(Issue(spec.unit_field, "unit_missing", {"units": known}))
    typed = as_text(unit)
    found = canonical_unit(typed, spec.units)
    if found is None:
        ambiguous = spelling(typed) in {spelling(unit.split()[-1]) for unit in known}
        raise RefusedError(
            Issue(
                spec.unit_field,
                "unit_ambiguous" if ambiguous else "unit_unknown",
                {"value": quoted(typed), "units": known},
            )
        )
    return found


def _beyond_hard_limit(spec: Input, number: float, unit: str) -> Issue:
    scale = factor(spec, unit)
    low, high = (None if limit is None else _rounded(limit / scale) for limit in spec.hard)
    return Issue(
        spec.name, "out_of_range", {"value": _rounded(number, TYPED), "unit": unit, "low": low, "high": high}
    )


TYPED = 10
"""Significant digits of what somebody typed: none of theirs is lost, only what a change of unit adds."""


def _rounded(number: float, digits: int = 4) -> float | int:
    """To significant digits; a whole number as an int, so that limits read 90 and not 90.0."""
    rounded = float(f"{number:.{digits}g}")
    return int(rounded) if rounded.is_integer() and abs(rounded) < 1e15 else rounded
