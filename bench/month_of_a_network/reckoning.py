"""What must hold after a month, and its figures, each counted in two ways where there are two."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from bench.month_of_a_network.places import Places
from referral.models import Case, CaseFacts, Event, Offer
from referral.pathway.vocabulary import Verb
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.first_answers import FirstAnswers, first_answers

FAULTS: Mapping[str, str] = {
    "deadlines that were due and neither met, missed nor dropped": """
        SELECT count(*) FROM referral_deadline AS deadline JOIN referral_case AS "case" ON "case".id = case_id
        WHERE network_id = %(network)s AND (quarantined_at IS NOT NULL
            OR closed_at IS NULL AND (next_at <= %(end)s OR due_at <= %(end)s AND missed_at IS NULL))""",
    "missed deadlines without one line of their own on the timeline": """
        SELECT count(*) FROM referral_deadline AS deadline JOIN referral_case AS "case" ON "case".id = case_id
        WHERE network_id = %(network)s AND missed_at IS NOT NULL AND (
            SELECT count(*) FROM referral_event WHERE event_is_of(case_id, deadline)) <> 1""",
    "requests that ran out before their ladder had alerted duty, lead and coordinator": """
        SELECT count(*) FROM referral_offer AS offer JOIN referral_case AS "case" ON "case".id = case_id
        WHERE network_id = %(network)s AND offer.state = 'expired' AND 3 > (
            SELECT count(DISTINCT recipient_id) FROM notifications_notification
            JOIN notifications_alert AS alert ON alert.id = alert_id
            JOIN referral_deadline AS deadline ON deadline.id::text = subject_id
            WHERE subject_type = 'deadline' AND deadline.offer_id = offer.id)""",
    "urgent alerts of which no message was handed over, and nobody was alerted instead": """
        SELECT count(*) FROM notifications_notification AS notification
        JOIN notifications_alert AS alert ON alert.id = alert_id
        JOIN referral_case AS "case" ON "case".id::text = payload ->> 'case'
        WHERE network_id = %(network)s AND urgent AND withdrawn_at IS NULL
          AND acknowledged_at IS NULL AND notification.created_at < %(end)s - interval '3 hours'
          AND NOT EXISTS (SELECT FROM notifications_delivery WHERE notification_id = notification.id
                          AND state IN ('sent', 'delivered', 'pending', 'sending', 'dropped'))
          AND NOT EXISTS (SELECT FROM notifications_notification AS other
                          WHERE other.instead_of_id = notification.id)
          AND NOT EXISTS (SELECT FROM referral_event WHERE case_id = "case".id
                          AND what = 'alert_undeliverable')""",
    "requests that were acknowledged twice by telephone": """
        SELECT count(*) FROM (SELECT details ->> 'offer' FROM referral_event AS event
            JOIN referral_case AS "case" ON "case".id = case_id
            WHERE network_id = %(network)s AND what = 'acknowledge'
              AND details ->> 'number_ending' IS NOT NULL
            GROUP BY 1 HAVING count(*) > 1) AS offer""",
    "timelines with a gap": """
        SELECT count(*) FROM referral_case AS "case" WHERE network_id = %(network)s
        AND event_count <> (SELECT count(*) FROM referral_event WHERE case_id = "case".id)""",
    "wards with more patients and promises than beds": """
        SELECT count(*) FROM accounts_ward AS ward
        JOIN accounts_hospital AS hospital ON hospital.id = hospital_id
        WHERE hospital.network_id = %(network)s AND beds < (SELECT count(*) FROM referral_case
            WHERE ward_id = ward.id AND state IN ('accepted', 'in_transit', 'admitted', 'diagnosed'))""",
}
"""What must be 0, and how it is counted."""
OF_EVENT = "what = 'deadline_missed' AND details ->> 'deadline' = deadline.id::text AND case_id = \"case\".id"


def faults(places: Places, end: datetime) -> dict[str, int]:
    """By what must not be: how often it is."""
    numbers = {}
    for what, text in FAULTS.items():
        query = text.replace("event_is_of(case_id, deadline)", OF_EVENT)
        numbers[what] = _number(query, network=places.network.pk, end=end)
    return numbers | _against_statistics(places, end)


def _against_statistics(places: Places, end: datetime) -> dict[str, int]:
    """How far the statistics are from what the timelines say."""
    network = places.network
    events = Event.objects.filter(case__network=network)
    facts = CaseFacts.objects.filter(network=network)
    sums = np.array(list(facts.values_list("offers", "declines", "expiries")) or [(0, 0, 0)]).sum(axis=0)
    offers = Offer.objects.filter(case__network=network)
    answers = answers_of(places, end)
    pairs = {
        "cases": (facts.count(), Case.objects.filter(network=network).count()),
        "requests": (int(sums[0]), offers.count()),
        "declined requests": (int(sums[1]), events.filter(what=Verb.DECLINE).count()),
        "requests that ran out": (int(sums[2]), events.filter(what=Verb.EXPIRE_OFFER).count()),
        "answered requests": (answers.whole.cases, len(_answered(network.pk))),
    }
    return {f"{name}: statistics less timelines": abs(one - other) for name, (one, other) in pairs.items()}


def answers_of(places: Places, end: datetime) -> FirstAnswers:
    """The statistics of the first answers, as the coordinator sees them."""
    if places.coordinator is None:
        raise ValueError("the network has no coordinator")
    asked = {"since": "2026-01", "until": f"{end:%Y-%m}"}
    return first_answers(places.coordinator, parse_filter(places.coordinator, asked, now=end))


def _answered(network: UUID) -> set[Any]:
    """The requests that somebody acknowledged, accepted or declined, by their timelines."""
    verbs = (Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE)
    rows = Event.objects.filter(case__network=network, what__in=verbs)
    return set(rows.values_list("details__offer", flat=True))


def _number(query: str, **params: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return int(cursor.fetchone()[0])


PLACED = """
SELECT count(*), avg(asked), percentile_cont(0.5) WITHIN GROUP (ORDER BY hours),
    percentile_cont(0.9) WITHIN GROUP (ORDER BY hours)
