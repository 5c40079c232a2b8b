"""The values of a case in words, each with its age and where it is from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from labs.readings.sources import SourceForm
from portal.windows import duration
from referral.queries.case_values import CaseValues, Origin, Value
from scoring import EIGHT, texts
from scoring.inputs import ANY_INPUT
from scoring.numbers import read_number
from scoring.sampling import STALE_AFTER

SHORT: dict[str, str | Promise] = {
    "bilirubin": _("TBil"),
    "inr": _("INR"),
    "urea": _("Urea"),
    "sodium_mmol_l": _("Na"),
    "creatinine": _("Crea"),
    "encephalopathy_grade": _("HE grade"),
}
"""Names for where there is little room, as laboratories write them."""


@dataclass(frozen=True, slots=True)
class LabValue:
    """One value of a case.

    `typed`: what was entered where that was in another unit; `age` is empty where the time of sampling is not
    known; `stated`: how long ago the ward's table was, for what is in one. `source`: from what it was read,
    empty for what was typed; `report`: the id of that file of the case, or empty.
    """

    name: str
    label: str | Promise
    value: str
    typed: str
    sampled_at: datetime | None
    at: datetime
    age: str
    is_old: bool
    is_laboratory: bool
    short: str | Promise
    origin: str
    record: UUID | None
    stated: str
    source: str
    report: str

    @property
    def amount(self) -> str:
        return self.value.partition(" ")[0]

    @property
    def unit(self) -> str:
        return self.value.partition(" ")[2]


def in_words(value: Value, now: datetime) -> LabValue:
    spec = ANY_INPUT[value.input]
    elapsed = now - value.sampled_at if value.sampled_at else None
    return LabValue(
        name=value.input,
        label=texts.label(value.input),
        value=said(value),
        typed=texts.typed_text(value.input, {"value": value.typed, "unit": value.unit}),
        sampled_at=value.sampled_at,
        at=value.at,
        age=duration(elapsed) if elapsed is not None else "",
        is_old=elapsed is not None and elapsed > STALE_AFTER,
        is_laboratory=spec.laboratory,
        short=SHORT.get(value.input, texts.label(value.input)),
        origin=str(Origin(value.origin).label),
        record=value.record,
        stated=duration(now - value.stated_at) if value.origin == Origin.ORGANS else "",
        source=source_text(value.source) if value.source else "",
        report=(value.source or {}).get("file") or "",
    )


def source_text(source: Mapping[str, Any]) -> str:
    """From what a value was read, and whether it still is what stood there."""
    words = [str(SourceForm(source["form"]).label)]
    if source["corrected"]:
        words.append(str(_("changed by hand")))
    if source["bound"]:
        words.append(str(_("a limit, printed with %(sign)s") % {"sign": source["bound"]}))
    return str(_(", ")).join(str(word) for word in words)


def said(value: Value) -> str:
    """The normalised value with its unit, of a limit of the measurement with its sign; what was typed where
    that cannot be read any more."""
    if value.value is None:
        return f"{value.typed} {value.unit}".strip()
    printed = read_number(value.typed) if isinstance(value.typed, str) else None
    return f"{printed.bound if printed else ''}{texts.value_text(value.key, value.value)}"


def latest(values: CaseValues, now: datetime, names: Iterable[str] | None = None) -> list[LabValue]:
    """The newest value of each of `names` that there is, in their order; of every input without `names`."""
    chosen = values.latest if names is None else [name for name in names if name in values.latest]
    return [in_words(values.latest[name], now) for name in chosen]


def common_age(values: Iterable[LabValue]) -> str:
    """The age of all laboratory values where they share it, else an empty text."""
    ages = {value.age for value in values if value.is_laboratory}
    return ages.pop() if len(ages) == 1 else ""


def course(values: CaseValues, now: datetime) -> list[dict[str, Any]]:
    """By input, the newest value and the earlier ones that differ from it, the newest first."""
    rows = []
    for name, newest in values.latest.items():
        series = [value for value in values.values if value.input == name]
        shown = {(said(value), value.at) for value in (newest,)}
        earlier = []
        for value in reversed(series):
            if (said(value), value.at) not in shown:
                shown.add((said(value), value.at))
                earlier.append(in_words(value, now))
        rows.append({"now": in_words(newest, now), "earlier": earlier, "is_of_eight": name in EIGHT})
    return rows


def summary(values: CaseValues, now: datetime) -> dict[str, Any]:
    """The context of `portal/case/_values.html`: newest values, what is missing, and red flags."""
    return {
        "latest_values": latest(values, now),
        "missing_values": [texts.label(name) for name in values.missing],
        "value_flags": [texts.red_flag_text(code) for code in values.red_flags],
    }
