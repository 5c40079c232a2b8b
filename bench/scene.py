"""A synthetic network and as many cases and open deadlines as a measurement wants, copied by SQL."""

from datetime import datetime, time, timedelta

from django.db import connection, models, transaction

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from referral.models import Case, Deadline, PathwayPolicy, Patient, Person
from referral.pathway.vocabulary import Kind, State

HOSPITALS, WARDS = 20, 5
TABLES = "referral_case, referral_patient, referral_person, notifications_alert, notifications_processtick"

PLACES = """
CREATE TEMP TABLE place ON COMMIT DROP AS
SELECT row_number() OVER () - 1 AS number, hospital.id AS hospital_id, member.user_id,
    ward.id AS ward_id
FROM accounts_hospital AS hospital JOIN accounts_membership AS member ON member.hospital_id = hospital.id
CROSS JOIN accounts_ward AS ward
"""
WANTED = """
CREATE TEMP TABLE wanted ON COMMIT DROP AS
SELECT uuidv7() AS case_id, uuidv7() AS patient_id, uuidv7() AS person_id, place, %(first)s + place AS number
FROM generate_series(0, %(cases)s::bigint - 1) AS place
"""
COPY_PATIENTS = "FROM referral_patient AS template, wanted WHERE template.name_index = 'template'"
COPY_PERSONS = """
FROM referral_person AS template, wanted
WHERE template.id = (SELECT person_id FROM referral_case WHERE number = 'template')
"""
COPY_CASES = """
FROM referral_case AS template, wanted JOIN place ON place.number = wanted.place %% %(places)s
WHERE template.number = 'template'
"""
COPY_DEADLINES = """
FROM referral_deadline AS template, wanted CROSS JOIN unnest(%(kinds)s::text[]) AS wish(kind)
CROSS JOIN LATERAL (SELECT %(due)s::timestamptz + wanted.place * %(apart)s::interval AS due_at) AS time
WHERE template.case_id = (SELECT id FROM referral_case WHERE number = 'template')
"""


def build(now: datetime) -> None:
    """Twenty first hospitals with one clinician each, five wards with one on duty and a lead, a coordinator.

    So whoever is alerted about a missed admission is an audience of four, at one of a hundred combinations.
    """
    network = Network.objects.create(name_zh="测试网络", name_en="Test network")
    begun = now - timedelta(days=1)
    PathwayPolicy.objects.create(network=network, version=1, created_at=begun, in_force_from=begun)
    tertiary = Hospital.objects.create(network=network, name_zh="三级", level="tertiary")
    wards = [
        Ward.objects.create(hospital=tertiary, name_zh=f"病房{number}", phone="1", beds=10)
        for number in range(WARDS)
    ]
    for number, ward in enumerate(wards):
        specialist = person(f"specialist{number}", Role.SPECIALIST, ward=ward)
        person(f"lead{number}", Role.WARD_LEAD, ward=ward)
        DutyShift.objects.bulk_create(
            DutyShift(ward=ward, user=specialist, weekday=day, starts=time(0), ends=time(0))
            for day in range(7)
        )
    for number in range(HOSPITALS):
        hospital = Hospital.objects.create(network=network, name_zh=f"医院{number}", level="primary")
        person(f"doctor{number}", Role.REFERRING_CLINICIAN, hospital=hospital)
        for rank, ward in enumerate(wards, 1):
            Catchment.objects.create(hospital=hospital, ward=ward, rank=rank)
    person("coordinator", Role.COORDINATOR, network=network)


def person(name: str, role: Role, **place: object) -> User:
    user = User.objects.create_user(f"{name}@bench.example", "a-long-password", name=name)
    Membership.objects.create(user=user, role=role, **place)
    return user


def clear(now: datetime) -> None:
    """No alerts, no deliveries, and one closed case from which others are copied; the network stays."""
    with connection.cursor() as cursor:
        # The product's role may not empty a timeline.
        cursor.execute("GRANT TRUNCATE ON ALL TABLES IN SCHEMA public TO CURRENT_USER")
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    network = Network.objects.get()
    member = Membership.objects.filter(hospital__isnull=False)[0]
    patient = Patient.objects.create(sex="male", identity={"name": "样"}, name_index="template")
    case = Case.objects.create(
        number="template",
        network=network,
        hospital=member.hospital,
        person=Person.objects.create(network=network),
        patient=patient,
        policy=PathwayPolicy.objects.get(),
        state=State.CLOSED,
        registered_by=member.user,
        registered_at=now,
        first_visit_at=now,
        updated_at=now,
    )
    Deadline.objects.create(
        case=case,
        kind=Kind.ADMIT,
        starts_at=now,
        due_at=now + timedelta(1),
        first_due_at=now,
        next_at=now,
        closed_at=now,
        outcome="cancelled",
    )


def add(
    cases: int, *, due: datetime, kinds: tuple[str, ...] = ("admit",), apart: timedelta = timedelta(0)
) -> None:
    """`cases` more cases with one open deadline of each kind: due from `due` on, `apart` from each other."""
    params = {
        "first": Case.objects.count(),
        "cases": cases,
        "places": HOSPITALS * WARDS,
        "kinds": list(kinds),
        "due": due,
        "apart": apart,
    }
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in _statements():
            cursor.execute(statement, params if "%" in statement else None)


def _statements() -> tuple[str, ...]:
    """What copies the template's patient, case and deadline, one after the other."""
    return (
        PLACES,
        WANTED,
        _copy(Patient, COPY_PATIENTS, id="wanted.patient_id", name_index="'copy'"),
        _copy(Person, COPY_PERSONS, id="wanted.person_id"),
        _copy(
            Case,
            COPY_CASES,
            id="wanted.case_id",
            number="'B' || wanted.number",
            state="'accepted'",
            patient_id="wanted.patient_id",
            person_id="wanted.person_id",
            hospital_id="place.hospital_id",
            ward_id="place.ward_id",
            registered_by_id="place.user_id",
        ),
        _copy(
            Deadline,
            COPY_DEADLINES,
            id="uuidv7()",
            case_id="wanted.case_id",
            kind="wish.kind",
            starts_at="time.due_at - interval '48 hours'",
            due_at="time.due_at",
            first_due_at="time.due_at",
            alerted_until="time.due_at - interval '1 second'",
            next_at="time.due_at",
            closed_at="NULL",
            outcome="''",
        ),
    )


def _copy(model: type[models.Model], source: str, **changes: str) -> str:
    """The statement that copies rows of `template` with some columns changed."""
    columns = [field.column for field in model._meta.concrete_fields]
    values = [changes.get(column, f"template.{column}") for column in columns]
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(values)} {source}"


def settle() -> None:
    """Leave the database as a quiet one would be: fresh statistics, nothing waiting to be written."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
