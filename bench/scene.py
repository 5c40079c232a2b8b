"""A synthetic network and as many cases and open deadlines as a measurement wants, written by SQL."""

from datetime import datetime, time, timedelta

from django.db import connection

from accounts.models import Catchment, DutyShift, Hospital, Membership, Network, Role, User, Ward
from referral.models import PathwayPolicy

HOSPITALS, WARDS = 20, 5
TABLES = "referral_case, referral_patient, notifications_notification, notifications_processtick"

ADD_CASES = """
WITH place AS (
    SELECT hospital.id AS hospital_id, hospital.network_id, member.user_id,
        row_number() OVER (ORDER BY hospital.id) - 1 AS number
    FROM accounts_hospital AS hospital JOIN accounts_membership AS member ON member.hospital_id = hospital.id
), bed AS (
    SELECT id AS ward_id, row_number() OVER (ORDER BY id) - 1 AS number FROM accounts_ward
), wanted AS MATERIALIZED (
    SELECT uuidv7() AS id, uuidv7() AS patient_id, number
    FROM generate_series(%(first)s::bigint, %(first)s + %(count)s - 1) AS number
), patient AS (
    INSERT INTO referral_patient (id, network_id, sex, identity, likeness_index)
    SELECT patient_id, (SELECT id FROM accounts_network LIMIT 1), 'male', 'synthetic', 'synthetic' FROM wanted
)
INSERT INTO referral_case
    (id, number, event_count, state, network_id, hospital_id, ward_id, patient_id, policy_id,
     chronic_liver_disease, presentation, registered_by_id, registered_at, first_visit_at, flagged_late, bed,
     updated_at)
SELECT wanted.id, 'B' || wanted.number, 0, 'accepted', place.network_id, place.hospital_id, bed.ward_id,
    wanted.patient_id, (SELECT id FROM referral_pathwaypolicy LIMIT 1), 'hepatitis_b', 'acute_liver_injury',
    place.user_id, %(now)s, %(now)s, false, '', %(now)s
FROM wanted
JOIN place ON place.number = wanted.number %% %(hospitals)s
JOIN bed ON bed.number = wanted.number %% %(wards)s
"""
ADD_DEADLINES = """
INSERT INTO referral_deadline
    (id, case_id, kind, starts_at, due_at, first_due_at, alerted_until, next_at, outcome, delay_reason,
     quiet_cause)
SELECT uuidv7(), "case".id, kind, due_at - interval '48 hours', due_at, due_at, due_at - interval '1 second',
    due_at, '', '', ''
FROM (
    SELECT id, row_number() OVER (ORDER BY registered_at, number) - 1 AS rank FROM referral_case
    WHERE number ~ '^B' AND substr(number, 2)::bigint BETWEEN %(first)s AND %(first)s + %(cases)s - 1
) AS "case"
CROSS JOIN unnest(%(kinds)s::text[]) AS kind
CROSS JOIN LATERAL (SELECT %(due)s::timestamptz + "case".rank * %(apart)s::interval AS due_at) AS time
"""


def build(now: datetime) -> None:
    """Twenty first hospitals with one clinician each, five wards with one on duty and a lead, a coordinator.

    So whoever is alerted about a missed admission is an audience of four, at one of a hundred combinations.
    """
    network = Network.objects.create(name_zh="测试网络", name_en="Test network")
    PathwayPolicy.objects.create(network=network, version=1, created_at=now - timedelta(days=1))
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


def clear() -> None:
    """No cases, no alerts, no deliveries; the network stays."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")


def add(
    cases: int,
    *,
    due: datetime,
    now: datetime,
    kinds: tuple[str, ...] = ("admit",),
    apart: timedelta = timedelta(0),
) -> None:
    """`cases` more cases with one open deadline of each kind: due from `due` on, `apart` from each other."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM referral_case")
        first = cursor.fetchone()[0]
        places = {"hospitals": HOSPITALS, "wards": WARDS}
        cursor.execute(ADD_CASES, {"first": first, "count": cases, "now": now, **places})
        cursor.execute(
            ADD_DEADLINES,
            {"first": first, "cases": cases, "kinds": list(kinds), "due": due, "apart": apart},
        )


def settle() -> None:
    """Leave the database as a quiet one would be: fresh statistics, nothing waiting to be written."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
