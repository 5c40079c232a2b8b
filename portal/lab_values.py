"""The values of a stored assessment in words, each with its age."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.windows import duration
from referral.models import Assessment
from scoring import EIGHT, INPUTS, texts
from scoring.sampling import STALE_AFTER

SHORT: Mapping[str, str | Promise] = {
    "bilirubin": _("TBil"),
    "inr": _("INR"),
    "urea": _("Urea"),
    "sodium_mmol_l": _("Na"),
    "encephalopathy_grade": _("HE grade"),
}
"""Names for where there is little room, as laboratories write them."""


@dataclass(frozen=True, slots=True)
class LabValue:
    """One input of an assessment. `age` is empty where the time of sampling is not known."""

    name: str
    label: str | Promise
    value: str
    typed: str
    sampled_at: datetime | None
    age: str
    is_old: bool
    is_laboratory: bool
    short: str | Promise

    @property
    def amount(self) -> str:
        return self.value.partition(" ")[0]

    @property
    def unit(self) -> str:
        return self.value.partition(" ")[2]


def values_of(assessment: Assessment, now: datetime, names: Iterable[str] = EIGHT) -> list[LabValue]:
    """Those of `names` that the assessment knows, in their order."""
    return [_value(assessment, name, now) for name in names if INPUTS[name].key in assessment.values]


def common_age(values: Iterable[LabValue]) -> str:
    """The age of all laboratory values where they share it, else an empty text."""
    ages = {value.age for value in values if value.is_laboratory}
    return ages.pop() if len(ages) == 1 else ""


def others_of(assessment: Assessment, now: datetime) -> list[LabValue]:
    """What was entered beyond the eight."""
    return values_of(assessment, now, [name for name in INPUTS if name not in EIGHT])


def _value(assessment: Assessment, name: str, now: datetime) -> LabValue:
    spec = INPUTS[name]
    iso = assessment.entered.get("sampled_at", {}).get(name)
    sampled_at = datetime.fromisoformat(iso) if iso else None
    elapsed = now - sampled_at if sampled_at else None
    value = texts.value_text(spec.key, assessment.values[spec.key])
    return LabValue(
        name=name,
        label=texts.label(name),
        value=value,
        typed=texts.typed_text(name, assessment.entered.get("entered", {}).get(name, {})),
        sampled_at=sampled_at,
        age=duration(elapsed) if elapsed is not None else "",
        is_old=elapsed is not None and elapsed > STALE_AFTER,
        is_laboratory=spec.laboratory,
        short=SHORT.get(name, ""),
    )
