"""`note`: what becomes known of a case without a verb of the table, as a line of its timeline."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from accounts.models import User
from referral.alerts import compose
from referral.models import Case
from referral.pathway import timeline
from referral.signals import case_changed


def note(
    case: Case,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    details: Mapping[str, Any] | None = None,
    occurred_at: datetime | None = None,
) -> None:
    """Add the line `what` to the timeline of a locked case and let open pages look.

    For what `perform` cannot be asked for, because nobody decides anything: the patient was met elsewhere, is
    ill again, or the engine could not do its work. `actor` None is the engine. Inside a transaction of the
    caller, who says by it whom to alert. State, deadlines and all else of the case stay as they are.
    """
    line = timeline.event(
        case, what, actor=actor, details=dict(details or {}), occurred_at=occurred_at, now=now
    )
    line.save(force_insert=True)
    case.updated_at = now
    case.save(update_fields=["event_count", "updated_at"])
    case_changed.send(sender=Case, case=case, moments={now})
    compose.publish_change(case, what=what, wards=[case.ward])
