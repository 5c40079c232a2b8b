"""The first visit: who the patient is, whether the case is known already, and the case itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.encryption import blind_index
from accounts.ids import new_id
from accounts.limits import seconds_over
from accounts.models import Hospital, User
from referral import deadlines, firing, telling, timeline
from referral.audience import Directory
from referral.codes import ChronicLiverDisease
from referral.episodes import tell_of_new_episode
from referral.errors import AccessError, FactError, PathwayError, Text, TooOften
from referral.models import Case, PathwayPolicy, Patient
from referral.pathway import ACUTE, OPENS, Audience, State
from referral.policies import policy_in_force
from referral.statistics.recording import record
from referral.verbs.anytime import check_first_visit
from scoring import INPUTS

ID_OF_ANOTHER = _(
    "This number belongs to a patient of another sex or birth date. Check all three; "
    "if they are right, leave the number empty and tell the coordinator."
)
NUMBER_OF_ANOTHER = _(
    "This hospital number belongs to another patient. Check it and the national ID; "
    "if both are right, leave the hospital number empty and tell the coordinator."
)
RECENT_FIRST_VISIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Person:
    """Who the patient is, as typed. `confirmed_different`: a namesake was checked to be somebody else."""

    name: str
    sex: str
    birth_date: date
    national_id: str = ""
    local_number: str = ""
    phone: str = ""
    confirmed_different: bool = False


class OpenCaseExists(PathwayError):
    """The same person has an acute case in this network: the hospital to call, and nothing else about it."""

    def __init__(self, case: Case, own: bool) -> None:
        hospital = case.hospital
        super().__init__(
            "open_case_exists",
            _("This patient already has an open case at %(hospital)s. Call %(phone)s.")
            % {"hospital": hospital.name, "phone": hospital.phone or "—"},
            hospital={"name": hospital.name, "phone": hospital.phone},
            case=str(case.pk) if own else None,
        )
        self.rival, self.own = case.pk, own


class NamesakeExists(FactError):
    """Name, sex and birth date fit an open case, but there is no ID: a person has to look."""

    def __init__(self, case: Case, own: bool) -> None:
        super().__init__(
            (
                "patient.confirmed_different",
                "confirm_identity",
                _(
                    "A patient of the same name, sex and birth date has an open case at %(hospital)s "
                    "(phone %(phone)s). "
                    "Call to make sure; if it is another person, confirm that."
                )
                % {"hospital": case.hospital.name, "phone": case.hospital.phone or "—"},
            )
        )
        self.rival, self.own = case.pk, own


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """What is known at the first visit; empty is not said. `case_id` may be made by the client."""

    person: Person
    at: datetime
    chronic_liver_disease: str = ""
    presentation: str = ""
    case_id: UUID | None = None


def register(*, actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Case:
    """Record a first visit and open its deadlines; the case waits for its indicators.

    Raises AccessError if `actor` does not refer for `hospital`, FactError for an impossible time or a
    namesake, PathwayError if the id or the patient already has a case. That a patient of another
    hospital was met is recorded, and that hospital told, although nothing is registered.
    """
    with reporting_meetings(actor, hospital, now), transaction.atomic():
        return open_case(actor, hospital, visit, now)


@contextmanager
def reporting_meetings(actor: User, hospital: Hospital, now: datetime) -> Iterator[None]:
    """Report that the patient of another hospital's case was met, after what was begun inside is undone.

    Raises TooOften instead of naming yet another hospital to somebody who tries patient after patient.
    """
    try:
        yield
    except (OpenCaseExists, NamesakeExists) as refusal:
        if refusal.own:
            raise
        if isinstance(refusal, OpenCaseExists):
            report_meeting(refusal.rival, hospital, actor=actor, now=now)
        else:
            audit_meeting("met_namesake", refusal.rival, hospital, actor=actor, now=now)
        if seconds := seconds_over("meetings", actor, now):
            raise TooOften(seconds) from refusal
        raise


def open_case(actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Case:
    """What `register` does, inside a transaction of the caller."""
    if hospital.pk not in actor.standing.refers_for:
        raise AccessError
    visit = replace(visit, at=check_first_visit(visit.at, now))
    check_person(visit.person, visit.at, hospital)
    patient = identify(visit.person, hospital)
    earlier = Case.objects.filter(patient=patient)
    case = Case(
        pk=visit.case_id or new_id(),
        number=next_number(hospital.network.day_of(now)),
        network=hospital.network,
        hospital=hospital,
        patient=patient,
        policy=rules_of(hospital, now),
        previous_id=earlier.order_by("-registered_at").values_list("pk", flat=True).first(),
        chronic_liver_disease=visit.chronic_liver_disease or ChronicLiverDisease.UNKNOWN,
        presentation=visit.presentation,
        registered_by=actor,
        registered_at=now,
        first_visit_at=visit.at,
        updated_at=now,
    )
    insert(case)
    timeline.append(case, timeline.REGISTERED, actor=actor, before="", occurred_at=visit.at, now=now)
    opening = OPENS[State.REGISTERED]
    fresh = deadlines.open_missing(case, opening, running=(), now=now, occurred_at=visit.at)
    case.save()
    record([case.pk])
    tell_of_new_episode(case, now=now)
    firing.fire(fresh, now=now)
    telling.announce(case, what=timeline.REGISTERED)
    return case


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


def check_person(person: Person, first_visit_at: datetime, hospital: Hospital) -> None:
    """Raise FactError for a person without a name or with an impossible birth date."""
    if not person.name.strip():
        raise FactError(("patient.name", "required", _("Please fill this in.")))
    visited = first_visit_at.astimezone(ZoneInfo(hospital.zone)).date()
    oldest = INPUTS["age_years"].hard[1] or 0
    if person.birth_date > visited or visited.year - person.birth_date.year > oldest:
        raise FactError(
            (
                "patient.birth_date",
                "out_of_range",
                _("This birth date does not fit the first visit. Check the year."),
            )
        )


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
    return [(*key, message) for key, (holds, message) in asked.items() if holds]


def insert(case: Case) -> None:
    """Insert the row; a second doctor who registers the same patient at the same moment loses here."""
    try:
        with transaction.atomic():
            case.save(force_insert=True)
    except IntegrityError as error:
        if Case.objects.filter(pk=case.pk).exists():
            raise PathwayError("id_taken", _("A case with this id was already registered.")) from error
        rival = Case.objects.filter(patient=case.patient, state__in=ACUTE).select_related("hospital").first()
        if rival is None:
            raise
        raise OpenCaseExists(rival, own=rival.hospital_id == case.hospital_id) from error


def next_number(today: date) -> str:
    """The next case number, such as 26-000042: the network's year and a running number."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('referral_case_number')")
        return f"{today:%y}-{cursor.fetchone()[0]:06d}"


