"""What was lost and what was doubled, counted in the database and at the receiving ends."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection

from tests.chaos.receivers import Honouring, Mailbox

OUTWARD = ("email", "honouring")

FORGOTTEN = """
SELECT count(*) FROM referral_deadline AS deadline JOIN referral_case AS "case" ON "case".id = case_id
WHERE registered_at >= %(since)s AND closed_at IS NULL AND quarantined_at IS NULL
    AND (next_at <= %(now)s OR (due_at <= %(now)s AND missed_at IS NULL))
"""
SET_ASIDE = "SELECT count(*) FROM referral_deadline WHERE quarantined_at >= %(since)s"
MISSED = """
WITH line AS (
    SELECT details ->> 'deadline' AS deadline, count(*) AS lines FROM referral_event
    WHERE what = 'deadline_missed' AND recorded_at >= %(since)s GROUP BY 1
), copy AS (
    SELECT subject_id AS deadline, count(*) AS copies FROM notifications_notification AS notification
    JOIN notifications_alert AS alert ON alert.id = alert_id
    WHERE subject_type = 'deadline' AND kind = 'missed' AND notification.created_at >= %(since)s
    GROUP BY subject_id, recipient_id, CASE WHEN %(repeats)s THEN notification.created_at END
), told AS (SELECT deadline, max(copies) AS copies FROM copy GROUP BY deadline)
SELECT deadline.kind || ' ' || deadline.id, coalesce(lines, 0), coalesce(copies, 0)
FROM referral_deadline AS deadline
JOIN referral_case AS "case" ON "case".id = deadline.case_id AND registered_at >= %(since)s
LEFT JOIN line ON line.deadline = deadline.id::text
LEFT JOIN told ON told.deadline = deadline.id::text
WHERE missed_at IS NOT NULL AND quarantined_at IS NULL
"""
GAPS = """
SELECT count(*) FROM referral_case AS "case"
WHERE registered_at >= %(since)s AND event_count IS DISTINCT FROM (
    SELECT CASE WHEN count(*) = coalesce(max(number), 0) THEN count(*) END
    FROM referral_event WHERE case_id = "case".id
)
"""
DELIVERIES = """
SELECT delivery.id, coalesce(delivery.carried_by_id, delivery.id), delivery.channel, delivery.state,
    delivery.uncertain_attempts
FROM notifications_delivery AS delivery
JOIN notifications_notification AS notification ON notification.id = notification_id
WHERE notification.created_at >= %(since)s AND delivery.channel = ANY(%(outward)s) AND NOT (
    delivery.state IN ('pending', 'sending') AND delivery.available_at > %(now)s + interval '10 minutes'
)
"""
DELIVERED_WITHOUT = """
SELECT count(*) FROM notifications_notification AS notification
JOIN accounts_user AS person ON person.id = notification.recipient_id
WHERE created_at >= %(since)s AND CASE WHEN person.name = 'quiet' THEN 0 ELSE %(channels)s END > (
    SELECT count(DISTINCT channel) FROM notifications_delivery WHERE notification_id = notification.id
)
"""
OPEN = """
SELECT (SELECT count(*) FROM referral_deadline
        WHERE closed_at IS NULL AND quarantined_at IS NULL AND next_at <= %(now)s),
    (SELECT count(*) FROM notifications_delivery
        WHERE state IN ('pending', 'sending') AND available_at <= %(now)s + interval '10 minutes')
    + (SELECT count(*) FROM notifications_notification WHERE next_hint_at IS NOT NULL),
    (SELECT coalesce(sum(attempts), 0) FROM notifications_delivery WHERE state = 'sending')
"""


@dataclass
class Reckoning:
    """What is in `lost` and `doubled` must not be.

    `sent_again`: copies that the mail server, which knows no keys, took once more, each of them counted by
    the outbox as an uncertain attempt; a copy that was not counted is doubled. `asked_again`: requests that
    the receiver with keys knew already and did nothing about.
    """

    deadlines: int = 0
    messages: int = 0
    sent_again: int = 0
    asked_again: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.lost and not self.doubled


def rows(query: str, **params: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return list(cursor.fetchall())


def waiting(now: datetime) -> tuple[int, int, int]:
    """Deadlines that are due, deliveries that nothing holds back, and a number that shows them moving."""
    return rows(OPEN, now=now)[0]


def reckon(
    since: datetime, now: datetime, mailbox: Mailbox, honouring: Honouring, *, repeats: bool = False
) -> Reckoning:
    """Count what became of everything that was registered or told from `since` on.

    `repeats`: the ladders tell the same person of the same miss again later.
    """
    reckoning = Reckoning()
    _reckon_deadlines(reckoning, since, now, repeats)
    _reckon_deliveries(reckoning, since, now, mailbox, honouring)
    existing_ids = {key for (key,) in rows("SELECT id FROM notifications_delivery")}
    for key in (mailbox.copies.keys() | honouring.requests.keys()) - existing_ids:
        reckoning.doubled.append(f"{key} was received, and no row knows of it")
    return reckoning


def _reckon_deadlines(reckoning: Reckoning, since: datetime, now: datetime, repeats: bool) -> None:
    times = {"since": since, "now": now}
    if forgotten := rows(FORGOTTEN, **times)[0][0]:
        reckoning.lost += ["deadline due and not looked at"] * forgotten
    if aside := rows(SET_ASIDE, since=since)[0][0]:
        reckoning.lost += ["deadline set aside"] * aside
    for deadline, lines, copies in rows(MISSED, since=since, repeats=repeats):
        reckoning.deadlines += 1
        if lines != 1:
            (reckoning.doubled if lines else reckoning.lost).append(
                f"{lines} lines for missed deadline {deadline}"
            )
        if not copies:
            reckoning.lost.append(f"nobody told of missed deadline {deadline}")
        elif copies > 1:
            reckoning.doubled.append(f"{copies} notifications of one miss {deadline}")
    if gaps := rows(GAPS, since=since)[0][0]:
        reckoning.lost += ["numbers of events with a gap"] * gaps


def _reckon_deliveries(
    reckoning: Reckoning, since: datetime, now: datetime, mailbox: Mailbox, honouring: Honouring
) -> None:
    if incomplete := rows(DELIVERED_WITHOUT, since=since, channels=len(OUTWARD))[0][0]:
        reckoning.lost += ["notification without one of its channels"] * incomplete
    outward = rows(DELIVERIES, since=since, now=now, outward=list(OUTWARD))
    for delivery, key, channel, state, uncertain in outward:
        copies = (mailbox.copies if channel == "email" else honouring.requests)[key]
        reckoning.messages += 1
        if state not in ("sent", "delivered", "dropped"):
            reckoning.lost.append(f"{channel} {delivery} is {state}")
        elif state != "dropped" and not copies:
            reckoning.lost.append(f"{channel} {delivery} is {state}, and the receiver has nothing")
        again = max(copies - 1, 0) if delivery == key else 0
        if channel == "honouring":
            reckoning.asked_again += again
            continue
        reckoning.sent_again += again
        if again > uncertain:
            reckoning.doubled.append(f"{channel} {key} came {copies} times, {uncertain} counted as uncertain")
