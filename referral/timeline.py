"""The timeline: numbered, append-only lines of what happened to a case."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from referral.models import Case, Event
from referral.pathway import Verb

REGISTERED = "register"
INDICATORS_SAVED = "indicators_saved"
DEADLINE_MISSED = "deadline_missed"
DEADLINE_MET_LATE_RECORD = "deadline_met_recorded_late"
NOBODY_ON_DUTY = "nobody_on_duty"
DEADLINE_QUARANTINED = "deadline_quarantined"
ALERT_UNDELIVERABLE = "alert_undeliverable"
MET_ELSEWHERE = "met_elsewhere"

LABELS = {
    REGISTERED: _("first visit registered"),
    INDICATORS_SAVED: _("indicators saved"),
    DEADLINE_MISSED: _("deadline missed"),
    DEADLINE_MET_LATE_RECORD: _("deadline met, recorded late"),
    NOBODY_ON_DUTY: _("nobody on duty"),
    DEADLINE_QUARANTINED: _("deadline set aside for an operator"),
    ALERT_UNDELIVERABLE: _("an alert could not be delivered"),
    MET_ELSEWHERE: _("seen at another hospital"),
}


def label(what: str) -> Any:
    """The words for an event, in the reader's language."""
    return LABELS[what] if what in LABELS else Verb(what).label


def append(case: Case, what: str, **said: Any) -> Event:
    """Add the next line (see `line`) to a locked case."""
    event = line(case, what, **said)
    event.save(force_insert=True)
    return event


def line(
    case: Case,
    what: str,
    *,
    actor: User | None,
    now: datetime,
    before: str | None = None,
    facts: dict[str, Any] | None = None,
    note: str | None = None,
    occurred_at: datetime | None = None,
) -> Event:
    """The next line of a locked case, not stored yet. The caller saves the case, whose event count grows."""
    case.event_count += 1
    return Event(
        case=case,
        number=case.event_count,
        what=str(what),
        actor=actor,
        state_before=case.state if before is None else before,
        state_after=case.state,
        facts=facts or {},
        note=note or None,
        occurred_at=occurred_at or now,
        recorded_at=now,
    )
