"""The first visit: who the patient is, whether the case is known already, and the case itself."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts.ids import is_identifier, new_id
from accounts.models import Hospital, User
from referral.alerts.recipients import Directory
from referral.codes import ChronicLiverDisease
from referral.deadlines.policies import policy_in_force
from referral.identity.candidates import find_candidates, lock_identity
from referral.identity.matching import Match, OpenCaseExists, match
from referral.identity.meetings import report_confirmed, reporting_meetings
from referral.identity.written import Identity, as_stored, hints, indexes, read
from referral.intake.first_visit import check_first_visit
from referral.intake.readmission import notify_of_readmission
from referral.models import Case, PathwayPolicy, Patient, Person
from referral.pathway import timeline
from referral.pathway.refusals import AccessError, InputError, PathwayError, Text
from referral.pathway.settlement import Settlement
from referral.pathway.table import OPENS
from referral.pathway.vocabulary import ACUTE, State

RECENT_FIRST_VISIT = timedelta(hours=24)
NO_ID = _("This is no id that was made to be unique: make a UUID of version 7, or leave it out.")
ID_TAKEN = _("A case with this id was already registered.")


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """What is known at the first visit; empty is not said. `case_id` may be made by the client."""

    person: Identity
    at: datetime
    chronic_liver_disease: str = ""
    presentation: str = ""
    case_id: UUID | None = None


def register(*, actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Case:
    """Record a first visit and open its deadlines; the case waits for its indicators.

    Raises AccessError if `actor` does not refer for `hospital`, InputError for an impossible time or a
    namesake, PathwayError if the id or the patient already has a case. That a patient of another
    hospital was met is recorded, and that hospital told, although nothing is registered.
    """
    with reporting_meetings(actor, hospital, now), transaction.atomic():
        settlement = begin_case(actor, hospital, visit, now)
        settlement.write(Directory(now, [settlement.case]))
    return settlement.case


def begin_case(actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Settlement:
    """What `register` does, inside a transaction of the caller, who may go on and has to write it."""
    if hospital.pk not in actor.access.refers_for:
        raise AccessError
    visit = replace(visit, at=check_first_visit(visit.at, now))
    check_id(visit.case_id)
    identity = read(visit.person, visited=visit.at.astimezone(ZoneInfo(hospital.zone)).date())
    policy = rules_of(hospital, now)
    lock_identity(identity, hospital)
    match_found = match(identity, find_candidates(identity, hospital), hospital)
    case = Case(
        pk=visit.case_id or new_id(),
        number=next_number(hospital.network.day_of(now)),
        network=hospital.network,
        hospital=hospital,
        policy=policy,
        previous_id=earlier_of(match_found.person),
        chronic_liver_disease=visit.chronic_liver_disease or ChronicLiverDisease.UNKNOWN,
        presentation=visit.presentation,
        registered_by=actor,
        registered_at=now,
        first_visit_at=visit.at,
        updated_at=now,
    )
    insert(case, identity, match_found)
    details = {"identity": match_found.answer} if match_found.answer else {}
    timeline.append(
        case, timeline.REGISTERED, actor=actor, before="", details=details, occurred_at=visit.at, now=now
    )
    settlement = Settlement(case, now, running=[])
    settlement.open_deadlines(OPENS[State.REGISTERED], visit.at, Directory(now, [case]))
    settlement.updates.append((timeline.REGISTERED, ()))
    notify_of_readmission(case, now=now)
    report_confirmed(match_found, case, actor=actor, now=now)
    return settlement


def check_id(case_id: UUID | None) -> None:
    """Refuse an id that nobody made to be unique (InputError) or that a case has (PathwayError)."""
    if case_id is not None and not is_identifier(case_id):
        raise InputError(("id", "invalid", NO_ID))
    refuse_taken(case_id)


def refuse_taken(case_id: UUID | None) -> None:
    """Raise PathwayError for an id that a case has, before anything is learnt of the patient."""
    if case_id is not None and Case.objects.filter(pk=case_id).exists():
        raise PathwayError("id_taken", ID_TAKEN)


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


def doubts(visit: FirstVisit, now: datetime) -> list[tuple[str, str, Text]]:
    """What to ask about a first visit that was registered all the same: rows of (field, code, message)."""
    asked = {
        ("chronic_liver_disease", "not_said"): (
            not visit.chronic_liver_disease,
            _("The chronic liver disease is not recorded. The model applies to chronic liver disease only."),
        ),
        ("presentation", "not_said"): (
            not visit.presentation,
            _("How the liver disease worsened is not recorded."),
        ),
        ("first_visit_at", "long_ago"): (
            now - visit.at > RECENT_FIRST_VISIT,
            _("The first visit was more than 24 hours ago; every time limit counts from it. Is it right?"),
        ),
    }
    open_questions = [(*key, message) for key, (holds, message) in asked.items() if holds]
    return [*open_questions, *hints(visit.person)]


def insert(case: Case, identity: Identity, matched: Match) -> None:
    """Insert the case with what its hospital wrote of the patient, and the person where it is a new one.

    Whoever registers the same person under another name and number at the same moment loses here.
    """
    person = Person(network=case.network) if matched.person is None else Person(pk=matched.person)
    try:
        with transaction.atomic():
            if matched.person is None:
                person.save(force_insert=True)
            case.patient = Patient.objects.create(
                sex=identity.sex, identity=as_stored(identity), **indexes(identity, case.hospital_id)
            )
            case.person = person
            case.save(force_insert=True)
    except IntegrityError as error:
        refuse_taken(case.pk)
        open_cases = Case.objects.filter(person=matched.person, state__in=ACUTE).select_related("hospital")
        rival = open_cases.first() if matched.person else None
        if rival is None:
            raise
        raise OpenCaseExists(rival, own=rival.hospital_id == case.hospital_id) from error


def next_number(today: date) -> str:
    """The next case number, such as 26-000042: the network's year and a running number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referral_case_number')")
        return f"{today:%y}-{cursor.fetchone()[0]:06d}"
