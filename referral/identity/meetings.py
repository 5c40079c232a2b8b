"""That a patient of another hospital was met, whether or not anything was registered: on the audit trail, on
the case's timeline, and told to whom it concerns. Whoever meets patient after patient is stopped."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from accounts import audit
from accounts.limits import seconds_full, seconds_over
from accounts.models import AuditEntry, Hospital, User
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.identity.candidates import Candidate
from referral.identity.matching import Match, NamesakeExists, OpenCaseExists, PersonAsked
from referral.models import Case
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.refusals import InputError, PathwayError, TooOften
from referral.pathway.vocabulary import Audience

MEETINGS = ("met_elsewhere", "met_recorded_dead")
ASKED_JUST_BEFORE = timedelta(hours=1)


@contextmanager
def reporting_meetings(actor: User, hospital: Hospital, now: datetime) -> Iterator[None]:
    """Report whom a refused registration met, after what was begun inside is undone.

    Raises TooOften for whoever met too many patients of other hospitals, whether or not this one is known,
    and where one registration after the other is refused: nobody learns whom the network does not know.
    """
    if seconds := seconds_full("meetings", actor, now):
        raise TooOften(seconds)
    try:
        yield
    except (OpenCaseExists, NamesakeExists) as refusal:
        if not refusal.own:
            _report_open_case(refusal, hospital, actor, now)
        raise
    except PersonAsked as refusal:
        for candidate in refusal.met:
            _report(candidate, hospital, actor=actor, now=now)
        if any(not candidate.is_own for candidate in refusal.met):
            _hold_to_limit("meetings", actor, now, refusal)
        raise
    except (InputError, PathwayError) as refusal:
        _hold_to_limit("refused_registrations", actor, now, refusal)
        raise


def _report_open_case(
    refusal: OpenCaseExists | NamesakeExists, hospital: Hospital, actor: User, now: datetime
) -> None:
    if isinstance(refusal, OpenCaseExists):
        report_meeting(refusal.rival, hospital, actor=actor, now=now)
    else:
        audit_meeting("met_namesake", refusal.rival, hospital, actor=actor, now=now)
    _hold_to_limit("meetings", actor, now, refusal)


def report_confirmed(match: Match, case: Case, *, actor: User, now: datetime) -> None:
    """After a registration for which a person answered whether the patient is the one whom a number found."""
    if not match.answer:
        return
    if any(not candidate.is_own for candidate in match.met):
        _hold_to_limit("meetings", actor, now)
    for candidate in match.met:
        if not was_reported(candidate, actor, now):
            _report(candidate, case.hospital, actor=actor, now=now)
        audit.record(
            actor=actor,
            action="confirmed_identity",
            subject_type="case",
            subject_id=case.pk,
            now=now,
            network=case.network_id,
            answer=match.answer,
            other=str(candidate.case.pk),
        )
    if any(candidate.dead for candidate in match.met):
        _notify_coordinators(case, compose.MET_DEAD, now)
    elif match.answer == "different":
        _notify_coordinators(case, compose.SHARED_NUMBER, now)


def was_reported(candidate: Candidate, actor: User, now: datetime) -> bool:
    """Whether the actor was asked about the candidate just before, which was reported then."""
    about = [str(row.pk) for row in (candidate.case, candidate.dead) if row is not None]
    lines = AuditEntry.objects.filter(actor=actor, action__in=MEETINGS, at__gt=now - ASKED_JUST_BEFORE)
    return lines.filter(subject_type="case", subject_id__in=about).exists()


def report_shared_number(case: Case, others: Sequence[Candidate], *, actor: User, now: datetime) -> None:
    """After a correction: the patients of `others` have a number that the corrected one now has too."""
    for candidate in others:
        report_meeting(candidate.case.pk, case.hospital, actor=actor, now=now)
    if others:
        _notify_coordinators(case, compose.SHARED_NUMBER, now)


def _report(candidate: Candidate, hospital: Hospital, *, actor: User, now: datetime) -> None:
    if candidate.dead is not None:
        report_death_doubted(candidate.dead.pk, hospital, actor=actor, now=now)
    elif not candidate.is_own:
        report_meeting(candidate.case.pk, hospital, actor=actor, now=now)


@transaction.atomic
def report_meeting(case_id: UUID, hospital: Hospital, *, actor: User, now: datetime) -> None:
    """Another hospital met the patient of a case: audit it and tell the case's hospital."""
    audit_meeting("met_elsewhere", case_id, hospital, actor=actor, now=now)
    case = _noted(timeline.MET_ELSEWHERE, case_id, hospital, actor=actor, now=now)
    people = Directory(now, [case]).people(Audience.CLINICIAN, case, None)
    compose.notify_people(case, people, kind=compose.MET_ELSEWHERE, severity="warning", now=now)


@transaction.atomic
def report_death_doubted(case_id: UUID, hospital: Hospital, *, actor: User, now: datetime) -> None:
    """Somebody registers a patient who is recorded dead: audit it, tell the coordinator and the hospital."""
    audit_meeting("met_recorded_dead", case_id, hospital, actor=actor, now=now)
    case = _noted(timeline.MET_DEAD, case_id, hospital, actor=actor, now=now)
    _notify_coordinators(case, compose.MET_DEAD, now, Audience.CLINICIAN)


def audit_meeting(action: str, case_id: UUID, hospital: Hospital, *, actor: User, now: datetime) -> None:
    audit.record(
        actor=actor,
        action=action,
        subject_type="case",
        subject_id=case_id,
        now=now,
        network=hospital.network_id,
        hospital=str(hospital.pk),
    )


def _noted(what: str, case_id: UUID, hospital: Hospital, *, actor: User, now: datetime) -> Case:
    """The case, locked, with the line that says that its patient was met."""
    case = lock(case_id)
    note(case, what, actor=actor, details={"hospital": str(hospital.pk)}, now=now)
    return case


def _notify_coordinators(case: Case, kind: str, now: datetime, *others: Audience) -> None:
    directory = Directory(now, [case])
    people = [directory.people(audience, case, None) for audience in (Audience.COORDINATOR, *others)]
    compose.notify_people(case, frozenset().union(*people), kind=kind, severity="warning", now=now)


def _hold_to_limit(scope: str, actor: User, now: datetime, refusal: Exception | None = None) -> None:
    if seconds := seconds_over(scope, actor, now):
        raise TooOften(seconds) from refusal
