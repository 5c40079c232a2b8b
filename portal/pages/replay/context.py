"""The frames of a replay in words, with the names of people or with their roles instead."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import get_language

from accounts.models import Membership, Role
from notifications import hooks
from notifications.models import Notification
from portal.pages.case import timeline_texts
from portal.pages.case.timeline_texts import Line
from portal.windows import duration
from referral.models import Assessment, Case, Deadline
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import FOLLOW_UPS, Kind, State
from referral.queries.replay import Moment, moments_of


@dataclass(frozen=True, slots=True)
class Alerted:
    """One alert to several people: who, and who acknowledged it after how long."""

    title: str
    people: list[str]
    acknowledged: list[str]


@dataclass(frozen=True, slots=True)
class Awaited:
    """What was open at a moment: time left, or how late it was."""

    label: Text
    left: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """`seconds` and `elapsed` since the first visit, `pause` seconds since the frame before."""

    number: int
    at: datetime
    seconds: int
    elapsed: str
    pause: str
    lines: list[Line]
    alerts: list[Alerted]
    awaited: list[Awaited]
    state: str
    assessment: Assessment | None


def replay(case: Case, *, nameless: bool) -> dict[str, Any]:
    """The frames of a visible case. `nameless`: people by their roles, and nothing that was typed."""
    moments = moments_of(case)
    people = _people(moments, nameless=nameless)
    lines = _lines(case, moments, people, nameless=nameless)
    frames: list[Frame] = []
    for moment in moments:
        before = frames[-1] if frames else None
        frames.append(_frame(case, moment, before, lines, people))
    return {"case": case, "frames": frames, "nameless": nameless}


def _frame(
    case: Case, moment: Moment, before: Frame | None, lines: Mapping[int, Line], people: Mapping[UUID, str]
) -> Frame:
    since = moment.at - case.first_visit_at
    states = [event.state_after for event in moment.events]
    return Frame(
        number=before.number + 1 if before else 1,
        at=moment.at,
        seconds=int(since.total_seconds()),
        elapsed=duration(since),
        pause=duration(moment.at - before.at) if before else "",
        lines=[lines[event.number] for event in moment.events],
        alerts=_alerted(moment.alerts, people),
        awaited=[_awaited(row, moment.at) for row in moment.running if row.kind not in FOLLOW_UPS],
        state=str(State(states[-1]).label) if states else (before.state if before else ""),
        assessment=moment.assessment,
    )


def _lines(
    case: Case, moments: list[Moment], people: Mapping[UUID, str], *, nameless: bool
) -> dict[int, Line]:
    """The lines of the timeline by number; without names, those with anything typed have their title only."""
    events = [event for moment in moments for event in moment.events]
    lines = {line.number: line for line in timeline_texts.lines(case, events)}
    if not nameless:
        return lines
    for event in events:
        line = lines[event.number]
        is_typed = bool(event.note or event.personal)
        lines[event.number] = Line(
            number=line.number,
            title=line.title,
            details=() if is_typed else line.details,
            note="",
            who=people[event.actor_id] if event.actor_id else "",
            occurred_at=line.occurred_at,
            recorded_at=line.recorded_at,
            state=line.state,
            mark=line.mark,
        )
    return lines


def _people(moments: list[Moment], *, nameless: bool) -> dict[UUID, str]:
    """Everybody who acted or was alerted, by id: their name, or what they were there."""
    users = {event.actor_id: event.actor for moment in moments for event in moment.events if event.actor}
    users |= {row.recipient_id: row.recipient for moment in moments for row in moment.alerts}
    if not nameless:
        return {pk: user.name for pk, user in users.items() if pk}
    roles: dict[UUID, str] = {pk: "—" for pk in users if pk}
    rows = Membership.objects.filter(user__in=roles).select_related("ward__hospital", "hospital")
    for row in rows.order_by("role"):
        place = row.ward or row.hospital
        label = str(Role(row.role).label)
        roles[row.user_id] = f"{label} · {place.name}" if place else label
    return roles


def _alerted(rows: list[Notification], people: Mapping[UUID, str]) -> list[Alerted]:
    """Alerts with the same words at once, as one."""
    language = get_language() or "zh-hans"
    by_title: dict[str, list[Notification]] = {}
    for row in rows:
        by_title.setdefault(hooks.render(row, language).title, []).append(row)
    return [
        Alerted(
            title,
            [people[row.recipient_id] for row in together],
            [
                f"{people[row.recipient_id]} (+{duration(row.acknowledged_at - row.created_at)})"
                for row in together
                if row.acknowledged_at
            ],
        )
        for title, together in by_title.items()
    ]


def _awaited(row: Deadline, at: datetime) -> Awaited:
    is_late = row.due_at < at
    left = duration(at - row.due_at if is_late else row.due_at - at)
    return Awaited(Kind(row.kind).label, left, is_late)
