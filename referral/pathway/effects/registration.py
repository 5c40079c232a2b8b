"""The verb that begins a case: register."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.models import Hospital
from referral.codes import ChronicLiverDisease
from referral.deadlines.policies import policy_in_force
from referral.identity.candidates import find_candidates, lock_identity
from referral.identity.matching import Match, match
from referral.identity.meetings import report_confirmed
from referral.identity.written import Identity, as_stored, indexes, read
from referral.intake.first_visit import FirstVisit, check_first_visit
from referral.intake.readmission import notify_of_readmission
from referral.intake.registration import check_id
from referral.models import Case, PathwayPolicy, Patient, Person
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import PathwayError
from referral.pathway.vocabulary import State, Verb


@effect(Verb.REGISTER)
def register(change: Change, *, visit: FirstVisit) -> State:
    """Record the first visit of a patient whom the identity's rule says to be new, or one already known.

    Raises InputError for an impossible time, a person to be asked about, or a namesake; PathwayError if the
    id or the patient already has a case, or the network has no rules yet.
    """
    case, now, hospital = change.case, change.now, change.case.hospital
    change.date(check_first_visit(visit.at, now), "first_visit_at")
    check_id(visit.case_id)
    visited = change.occurred_at.astimezone(ZoneInfo(hospital.zone)).date()
    identity = read(visit.person, visited=visited)
    case.policy = rules_of(hospital, now)
    lock_identity(identity, hospital)
    matched = match(identity, find_candidates(identity, hospital), hospital)
    case.number = next_number(hospital.network.day_of(now))
    case.previous_id = earlier_of(matched.person)
    case.chronic_liver_disease = visit.chronic_liver_disease or ChronicLiverDisease.UNKNOWN
    case.presentation = visit.presentation
    case.registered_by, case.registered_at = change.person, now
    case.first_visit_at = change.occurred_at
    _write_patient(case, identity, matched)
    if matched.answer:
        change.details["identity"] = matched.answer
    notify_of_readmission(case, now=now)
    report_confirmed(matched, case, actor=change.person, now=now)
    return State.REGISTERED


def _write_patient(case: Case, identity: Identity, matched: Match) -> None:
    """Insert what the hospital wrote of the patient, and the person where it is a new one."""
    case.person = Person(network=case.network) if matched.person is None else Person(pk=matched.person)
    if matched.person is None:
        case.person.save(force_insert=True)
    case.patient = Patient.objects.create(
        sex=identity.sex, identity=as_stored(identity), **indexes(identity, case.hospital_id)
    )


def earlier_of(person: UUID | None) -> UUID | None:
    """The latest earlier case of a person."""
    if person is None:
        return None
    return Case.objects.filter(person=person).order_by("-registered_at").values_list("pk", flat=True).first()


def rules_of(hospital: Hospital, now: datetime) -> PathwayPolicy:
    """The policy a new case of `hospital` begins with at `now`.

    Raises PathwayError while its network has none.
    """
    policy = policy_in_force(hospital.network, now)
    if policy is None:
        raise PathwayError(
            "no_policy",
            _(
                "“%(network)s” has no pathway policy yet, so no case can begin. "
                "Ask its administrator to publish one; until then call the ward."
            )
            % {"network": hospital.network.name},
        )
    return policy


def next_number(today: date) -> str:
    """The next case number, such as 26-000042: the network's year and a running number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referral_case_number')")
        return f"{today:%y}-{cursor.fetchone()[0]:06d}"
