"""A case moment by moment: what happened, who was alerted, what was open, as it was known then."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from notifications.models import Notification
from notifications.selectors import about
from referral.alerts import compose
from referral.models import Assessment, Case, Deadline, Event
from referral.queries import cases


@dataclass(slots=True)
class Moment:
    """`at`: when it was recorded here. `running`: the deadlines that were open after it; `assessment`: the
    newest one that there was then."""

    at: datetime
    events: list[Event] = field(default_factory=list)
    alerts: list[Notification] = field(default_factory=list)
    running: list[Deadline] = field(default_factory=list)
    assessment: Assessment | None = None


def moments_of(case: Case) -> list[Moment]:
    """The moments of a case of `cases.cases`, the first first; a few questions, however long it is."""
    moments: dict[datetime, Moment] = {}
    for event in cases.events(case):
        moments.setdefault(event.recorded_at, Moment(event.recorded_at)).events.append(event)
    for alert in alerts_of(case):
        moments.setdefault(alert.created_at, Moment(alert.created_at)).alerts.append(alert)
    assessments = sorted(cases.assessments(case), key=lambda row: row.recorded_at)
    for moment in moments.values():
        moment.running = [row for row in case.deadlines.all() if _ran(row, moment.at)]
        moment.assessment = next((row for row in reversed(assessments) if row.recorded_at <= moment.at), None)
    return sorted(moments.values(), key=lambda moment: moment.at)


def alerts_of(case: Case) -> Iterable[Notification]:
    """Everything that anybody was alerted of about a case and its deadlines, the first first."""
    deadlines = [str(row.pk) for row in case.deadlines.all()]
    subjects = {compose.CASE: [str(case.pk)], compose.DEADLINE: deadlines}
    return sorted(about(subjects), key=lambda row: (row.created_at, row.pk))


def _ran(deadline: Deadline, at: datetime) -> bool:
    return deadline.starts_at <= at and (deadline.closed_at is None or deadline.closed_at > at)
