"""A record of the ward in a few words, to tell it from the others of its kind."""

from collections.abc import Callable, Mapping
from typing import Any

from accounts.local_time import in_full
from portal.definitions import leading_of
from referral.models import LaboratoryPanel, OrganFailureAssessment, Record
from referral.ward.codes import RecordKind
from scoring import OTHER_LABORATORY, texts
from scoring.inputs import BY_KEY
from scoring.issues import plain_number

MOST = 60


def named(kind: RecordKind, row: Record, zone: str) -> tuple[str, str]:
    """When `row` was so and of what kind it is; and what it says."""
    return f"{in_full(row.occurred_at, zone)} · {kind.label}", said_of(kind, row)


def said_of(kind: RecordKind, row: Any) -> str:
    """What `row`, of that kind, says."""
    return SUMMARIES[kind](row) if kind in SUMMARIES else ""


def panel_values(row: LaboratoryPanel) -> str:
    """The values of a laboratory panel with their units, in one line."""
    given = [(BY_KEY[key], value) for key, value in row.values.items()]
    return " · ".join(
        f"{texts.label(spec.name)} {texts.value_text(spec.key, value)}" for spec, value in given
    )


def marker_values(values: dict[str, Any]) -> str:
    """Immune markers with their values and units, in one line."""
    return " · ".join(
        f"{texts.label(name)} {plain_number(value)} {texts.unit_text(OTHER_LABORATORY[name].unit)}"
        for name, value in values.items()
    )


def _led_by(row: OrganFailureAssessment) -> str:
    leading = leading_of(row.grading)
    return f"{leading.answer} · {leading.title}"


SUMMARIES: Mapping[RecordKind, Callable[[Any], str]] = {
    RecordKind.KIT_RESULT: lambda row: f"{row.get_answer_display()} · {row.lot}",
    RecordKind.ORGAN_FAILURE: _led_by,
    RecordKind.TRANSPLANT_DECISION: lambda row: str(row.get_decision_display()),
    RecordKind.PRECIPITANT: lambda row: str(row.get_precipitant_display()),
    RecordKind.INTERVENTION: lambda row: (
        f"{row.precipitant.get_precipitant_display()} · {(row.note or '')[:MOST]}"
    ),
    RecordKind.ARTIFICIAL_LIVER: lambda row: str(row.get_mode_display()),
    RecordKind.IMMUNE_STATUS: lambda row: marker_values(row.values),
    RecordKind.PANEL: panel_values,
}
