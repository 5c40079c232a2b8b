"""One raw value to one typed, normalised value, or to the issues that prevent it."""

import math
import unicodedata
from decimal import Decimal

from scoring import doubts
from scoring.doubts import TYPED, factor, rounded
from scoring.inputs import INPUTS, OTHER_LABORATORY, Input
from scoring.issues import Issue, as_text, quoted
from scoring.units import canonical_unit, spelling

Value = float | int | bool | str

_YES = frozenset({"true", "yes", "y", "t", "1", "on", "是", "有"})
_NO = frozenset({"false", "no", "n", "f", "0", "off", "否", "无"})


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
    used_unit = _unit(spec, unit, number)
    value = number * factor(spec, used_unit)
    low, high = spec.hard
    if (low is not None and value < low) or (high is not None and value > high):
        raise RefusedError(_beyond_hard_limit(spec, number, used_unit))
    return value, used_unit


def soft_limits(spec: Input, value: Value, unit: str) -> list[Issue]:
    """The question to ask about a normalised value that is possible but unusual: at most one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    asked = doubts.question(spec, value, unit)
    return [asked] if asked else []


def _number(spec: Input, raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | Decimal | str):
        raise RefusedError(Issue(spec.name, "not_a_number", {"value": quoted(raw)}))
    text = unicodedata.normalize("NFKC", raw).strip() if isinstance(raw, str) else raw
    if isinstance(text, str) and "%" in (spec.unit, *(spec.units or ())):
        text = text.removesuffix("%")
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


def _unit(spec: Input, unit: object, number: float) -> str:
    if not spec.units or not spec.unit_field:
        return _unit_by_size(spec, number)
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


def _unit_by_size(spec: Input, number: float) -> str:
    """The unit in which the number is possible, else the normal one."""
    low, high = spec.hard
    possible = (
        unit
        for unit, times in (spec.units or {}).items()
        if (low is None or number * times >= low) and (high is None or number * times <= high)
    )
    return next(possible, spec.unit)


def _beyond_hard_limit(spec: Input, number: float, unit: str) -> Issue:
    scale = factor(spec, unit)
    low, high = (None if limit is None else rounded(limit / scale) for limit in spec.hard)
    shown = {"value": rounded(number, TYPED), "unit": unit, "low": low, "high": high}
    return Issue(spec.name, "out_of_range", {**shown, **doubts.hint(spec, number, unit)})
