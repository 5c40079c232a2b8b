"""The rows of the engine, by hand: what a database of this schema on this machine can do at most.

One statement per batch claims due deadlines and writes, for each, one event, one alert with a row for each of
four people, the case's count of events and the deadline's next time. It decides nothing: whom to tell, how
loudly and when again are constants.
"""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

FIRE = """
WITH due AS MATERIALIZED (
    SELECT deadline.id, deadline.case_id, deadline.due_at, deadline.next_at, "case".event_count + 1 AS number,
        "case".state, "case".number AS case_number
    FROM referral_deadline AS deadline JOIN referral_case AS "case" ON "case".id = deadline.case_id
    WHERE deadline.closed_at IS NULL AND deadline.quarantined_at IS NULL AND deadline.next_at <= %(now)s
    ORDER BY deadline.next_at LIMIT %(limit)s
    FOR UPDATE OF deadline, "case" SKIP LOCKED
), event AS (
    INSERT INTO referral_event
        (id, case_id, number, what, state_before, state_after, details, occurred_at, recorded_at)
    SELECT uuidv7(), case_id, number, 'deadline_missed', state, state,
        jsonb_build_object('kind', 'admit', 'deadline', id), due_at, %(now)s
    FROM due
), alert AS (
    INSERT INTO notifications_alert
        (id, dedup_key, subject_type, subject_id, kind, severity, payload, created_at)
    SELECT uuidv7(), due.id || ':' || %(now)s, 'deadline', due.id, 'missed',
        'critical', jsonb_build_object('case', due.case_id, 'number', case_number, 'hospital_zh', '医院',
            'hospital_en', '', 'zone', 'Asia/Shanghai', 'band', '', 'deadline', 'admit', 'due_at', due_at,
            'rungs', 1), %(now)s
    FROM due
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
), outbox AS (
    INSERT INTO notifications_notification (id, alert_id, recipient_id, urgent, created_at, next_hint_at)
    SELECT uuidv7(), id, recipient, true, %(now)s, %(now)s
    FROM alert CROSS JOIN unnest(%(audience)s::uuid[]) AS recipient
), counted AS (
    UPDATE referral_case SET event_count = due.number FROM due WHERE referral_case.id = due.case_id
), moved AS (
    UPDATE referral_deadline
    SET alerted_until = %(now)s, next_at = due.next_at + interval '12 hours', missed_at = due.due_at
    FROM due WHERE referral_deadline.id = due.id
)
SELECT count(*) FROM due
"""


def fire_all(now: datetime, audience: list[UUID], limit: int) -> int:
    """Fire everything due, in batches of `limit`, each in one transaction; return how many."""
    fired = 0
    while done := fire_batch(now, audience, limit):
        fired += done
    return fired


def fire_batch(now: datetime, audience: list[UUID], limit: int) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(FIRE, {"now": now, "audience": audience, "limit": limit})
        return int(cursor.fetchone()[0])