FROM (
    SELECT count(offer.id) AS asked,
        extract(epoch FROM max(answered_at) FILTER (WHERE offer.state = 'accepted') - min(offered_at)) / 3600
            AS hours
    FROM referral_offer AS offer JOIN referral_case AS "case" ON "case".id = case_id
    WHERE network_id = %s GROUP BY case_id HAVING bool_or(offer.state = 'accepted')
) AS placed
"""
OVERDUE = """
SELECT count(*), count(*) FILTER (WHERE missed_at IS NOT NULL) FROM referral_deadline AS deadline
JOIN referral_case AS "case" ON "case".id = case_id WHERE network_id = %s AND kind = 'arrive'
"""
MESSAGES = """
SELECT count(*), count(*) FILTER (WHERE delivery.state IN ('failed', 'undeliverable'))
FROM notifications_delivery AS delivery
JOIN notifications_notification AS notification ON notification.id = notification_id
JOIN notifications_alert AS alert ON alert.id = alert_id
JOIN referral_case AS "case" ON "case".id::text = payload ->> 'case' WHERE network_id = %s
"""


def placements(places: Places) -> tuple[int, float, float, float]:
    """How many were placed, wards asked for each, and hours to the acceptance: median and 90th centile."""
    cases, asked, median, p90 = _row(PLACED, places)
    return int(cases), float(asked or 0), float(median or 0), float(p90 or 0)


def overdue_journeys(places: Places) -> tuple[int, int]:
    """Journeys, and those whose arrival was overdue."""
    journeys, overdue = _row(OVERDUE, places)
    return int(journeys), int(overdue)


def messages(places: Places) -> tuple[int, int]:
    """Messages, and those that a carrier or its report gave up."""
    total, failed = _row(MESSAGES, places)
    return int(total), int(failed)


def _row(query: str, places: Places) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(query, [places.network.pk])
        row = cursor.fetchone()
    return tuple(row)
