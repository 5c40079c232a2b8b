"""Whom the pathway tells what: rows of the outbox, written with the change; nothing is sent."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction

from accounts.models import Ward
from notifications.live import publish
from notifications.services import Notice, notify
from referral import timeline
from referral.audience import concerned_ward, everyone, people
from referral.models import Case
from referral.pathway import Audience, Kind, Verb

if TYPE_CHECKING:
    from referral.deadlines import Firing
    from referral.performing import Change

CASE, DEADLINE = "case", "deadline"
NEW_OFFER, UNPLACED, REMINDER, MISSED = "new_offer", "unplaced", "reminder", "missed"
DONE, MET_ELSEWHERE, QUARANTINED = "done", "met_elsewhere", "quarantined"
LOUDNESS = ("info", "warning", "severe", "critical")

SEVERITY_OF_VERB = {
    Verb.DECLINE: "severe",
    Verb.EXPIRE_OFFER: "severe",
    Verb.RELEASE: "critical",
    Verb.DIVERT: "critical",
    Verb.TRANSFER: "severe",
    Verb.WITHDRAW: "warning",
    Verb.END_REFERRAL: "warning",
    Verb.RECORD_DEATH: "warning",
    Verb.MESSAGE: "warning",
    Verb.ASK_ADVICE: "severe",
}


def about(case: Case, **more: Any) -> dict[str, Any]:
    """What every notification of a case carries: nothing that names the patient."""
    return {
        "case": str(case.pk),
        "number": case.number,
        "hospital_zh": case.hospital.name_zh,
        "hospital_en": case.hospital.name_en,
        "band": case.assessment.band if case.assessment else "",
        **more,
    }


def alert(case: Case, found: "Firing", *, now: datetime) -> None:
    """Tell the audience of one look at a deadline's ladder; says so when nobody is on duty."""
    deadline = found.deadline
    recipients, nobody_on_duty = everyone(found.audience, case, concerned_ward(case, deadline.offer), now)
    if nobody_on_duty:
        timeline.append(case, timeline.NOBODY_ON_DUTY, actor=None, facts={"kind": deadline.kind}, now=now)
    payload = about(
        case,
        deadline=deadline.kind,
        due_at=deadline.due_at.isoformat(),
        rungs=found.rungs,
        nobody_on_duty=nobody_on_duty,
    )
    notify(
        notices=[
            Notice(
                dedup_key=f"{deadline.pk}:{now.isoformat()}:{recipient}",
                recipient_id=recipient,
                subject_type=DEADLINE,
                subject_id=str(deadline.pk),
                kind=_alert_kind(found),
                severity=found.severity,
                payload=payload,
                topics=[f"user:{recipient}"],
            )
            for recipient in recipients
        ],
        now=now,
    )


def _alert_kind(found: "Firing") -> str:
    if found.deadline.missed_at is not None:
        return MISSED
    return {Kind.ACKNOWLEDGE: NEW_OFFER, Kind.PLACE: UNPLACED}.get(Kind(found.deadline.kind), REMINDER)


def tell_of(change: "Change") -> None:
    """Tell the table's audiences of a verb that somebody, or the engine, has just done."""
    case, wards = change.case, {ward.pk: ward for ward in (change.ward_before, change.case.ward) if ward}
    recipients: set[UUID] = set()
    for audience in change.row.tells | change.also_tells:
        for ward in wards.values() or [None]:
            recipients |= people(audience, case, ward, change.now)
    recipients -= {change.actor.pk} if change.actor else set()
    tell_people(
        case,
        recipients,
        kind=DONE,
        severity=SEVERITY_OF_VERB.get(change.row.verb, "info"),
        now=change.now,
        verb=change.row.verb.value,
    )


def tell_people(
    case: Case, recipients: Iterable[UUID], *, kind: str, severity: str, now: datetime, **payload: Any
) -> None:
    """One notification about the case, as it stands after its latest event, to each of `recipients`."""
    notify(
        notices=[
            Notice(
                dedup_key=f"{case.pk}:{case.event_count}:{kind}:{recipient}",
                recipient_id=recipient,
                subject_type=CASE,
                subject_id=str(case.pk),
                kind=kind,
                severity=severity,
                payload=about(case, **payload),
                topics=[f"user:{recipient}"],
            )
            for recipient in recipients
        ],
        now=now,
    )


def announce(case: Case, *, what: str, wards: Iterable[Ward | None] = ()) -> None:
    """After the commit, let the open pages of everyone concerned look again. Ids and kinds only."""
    topics = [f"hospital:{case.hospital_id}", f"network:{case.network_id}"]
    topics += sorted({f"ward:{ward.pk}" for ward in wards if ward})
    ids = {"case": str(case.pk), "version": str(case.version), "what": str(what)}
    transaction.on_commit(partial(publish, topics=topics, kind="case", ids=ids), robust=True)


def other_side(change: "Change") -> frozenset[Audience]:
    """Who a message is for: the ward for the hospital, the hospital for the ward, both for others."""
    standing = change.person.standing
    if change.case.hospital_id in standing.refers_for:
        return frozenset({Audience.DUTY})
    if standing.wards:
        return frozenset({Audience.CLINICIAN})
    return frozenset({Audience.DUTY, Audience.CLINICIAN})
