"""A new acute episode is a new case: what that means for the patient's earlier ones, still followed up.

Cases of one patient are locked from the newer to the older.
"""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.models import Case
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.vocabulary import Audience, State

AUDIENCES = (Audience.CLINICIAN, Audience.WARD_LEAD)


def notify_of_readmission(case: Case, *, now: datetime) -> None:
    """Note on the earlier case that the patient is ill again. Its outcome is still asked for."""
    for earlier in earlier_in_follow_up(case):
        note(
            earlier,
            timeline.READMITTED,
            actor=case.registered_by,
            details={"later": str(case.pk), "number": case.number},
            occurred_at=case.first_visit_at,
            now=now,
        )
        directory = Directory(now, [earlier])
        people: frozenset[UUID] = frozenset()
        for audience in AUDIENCES:
            people |= directory.people(audience, earlier, earlier.ward)
        recipients = people - {case.registered_by_id}
        compose.notify_people(earlier, recipients, kind=compose.READMITTED, severity="info", now=now)


def earlier_in_follow_up(case: Case) -> Iterator[Case]:
    """The patient's earlier cases that wait for an outcome, locked, the latest first."""
    following = case.previous_id
    while following is not None:
        earlier = lock(following)
        if earlier.state == State.FOLLOW_UP:
            yield earlier
        following = earlier.previous_id
