"""The values of a stored assessment in words, each with its age."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise

from portal.windows import duration
from referral.models import Assessment
from scoring import EIGHT, INPUTS, texts
from scoring.sampling import STALE_AFTER


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


def values_of(assessment: Assessment, now: datetime, names: Iterable[str] = EIGHT) -> list[LabValue]:
    """Those of `names` that the assessment knows, in their order."""
    return [_value(assessment, name, now) for name in names if INPUTS[name].key in assessment.values]


def others_of(assessment: Assessment, now: datetime) -> list[LabValue]:
    """What was entered beyond the eight."""
    return values_of(assessment, now, [name for name in INPUTS if name not in EIGHT])


def _value(assessment: Assessment, name: str, now: datetime) -> LabValue:
    spec = INPUTS[name]
    iso = assessment.entered.get("sampled_at", {}).get(name)
    sampled_at = datetime.fromisoformat(iso) if iso else None
    elapsed = now - sampled_at if sampled_at else None
    entered = assessment.entered.get("entered", {}).get(name, {})
    unit = entered.get("unit", "")
    return LabValue(
        name=name,
        label=texts.label(name),
        value=texts.value_text(spec.key, assessment.values[spec.key]),
        typed=f"{entered.get('value', '')} {unit}".strip() if unit else "",
        sampled_at=sampled_at,
        age=duration(elapsed) if elapsed is not None else "",
        is_old=elapsed is not None and elapsed > STALE_AFTER,
        is_laboratory=spec.laboratory,
    )
