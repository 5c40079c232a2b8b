"""One raw value to one typed, normalised value, or to the issues that prevent it."""

import math
import re
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from scoring import doubts
from scoring.catalogue import unit_of
from scoring.doubts import TYPED, factor, rounded
from scoring.inputs import ANY_INPUT, Input, within
from scoring.issues import Issue, as_text, quoted
from scoring.numbers import Printed, read_number
from scoring.units import canonical_unit, spelling

Value = float | int | bool | str

_YES = frozenset(
    {*("true", "yes", "y", "t", "1", "on", "是", "有", "阳性", "真", "对", "存在", "+", "(+)", "√", "✓", "✔")}
)
_NO = frozenset(
    {
        *(
            "false",
            "no",
            "n",
            "f",
            "0",
            "off",
            "否",
            "无",
            "阴性",
            "假",
            "没有",
            "不存在",
            "未见",
            "否认",
            "(-)",
        ),
        *("×", "✗", "✘"),
    }
)
_GRADE = re.compile(
    r"(?:he|grade|g|肝性脑病|第)? ?(?P<grade>[0-9]|iv|i{1,3}|[零一二三四])(?:\.0+)?(?: ?[级期度])?"
)
_ROMAN_AND_CHINESE: Mapping[str, int] = {
    **{"i": 1, "ii": 2, "iii": 3, "iv": 4},
    **{"零": 0, "一": 1, "二": 2, "三": 3, "四": 4},
}
_NO_ENCEPHALOPATHY = frozenset({"无", "否", "没有", "no", "none", "阴性", "未见", "无肝性脑病"})
_CHOICE_WORDS: Mapping[str, Mapping[str, str]] = {
    "ascites": {
        **{"无": "none", "否": "none", "没有": "none", "无腹水": "none", "no": "none", "未见": "none"},
        **{"轻度": "mild", "少量": "mild", "轻": "mild", "轻度腹水": "mild", "少量腹水": "mild"},
        **dict.fromkeys(("中度", "重度", "中重度", "中-重度", "中量", "大量", "中大量"), "moderate_severe"),
        **dict.fromkeys(("moderate", "severe", "中度腹水", "重度腹水", "大量腹水"), "moderate_severe"),
    },
    "cause": {
        **dict.fromkeys(("hbv", "chb", "hepatitis b", "乙肝", "慢性乙肝", "慢性乙型肝炎"), "hepatitis_b"),
        **dict.fromkeys(("乙型肝炎", "慢性乙型病毒性肝炎", "b18.0", "b18.1"), "hepatitis_b"),
        **dict.fromkeys(("hcv", "hepatitis c", "丙肝", "慢性丙型肝炎", "b18.2"), "hepatitis_c"),
        **dict.fromkeys(("alcoholic", "酒精", "酒精性", "酒精性肝病"), "alcohol"),
        **dict.fromkeys(("mafld", "nafld", "nash", "脂肪肝", "代谢相关脂肪性肝病"), "masld"),
        **dict.fromkeys(("aih", "自身免疫", "自身免疫性", "自身免疫性肝病"), "autoimmune"),
        **dict.fromkeys(("pbc", "psc", "胆汁淤积", "胆汁淤积性"), "cholestatic"),
        **dict.fromkeys(("肝豆状核变性",), "wilson"),
        **dict.fromkeys(("dili", "药物", "药物性", "药物性肝损伤"), "drug"),
        **{"其他": "other", "不明": "unknown", "不详": "unknown", "无": "none", "无慢性肝病": "none"},
    },
    **dict.fromkeys(
        ("hbsag", "hbeag", "anti_hdv", "hev_igm"),
        {
            **dict.fromkeys(("阴性", "阴", "neg", "-", "(-)", "未检出"), "negative"),
            **dict.fromkeys(("阳性", "阳", "pos", "+", "(+)", "弱阳性"), "positive"),
        },
    ),
    "sex": {
        **{"男": "male", "男性": "male", "m": "male", "man": "male"},
        **{"女": "female", "女性": "female", "f": "female", "woman": "female"},
    },
}
"""What hospitals write for the answers of an input with a choice."""


_NUMERIC = (str, float, int, Decimal)


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

    `name` is one of `ANY_INPUT`; `unit` is needed where the input has several and its
    name does not say one.
    """
    spec = ANY_INPUT[name]
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
    if spec.kind in ("grade", "count"):
        return _grade(spec, raw), ""
    number, unit_behind = _number(spec, raw)
    used_unit = _unit(spec, _one_unit(spec, raw, unit, unit_behind), number)
    value = number * factor(spec, used_unit)
    if not within(spec.hard, value):
        raise RefusedError(_beyond_hard_limit(spec, number, used_unit))
    return value, used_unit


def soft_limits(spec: Input, value: Value, unit: str) -> list[Issue]:
    """The question to ask about a normalised value that is possible but unusual: at most one."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return []
    asked = doubts.question(spec, value, unit)
    return [asked] if asked else []


