"""Claiming what is due: one statement locks the cases, the next reads all that evaluating needs of them.

Plain SQL, because this is asked for each deadline that falls due: putting the same questions into words again
took most of a cycle that finds one.
"""

import json
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from accounts.joined import Objects, columns, objects, question, rows
from accounts.models import Hospital, Ward
from referral.models import Assessment, Case, Deadline, Offer, PathwayPolicy

HOSPITAL = columns("hospital", Hospital, "id name_zh name_en zone")
DUE = (
    columns(
        "deadline",
        Deadline,
        "id case_id kind offer_id starts_at due_at alerted_until next_at missed_at quiet_until",
    ),
    columns(
        "case",
        Case,
        "id number event_count state network_id hospital_id ward_id policy_id assessment_id registered_by_id",
    ),
    HOSPITAL,
    columns("assessment", Assessment, "id band model_status"),
    columns("offer", Offer, "id case_id ward_id state bed_promised_until"),
)
WARDS = (columns("ward", Ward, "id hospital_id"), HOSPITAL)
POLICIES = (columns("policy", PathwayPolicy, "id ladders outcome_grace_days expires_unanswered"),)
"""What evaluating needs of a deadline and of what belongs to it; anything else would be read row by row."""


LOCK_CASES = """
SELECT deadline.case_id
FROM referral_deadline AS deadline JOIN referral_case AS "case" ON "case".id = deadline.case_id
WHERE deadline.closed_at IS NULL AND deadline.quarantined_at IS NULL AND deadline.next_at <= %(now)s
    AND (%(only)s::uuid IS NULL OR deadline.id = %(only)s)
ORDER BY deadline.next_at
LIMIT %(limit)s
FOR UPDATE OF "case" SKIP LOCKED
"""
READ_DUE = question(
    """
SELECT {columns}
FROM referral_deadline AS deadline
JOIN referral_case AS "case" ON "case".id = deadline.case_id
JOIN accounts_hospital AS hospital ON hospital.id = "case".hospital_id
LEFT JOIN referral_assessment AS assessment ON assessment.id = "case".assessment_id
LEFT JOIN referral_offer AS offer ON offer.id = deadline.offer_id
WHERE deadline.case_id = ANY(%(cases)s)
    AND deadline.closed_at IS NULL AND deadline.quarantined_at IS NULL AND deadline.next_at <= %(now)s
ORDER BY deadline.next_at
""",
    DUE,
)
READ_WARDS = question(
    """
SELECT {columns}
FROM accounts_ward AS ward JOIN accounts_hospital AS hospital ON hospital.id = ward.hospital_id
WHERE ward.id = ANY(%s)
""",
    WARDS,
)
READ_POLICIES = question(
    "SELECT {columns} FROM referral_pathwaypolicy AS policy WHERE id = ANY(%s)", POLICIES
)


def claim(now: datetime, *, limit: int | None = None, only: UUID | None = None) -> list[Deadline]:
    """Lock the cases of what is due, the longest due first, and return all that is due on them; of `only` one
    deadline its case.

    Cases that others hold are passed over. Deadlines are written by who holds their case only, and read here
    once it is held: a lock of their own would be one that two engines can have on each other's cases.
    """
    locked = {case for (case,) in rows(LOCK_CASES, {"now": now, "limit": limit, "only": only})}
    return _read_due(locked, now) if locked else []


def _read_due(cases: Collection[UUID], now: datetime) -> list[Deadline]:
    """What is due on locked cases. What several have in common is read once, and is one object."""
    due: list[Deadline] = []
    shared: Objects = {}
    for row in rows(READ_DUE, {"cases": list(cases), "now": now}):
        deadline, case, hospital, assessment, offer = objects(row, DUE, shared)
        deadline.case, deadline.offer = case, offer
        case.hospital, case.assessment = hospital, assessment
        due.append(deadline)
    policies = _policies({deadline.case.policy_id for deadline in due})
    wards = _wards(due)
    for deadline in due:
        case, offer = deadline.case, deadline.offer
        case.policy, case.ward = policies[case.policy_id], wards.get(case.ward_id)
        if offer is not None:
            offer.ward = wards[offer.ward_id]
    return due


def _policies(ids: Collection[UUID]) -> dict[UUID, PathwayPolicy]:
    policies: dict[UUID, PathwayPolicy] = {}
    for row in rows(READ_POLICIES, [list(ids)]):
        [policy] = objects(row, POLICIES, {})
        policy.ladders = json.loads(policy.ladders)
        policies[policy.pk] = policy
    return policies


def _wards(due: Collection[Deadline]) -> dict[UUID | None, Ward]:
    """The wards of the cases and of the offers, with their hospitals."""
    ids = {row.case.ward_id for row in due} | {row.offer.ward_id for row in due if row.offer}
    wards: dict[UUID | None, Ward] = {}
    shared: Objects = {}
    for row in rows(READ_WARDS, [[key for key in ids if key]]):
        ward, hospital = objects(row, WARDS, shared)
        ward.hospital = hospital
        wards[ward.pk] = ward
    return wards