def identify(person: Person, hospital: Hospital) -> Patient:
    """The patient's row: found by an ID, or new. Raises OpenCaseExists or NamesakeExists."""
    known = _found_by_id(person, hospital)
    if known is not None:
        rival = Case.objects.filter(patient=known, state__in=ACUTE).select_related("hospital").first()
        if rival is not None:
            raise OpenCaseExists(rival, own=rival.hospital_id == hospital.pk)
        return _known_again(known, person, hospital)
    _one_at_a_time(hospital, person)
    namesakes = Case.objects.filter(
        patient__network=hospital.network, patient__likeness_index=likeness(person), state__in=ACUTE
    )
    if person.national_id.strip():
        namesakes = namesakes.filter(patient__national_id_index=None)
    namesake = namesakes.select_related("hospital").first()
    if namesake is not None and not person.confirmed_different:
        raise NamesakeExists(namesake, own=namesake.hospital_id == hospital.pk)
    return _new_patient(person, hospital)


def _one_at_a_time(hospital: Hospital, person: Person) -> None:
    """Let a second doctor who registers a namesake at this moment see the first one's case."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"{hospital.network_id} {likeness(person)}"],
        )


def _known_again(known: Patient, person: Person, hospital: Hospital) -> Patient:
    """A patient found by an ID: what is new is added. A mistyped ID must not end in another's record."""
    national, local = _national_id_index(person), _local_number_index(person, hospital)
    has_another_id = national is not None and known.national_id_index not in (None, national)
    if has_another_id:
        raise FactError(("patient.local_number", "number_of_another", NUMBER_OF_ANOTHER))
    if (known.sex, known.birth_date) != (person.sex, person.birth_date):
        named = "national_id" if national else "local_number"
        raise FactError((f"patient.{named}", "id_of_another", ID_OF_ANOTHER))
    known.identity = {**known.identity, **_identity(person)}
    known.likeness_index = likeness(person)
    known.national_id_index = national or known.national_id_index
    known.local_number_index = local or known.local_number_index
    try:
        with transaction.atomic():
            known.save()
    except IntegrityError as error:
        raise FactError(("patient.local_number", "number_of_another", NUMBER_OF_ANOTHER)) from error
    return known


def _new_patient(person: Person, hospital: Hospital) -> Patient:
    try:
        with transaction.atomic():
            return Patient.objects.create(
                network=hospital.network,
                sex=person.sex,
                identity=_identity(person),
                national_id_index=_national_id_index(person),
                local_number_index=_local_number_index(person, hospital),
                likeness_index=likeness(person),
            )
    except IntegrityError:
        # Another doctor has just registered the same new patient; `insert` then meets that case.
        known = _found_by_id(person, hospital)
        if known is None:
            raise
        return known


def _found_by_id(person: Person, hospital: Hospital) -> Patient | None:
    indexes = {
        "national_id_index": _national_id_index(person),
        "local_number_index": _local_number_index(person, hospital),
    }
    for field, index in indexes.items():
        found = Patient.objects.filter(network=hospital.network, **{field: index}).first() if index else None
        if found is not None:
            return found
    return None


@transaction.atomic
def report_meeting(case_id: UUID, hospital: Hospital, *, actor: User, now: datetime) -> None:
    """Another hospital met the patient of an open case: audit it and tell the case's hospital."""
    audit_meeting("met_elsewhere", case_id, hospital, actor=actor, now=now)
    case = (
        Case.objects.select_for_update(of=("self",)).select_related("hospital", "assessment").get(pk=case_id)
    )
    timeline.append(case, timeline.MET_ELSEWHERE, actor=actor, facts={"hospital": str(hospital.pk)}, now=now)
    case.save()
    telling.tell_people(
        case,
        Directory(now, [case]).people(Audience.CLINICIAN, case, None),
        kind=telling.MET_ELSEWHERE,
        severity="warning",
        now=now,
    )


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


def likeness(person: Person) -> str:
    return blind_index("likeness", person.name, person.sex, person.birth_date.isoformat())


def _national_id_index(person: Person) -> str | None:
    return blind_index("national_id", person.national_id) if person.national_id.strip() else None


def _local_number_index(person: Person, hospital: Hospital) -> str | None:
    return (
        blind_index("local_number", str(hospital.pk), person.local_number)
        if person.local_number.strip()
        else None
    )


def _identity(person: Person) -> dict[str, str]:
    known = {
        "name": person.name,
        "birth_date": person.birth_date.isoformat(),
        "national_id": person.national_id,
        "local_number": person.local_number,
        "phone": person.phone,
    }
    return {name: value for name, value in known.items() if value}
