"""A record of the ward in a few words, to tell it from the others of its kind."""

from typing import Any

from accounts.local_time import in_full
from portal.definitions import leading_of
from referral.models import Record
from referral.ward.codes import RecordKind
from scoring import OTHER_LABORATORY, texts
from scoring.issues import plain_number

MOST = 60


def named(kind: RecordKind, row: Record, zone: str) -> tuple[str, str]:
    """When `row` was so and of what kind it is; and what it says."""
    return f"{in_full(row.occurred_at, zone)} · {kind.label}", said_of(kind, row)


def said_of(kind: RecordKind, row: Any) -> str:
    """What `row`, of that kind, says."""
    match kind:
        case RecordKind.KIT_RESULT:
            return f"{row.get_answer_display()} · {row.lot}"
        case RecordKind.ORGAN_FAILURE:
            leading = leading_of(row.grading)
            return f"{leading.answer} · {leading.title}"
        case RecordKind.TRANSPLANT_DECISION:
            return str(row.get_decision_display())
        case RecordKind.PRECIPITANT:
            return str(row.get_precipitant_display())
        case RecordKind.INTERVENTION:
            return f"{row.precipitant.get_precipitant_display()} · {(row.note or '')[:MOST]}"
        case RecordKind.ARTIFICIAL_LIVER:
            return str(row.get_mode_display())
        case RecordKind.IMMUNE_STATUS:
            return marker_values(row.values)
        case _:
            return ""


def marker_values(values: dict[str, Any]) -> str:
    """Immune markers with their values and units, in one line."""
    return " · ".join(
        f"{texts.label(name)} {plain_number(value)} {texts.unit_text(OTHER_LABORATORY[name].unit)}"
        for name, value in values.items()
    )