def _number(spec: Input, raw: object) -> tuple[float, str]:
    """A raw value as a finite number, and the unit that was typed behind it."""
    if isinstance(raw, bool) or not isinstance(raw, _NUMERIC):
        raise RefusedError(Issue(spec.name, "not_a_number", {"value": quoted(raw)}))
    unit = ""
    try:
        if isinstance(raw, str) and "_" in raw:
            raise ValueError(raw)
        number = float(raw)
    except (ValueError, OverflowError):
        printed = _printed(spec, raw)
        number, unit = printed.value, printed.unit
    if not math.isfinite(number):
        raise RefusedError(Issue(spec.name, "not_finite", {"value": quoted(raw)}))
    return number, unit


def _printed(spec: Input, raw: object) -> Printed:
    """A value that is more than plain digits. Raises RefusedError for a bound and for what is no number."""
    printed = read_number(raw) if isinstance(raw, str) else None
    params = {"value": quoted(raw).strip()}
    if printed is None or (printed.unit and not _is_unit(spec, printed.unit)):
        raise RefusedError(_no_number(spec, raw))
    if printed.ambiguous:
        raise RefusedError(Issue(spec.name, "number_ambiguous", params))
    if printed.bound:
        raise RefusedError(Issue(spec.name, "bound", params))
    return printed


def _no_number(spec: Input, raw: object) -> Issue:
    """The refusal of what is no number, or a number that something else stands beside."""
    if not isinstance(raw, str) or not any(map(str.isdigit, raw)):
        return Issue(spec.name, "not_a_number", {"value": quoted(raw)})
    hint = {"hint": "perhaps_seconds"} if spec.name == "inr" else {}
    return Issue(spec.name, "not_plain", {"value": quoted(raw).strip(), **hint})


def _is_unit(spec: Input, text: str) -> bool:
    if spec.units:
        return (canonical_unit(text, spec.units) or unit_of(spec.name, text)) is not None
    return spelling(text) == spelling(spec.unit) or bool(unit_of(spec.name, text))


def _one_unit(spec: Input, raw: object, unit: object, unit_behind: str) -> object:
    """The unit stated beside the value or behind it. Raises RefusedError where the two differ."""
    if not spec.units or not unit_behind:
        return unit
    if is_blank(unit):
        return unit_behind
    if canonical_unit(as_text(unit), spec.units) not in (None, canonical_unit(unit_behind, spec.units)):
        params = {"value": quoted(raw), "unit": as_text(unit).strip()}
        raise RefusedError(Issue(spec.name, "units_contradict", params))
    return unit


def _grade(spec: Input, raw: object) -> int:
    text = _folded(raw)
    if text in _NO_ENCEPHALOPATHY:
        return 0
    match = _GRADE.fullmatch(text)
    grade = _ROMAN_AND_CHINESE.get(match["grade"]) if match else None
    if match and grade is None:
        grade = int(match["grade"])
    if grade is None or not within(spec.hard, grade):
        low, high = spec.hard
        raise RefusedError(Issue(spec.name, "not_whole", {"value": quoted(raw), "low": low, "high": high}))
    return grade


def _folded(raw: object) -> str:
    return unicodedata.normalize("NFKC", as_text(raw)).strip().lower()


def _flag(spec: Input, raw: object) -> bool:
    text = _folded(raw).removesuffix(".0")
    if text in _YES or text in _NO:
        return text in _YES
    raise RefusedError(Issue(spec.name, "not_yes_or_no", {"value": quoted(raw)}))


def _choice(spec: Input, raw: object) -> str:
    text = _folded(raw)
    text = _CHOICE_WORDS.get(spec.name, {}).get(text, text)
    if text not in spec.choices:
        raise RefusedError(
            Issue(spec.name, "not_a_choice", {"value": quoted(raw), "choices": list(spec.choices)})
        )
    return text


def _unit(spec: Input, unit: object, number: float) -> str:
    if not spec.units or not spec.unit_field:
        return _unit_by_size(spec, number)
    units = list(spec.units)
    if is_blank(unit) and spec.unit_in_name:
        return spec.unit
    if is_blank(unit):
        raise RefusedError(Issue(spec.unit_field, "unit_missing", {"units": units}))
    typed = as_text(unit)
    canonical = canonical_unit(typed, spec.units) or unit_of(spec.name, typed)
    if canonical is None:
        ambiguous = spelling(typed) in {spelling(unit.split()[-1]) for unit in units}
        raise RefusedError(
            Issue(
                spec.unit_field,
                "unit_ambiguous" if ambiguous else "unit_unknown",
                {"value": quoted(typed), "units": units},
            )
        )
    return canonical


def _unit_by_size(spec: Input, number: float) -> str:
    """The unit in which the number is possible, else the normal one."""
    units = (spec.units or {}).items()
    possible = (unit for unit, times in units if within(spec.hard, number * times))
    return next(possible, spec.unit)


def _beyond_hard_limit(spec: Input, number: float, unit: str) -> Issue:
    scale = factor(spec, unit)
    low, high = (None if limit is None else rounded(limit / scale) for limit in spec.hard)
    shown = {"value": rounded(number, TYPED), "unit": unit, "low": low, "high": high}
    return Issue(spec.name, "out_of_range", {**shown, **doubts.hint(spec, number, unit)})
