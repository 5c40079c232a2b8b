"""Whom the pathway tells what: rows of the outbox, written with the change; nothing is sent."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts.models import Role, User, Ward
from notifications.live import Update, publish_all
from notifications.services import notify
from notifications.types import Notice
from referral.alerts.recipients import Directory
from referral.models import Case, Deadline
from referral.pathway import timeline
from referral.pathway.vocabulary import BEFORE_ADMISSION, Audience, Kind, Verb

if TYPE_CHECKING:
    from referral.pathway.change import Change

CASE, DEADLINE, OPERATION = "case", "deadline", "operation"
NEW_OFFER, UNPLACED, REMINDER, MISSED = "new_offer", "unplaced", "reminder", "missed"
DONE, MET_ELSEWHERE, READMITTED = "done", "met_elsewhere", "readmitted"
CONTRADICTED, MESSAGE = "contradicted", "message"
ADMITTED_ELSEWHERE = "admitted_elsewhere"
KEYS_TOO_LATE = "keys_too_late"
RESULTS = "results"
MET_DEAD, SHARED_NUMBER = "met_recorded_dead", "shared_number"
QUARANTINED, UNDELIVERABLE = "quarantined", "undeliverable"
WITHOUT_DUTY = {"nobody_on_duty": True}
COORDINATES = {"coordinates": True}
BEFORE_THE_MISS = frozenset({NEW_OFFER, UNPLACED, REMINDER})
LOUDNESS = ("info", "warning", "severe", "critical")

SEVERITY_OF_VERB = {
    Verb.DECLINE: "severe",
    Verb.EXPIRE_OFFER: "severe",
    Verb.PASS_ON: "warning",
    Verb.RELEASE: "critical",
    Verb.DIVERT: "critical",
    Verb.CORRECT_JOURNEY: "warning",
    Verb.CHANGE_ARRIVAL: "warning",
    Verb.TRANSFER: "severe",
    Verb.UNDO_ADMISSION: "severe",
    Verb.WITHDRAW: "warning",
    Verb.END_REFERRAL: "warning",
    Verb.RECORD_DEATH: "warning",
    Verb.CORRECT_IDENTITY: "warning",
    Verb.MESSAGE: "warning",
    Verb.ASK_ADVICE: "severe",
    **dict.fromkeys((Verb.ASK_BACK, Verb.ANSWER_BACK), "severe"),
    Verb.ACCEPT_WHEN_FREE: "warning",
    **dict.fromkeys((Verb.CORRECT_DIAGNOSIS, Verb.CORRECT_BACK_REFERRAL), "warning"),
    **dict.fromkeys((Verb.ACCEPT, Verb.ANSWER_ADVICE, Verb.ASSESS, Verb.BACK_REFER, Verb.DEPART), "warning"),
}


def about(case: Case, **more: Any) -> dict[str, Any]:
    """What every notification of a case carries: nothing that names the patient."""
    return {
        "case": str(case.pk),
        "number": case.number,
        "hospital_zh": case.hospital.name_zh,
        "hospital_en": case.hospital.name_en,
        "zone": case.hospital.zone,
        "band": case.assessment.band if case.assessment else "",
        "model_status": case.assessment.model_status if case.assessment else "",
        **more,
    }


def alerts(
    deadline: Deadline,
    recipients: Iterable[UUID],
    *,
    severity: str,
    rungs: int,
    now: datetime,
    nobody_on_duty: bool = False,
    coordinators: Collection[UUID] = (),
) -> list[Notice]:
    """The alert of a deadline to `recipients`; `rungs` of its ladder were passed together.

    Those of them who are `coordinators` are told what only they can do.
    """
    offer = deadline.offer
    group = "" if deadline.missed_at else _group(deadline.case, offer.ward_id if offer else None)
    payload = about(deadline.case, deadline=deadline.kind, due_at=deadline.due_at.isoformat(), rungs=rungs)
    payload |= WITHOUT_DUTY if nobody_on_duty else {}
    people, coordinating = frozenset(recipients), frozenset(coordinators)
    notice = Notice(
        dedup_key=f"{deadline.pk}:{now.isoformat()}",
        recipients=people - coordinating,
        subject_type=DEADLINE,
        subject_id=str(deadline.pk),
        kind=_alert_kind(deadline),
        severity=severity,
        payload=payload,
        group=group,
    )
    notices = [notice] if notice.recipients else []
    if coordinators_among := people & coordinating:
        key, more = f"{notice.dedup_key}:coordinators", payload | COORDINATES
        notices.append(replace(notice, dedup_key=key, recipients=coordinators_among, payload=more))
    return notices


def nobody_on_duty(deadline: Deadline, now: datetime) -> timeline.Line:
    """The line that says that an alert found nobody on duty."""
    return timeline.line(deadline.case, timeline.NOBODY_ON_DUTY, details={"kind": deadline.kind}, now=now)


def _group(case: Case, ward: UUID | None = None) -> str:
    """What may share a message with this: alerts of the same ward, or hospital where there is no ward."""
    return str(ward or case.ward_id or case.hospital_id)


def _alert_kind(deadline: Deadline) -> str:
    if deadline.missed_at is not None:
        return MISSED
    return {Kind.ACKNOWLEDGE: NEW_OFFER, Kind.PLACE: UNPLACED}.get(Kind(deadline.kind), REMINDER)


def wards_of(change: "Change") -> set[Ward]:
    """The wards that a change concerns, beside one that is asked now."""
    return {ward for ward in (change.ward_before, change.case.ward) if ward} | change.further_wards


def notices_of(change: "Change", directory: Directory) -> tuple[list[Notice], list[timeline.Line]]:
    """What the table's audiences hear of a verb that somebody, or the engine, has just used.

    With it come the lines of the timeline that say whom it did not reach.
    """
    case, wards = change.case, wards_of(change)
    audiences = frozenset(change.row.notifies | change.also_notifies)
    answers = [directory.at(audiences, case, ward) for ward in wards or (None,)]
    recipients = frozenset().union(*(people for people, _is_empty in answers))
    is_nobody_there = any(is_empty for _people, is_empty in answers)
    lines = []
    if is_nobody_there:
        details = {"verb": change.row.verb.value}
        lines.append(timeline.line(case, timeline.NOBODY_ON_DUTY, details=details, now=change.now))
    asked, notices = _question_for_ward(change, directory)
    notices += notices_to(
        case,
        recipients - asked - _actor_of(change),
        kind=MESSAGE if change.row.verb == Verb.MESSAGE else DONE,
        severity=SEVERITY_OF_VERB.get(change.row.verb, "info"),
        payload={"verb": change.row.verb.value, "state": case.state}
        | (WITHOUT_DUTY if is_nobody_there else {}),
    )
    return [*notices, *_contradiction(change, directory)], lines


def _actor_of(change: "Change") -> frozenset[UUID]:
    return frozenset({change.actor.pk}) if change.actor else frozenset()


def _question_for_ward(change: "Change", directory: Directory) -> tuple[frozenset[UUID], list[Notice]]:
    """Ask the ward that expected the patient, and the coordinators, whether the admission can be right.

    Returns whom it asks, and the notices.
    """
    case = change.case
    if change.row.verb != Verb.ADMIT or case.expecting_ward is None or case.undo_until is None:
        return frozenset(), []
    audiences = frozenset({Audience.DUTY, Audience.WARD_LEAD, Audience.COORDINATOR})
    recipients, _nobody = directory.at(audiences, case, case.expecting_ward)
    recipients -= _actor_of(change)
    payload = {"verb": change.row.verb.value, "due_at": case.undo_until.isoformat()}
    return recipients, notices_to(
        case, recipients, kind=ADMITTED_ELSEWHERE, severity="severe", payload=payload
    )


def _contradiction(change: "Change", directory: Directory) -> list[Notice]:
    """Call on the coordinators where a verb has just said what contradicts what others said."""
    if not change.contradicts:
        return []
    coordinators = directory.people(Audience.COORDINATOR, change.case, None) - _actor_of(change)
    payload = {"verb": change.row.verb.value}
    return notices_to(change.case, coordinators, kind=CONTRADICTED, severity="severe", payload=payload)


def notify_operators(case: Case, *, kind: str, severity: str, now: datetime, **payload: Any) -> None:
    """Tell those who run the platform for the case's network; it leads them to their own page.

    Where the network has no administrator, all superusers; of practice nobody outside of it hears.
    """
    administrators = Q(memberships__network=case.network_id, memberships__role=Role.ADMINISTRATOR)
    active = User.objects.filter(is_active=True)
    operators = active.filter(administrators).distinct()
    if not operators and not case.network.is_practice:
        operators = active.filter(is_superuser=True)
    people = [one.pk for one in operators]
    notify_people(
        case, people, kind=kind, severity=severity, now=now, subject_type=OPERATION, payload=payload
    )


def notify_results(case: Case, *, now: datetime) -> None:
    """Say that results came for an open case: to its hospital, and before admission to the ward that is asked
    or expects the patient. One alert for all that come before the case moves on; it says no value."""
    directory = Directory(now, [case])
    ward = directory.ward_of(case)
    people = directory.people(Audience.CLINICIAN, case, None)
    if case.state in BEFORE_ADMISSION and ward is not None:
        people |= directory.people(Audience.DUTY, case, ward)
    notify_people(case, people, kind=RESULTS, severity="warning", now=now)
    publish_change(case, what=RESULTS, wards=[ward])


def notify_people(
    case: Case,
    recipients: Iterable[UUID],
    *,
    kind: str,
    severity: str,
    now: datetime,
    payload: Mapping[str, Any] | None = None,
    subject_type: str = CASE,
) -> None:
    """Notify `recipients` as `notices_to` says."""
    rows = notices_to(
        case, recipients, kind=kind, severity=severity, payload=payload, subject_type=subject_type
    )
    notify(notices=rows, now=now)


def notices_to(
    case: Case,
    recipients: Iterable[UUID],
    *,
    kind: str,
    severity: str,
    payload: Mapping[str, Any] | None = None,
    subject_type: str = CASE,
) -> list[Notice]:
    """The notice about the case, as it stands after its latest event, to `recipients`; none to nobody."""
    notice = Notice(
        dedup_key=f"{case.pk}:{case.event_count}:{kind}",
        recipients=frozenset(recipients),
        subject_type=subject_type,
        subject_id=str(case.pk),
        kind=kind,
        severity=severity,
        payload=about(case, **(payload or {})),
        group=_group(case),
    )
    return [notice] if notice.recipients else []


def publish_change(case: Case, *, what: str, wards: Iterable[Ward | None] = ()) -> None:
    """After the commit, let the open pages of everyone concerned look again. Ids and kinds only."""
    transaction.on_commit(partial(publish_all, [_update(case, str(what), wards)]), robust=True)


def publish_proof(case: Case, *, wards: Iterable[UUID]) -> None:
    """Let open pages of the case look again at what became of its alerts; lists of cases do not show that."""
    topics = {f"hospital:{case.hospital_id}", f"network:{case.network_id}", *(f"ward:{pk}" for pk in wards)}
    publish_all([Update(topics=frozenset(topics), kind="proof", ids={"case": str(case.pk)})])


def publish_beds(ward: Ward) -> None:
    """After the commit, let open pages look again at how many beds `ward` can give."""
    topics = frozenset({f"places:{ward.hospital.network_id}"})
    update = Update(topics=topics, kind="beds", ids={"ward": str(ward.pk)})
    transaction.on_commit(partial(publish_all, [update]), robust=True)


def publish_missed(cases: Iterable[Case]) -> None:
    """After the commit, let open pages hear of cases whose deadline was just missed, in one round trip."""
    updates = [_update(case, timeline.DEADLINE_MISSED, [case.ward]) for case in cases]
    transaction.on_commit(partial(publish_all, updates), robust=True)


def _update(case: Case, what: str, wards: Iterable[Ward | None]) -> Update:
    topics = {f"hospital:{case.hospital_id}", f"network:{case.network_id}"}
    topics |= {f"ward:{ward.pk}" for ward in wards if ward}
    ids: dict[str, str | int] = {"case": str(case.pk), "version": case.version, "what": what}
    return Update(topics=frozenset(topics), kind="case", ids=ids)


def other_side(change: "Change") -> frozenset[Audience]:
    """Who a message is for: the ward for the hospital, the hospital for the ward, both for others."""
    access = change.person.access
    if change.case.expecting_ward_id in access.wards:
        return frozenset({Audience.DUTY, Audience.COORDINATOR})
    if change.case.hospital_id in access.refers_for:
        return frozenset({Audience.DUTY})
    if access.wards:
        return frozenset({Audience.CLINICIAN})
    return frozenset({Audience.DUTY, Audience.CLINICIAN})
