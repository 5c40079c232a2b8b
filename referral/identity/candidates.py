"""Whom what was typed may mean: the persons of a network whom a number, or name and birth date, leads to."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from accounts.models import Hospital
from referral.identity.national_id import canonical
from referral.identity.text import folded_name
from referral.identity.written import Identity, indexes
from referral.models import Case, Patient
from referral.pathway.vocabulary import ACUTE, State

NUMBERS = {"national_id": "national_id_index", "local_number": "local_number_index"}
Hashes = Mapping[str, str | None]

PERSONS = """
WITH alike AS MATERIALIZED (
    SELECT id, name_index = %(name_index)s AS has_name,
        coalesce(national_id_index = %(national_id_index)s, false)
        OR coalesce(local_number_index = %(local_number_index)s, false) AS has_number
    FROM referral_patient
    WHERE name_index = %(name_index)s OR national_id_index = %(national_id_index)s
        OR local_number_index = %(local_number_index)s
)
SELECT DISTINCT "case".person_id
FROM alike JOIN referral_case AS "case" ON "case".patient_id = alike.id
WHERE "case".network_id = %(network)s AND "case".state <> 'cancelled'
    AND (has_number OR has_name AND "case".state = ANY(%(acute)s))
"""
"""From the few patients to their cases: a database that does not know yet how many cases a network has may
otherwise look at all of them, for each of them."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person whom what was typed may mean.

    `numbers`: the typed numbers that lead there; none where only name and birth date do. `case`: the one with
    the nearest record, `is_own` if the hospital that types wrote it. `differs`: the fields in which it does.
    `acute`: the person's open case. `dead`: a case that records the death.
    """

    person: UUID
    numbers: tuple[str, ...]
    case: Case
    is_own: bool
    differs: tuple[str, ...]
    acute: Case | None
    dead: Case | None


def find_candidates(identity: Identity, hospital: Hospital) -> list[Candidate]:
    """Those found by a number first, the hospital's own first. Cases entered in error lead nowhere."""
    hashes = indexes(identity, hospital.pk)
    of_person: dict[UUID, list[Case]] = defaultdict(list)
    if persons := _persons(hashes, hospital):
        cases = Case.objects.filter(network=hospital.network_id).exclude(state=State.CANCELLED)
        for case in cases.filter(person__in=persons).select_related("patient", "hospital"):
            of_person[case.person_id].append(case)
    rows = [_candidate(identity, hospital, hashes, candidates) for candidates in of_person.values()]
    candidates = [row for row in rows if row is not None]
    return sorted(candidates, key=lambda row: (not row.numbers, not row.is_own, str(row.person)))


def _persons(hashes: Hashes, hospital: Hospital) -> list[UUID]:
    """The persons whom a number leads to, or in an open case the name."""
    params = {**hashes, "network": hospital.network_id, "acute": sorted(ACUTE)}
    with connection.cursor() as cursor:
        cursor.execute(PERSONS, params)
        return [person for (person,) in cursor.fetchall()]


def lock_identity(identity: Identity, hospital: Hospital) -> None:
    """Let whoever registers the same number or name at this moment wait, then see the first one's case."""
    keys = [f"{hospital.network_id} {value}" for value in indexes(identity, hospital.pk).values() if value]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(key) FROM (SELECT DISTINCT hashtextextended(name, 0) AS key "
            "FROM unnest(%s::text[]) AS name ORDER BY key) AS keys",
            [keys],
        )


def differences(identity: Identity, case: Case, hospital: Hospital) -> tuple[str, ...]:
    """The fields in which the record of `case` says something else; a number that one lacks is no other."""
    patient, born = case.patient, identity.birth_date
    national, local = canonical(identity.national_id), indexes(identity, hospital.pk)["local_number_index"]
    recorded = canonical(patient.detail("national_id"))
    is_other = {
        "name": folded_name(identity.name) != folded_name(patient.name),
        "sex": identity.sex != patient.sex,
        "birth_date": born is None or not born.fits(patient.birth_date),
        "national_id": bool(national and recorded and national != recorded),
        "local_number": case.hospital_id == hospital.pk
        and bool(local and patient.local_number_index)
        and local != patient.local_number_index,
    }
    return tuple(field for field, holds in is_other.items() if holds)


def _candidate(identity: Identity, hospital: Hospital, hashes: Hashes, cases: list[Case]) -> Candidate | None:
    leads = [case for case in cases if _numbers(case.patient, hashes)]
    leads = leads or [case for case in cases if case.state in ACUTE and _is_namesake(identity, case.patient)]
    if not leads:
        return None
    own = [case for case in leads if case.hospital_id == hospital.pk]
    nearest = min(own or leads, key=lambda case: len(differences(identity, case, hospital)))
    numbers = {number for case in leads for number in _numbers(case.patient, hashes)}
    return Candidate(
        person=nearest.person_id,
        numbers=tuple(sorted(numbers, reverse=True)),
        case=nearest,
        is_own=bool(own),
        differs=differences(identity, nearest, hospital),
        acute=next((case for case in cases if case.state in ACUTE), None),
        dead=next((case for case in cases if case.died_at is not None), None),
    )


def _numbers(patient: Patient, hashes: Hashes) -> list[str]:
    """The typed numbers that the record has too."""
    return [
        name
        for name, column in NUMBERS.items()
        if hashes[column] and getattr(patient, column) == hashes[column]
    ]


def _is_namesake(identity: Identity, patient: Patient) -> bool:
    """Whether name and birth date are the same, and the sex where the birth date is only near."""
    born, recorded = identity.birth_date, patient.birth_date
    if born is None or folded_name(identity.name) != folded_name(patient.name):
        return False
    if born.day and recorded.day:
        return born == recorded
    return identity.sex == patient.sex and born.fits(recorded)
