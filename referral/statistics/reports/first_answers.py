"""From the first alert about a request to the first person who acknowledged it, by what had alerted them.

Counted is each request of the period that a person acknowledged, accepted, declined or asked back about. What
made somebody look is not recorded: a request counts for the channel by which the person was last alerted
before the answer, and for the telephone where they answered by its keys.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import numpy as np
from django.db import connection
from django.db.models import Q, QuerySet, TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from notifications.models import Alert, Delivery, DeliveryState, Notification
from referral.alerts.compose import DEADLINE
from referral.models import Deadline, Event, Offer
from referral.pathway.vocabulary import Kind, Verb
from referral.statistics.columns.column_reader import in_sql, months_before
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.privacy import few
from referral.statistics.reports.quantiles import Spread, in_order, spreads


class AlertedBy(TextChoices):
    """What the person who answered first was last alerted by."""

    TELEPHONE = "telephone", _("answered by the telephone's keys")
    VOICE = "voice", _("voice call, answered in the portal")
    SMS = "sms", _("text message")
    PUSH = "push", _("browser or mobile app")
    ROBOT = "robot", _("robot of a group chat")
    EMAIL = "email", _("e-mail message")
    WEBHOOK = "webhook", _("webhook")
    INAPP = "inapp", _("in the portal only")
    UNALERTED = "unalerted", _("nothing: not alerted in person")


GROUPED = {
    **dict.fromkeys(("webpush", "fcm", "vendorpush"), AlertedBy.PUSH),
    **dict.fromkeys(("wecom", "dingtalk", "feishu"), AlertedBy.ROBOT),
}
"""Channels that are counted together."""

FIRST_ANSWERS = f"""
SELECT CASE WHEN pressed.keys THEN '{AlertedBy.TELEPHONE}' WHEN last.channel IS NOT NULL THEN last.channel
            WHEN alerted.self THEN '{AlertedBy.INAPP}' ELSE '{AlertedBy.UNALERTED}' END,
       greatest(0, extract(epoch FROM at - coalesce(alerted.first_at, offered_at)))::int4
FROM ({{offers}}) AS asked (id, case_id, offered_at, acknowledged_at, noted_by, answered_at, answered_by)
CROSS JOIN LATERAL (
    SELECT coalesce(acknowledged_at, answered_at) AS at, coalesce(noted_by, answered_by) AS who
) AS answer
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(alert.id), '{{{{}}}}') AS alerts
    FROM {Deadline._meta.db_table} AS deadline JOIN {Alert._meta.db_table} AS alert
        ON alert.subject_type = '{DEADLINE}' AND alert.subject_id = deadline.id::text
    WHERE offer_id = asked.id AND deadline.kind = '{Kind.ACKNOWLEDGE}'
) AS due
CROSS JOIN LATERAL (
    SELECT min(created_at) AS first_at, bool_or(recipient_id = who AND created_at <= at) AS self
    FROM {Notification._meta.db_table} WHERE alert_id = ANY(alerts)
) AS alerted
LEFT JOIN LATERAL (
    SELECT channel FROM {Delivery._meta.db_table} AS delivery
    JOIN {Notification._meta.db_table} AS notification ON notification.id = notification_id
    WHERE alert_id = ANY(alerts) AND recipient_id = who
      AND state IN ('{DeliveryState.SENT}', '{DeliveryState.DELIVERED}') AND sent_at <= at
    ORDER BY sent_at DESC LIMIT 1
) AS last ON true
LEFT JOIN LATERAL (
    SELECT true AS keys FROM {Event._meta.db_table}
    WHERE case_id = asked.case_id AND what = '{Verb.ACKNOWLEDGE}' AND actor_id = who AND occurred_at = at
      AND details ->> 'offer' = asked.id::text AND details ->> 'number_ending' IS NOT NULL LIMIT 1
) AS pressed ON true
"""  # noqa: S608 - put together from names of tables and constants


@dataclass(frozen=True, slots=True)
class FirstAnswers:
    """`by_alert`: seconds to the first answer by what had alerted its person, only what occurred; too few to
    be summed up have their number alone. `unanswered`: requests that ran out without anybody's answer."""

    whole: Spread
    by_alert: Mapping[AlertedBy, Spread]
    unanswered: int


def first_answers(user: User, report_filter: ReportFilter) -> FirstAnswers:
    """The first answers to requests of the user's places in the filter's months."""
    offers = _offers(user, report_filter)
    order = list(AlertedBy)
    rows = _rows(offers)
    group = np.array(
        [order.index(GROUPED.get(channel) or AlertedBy(channel)) for channel, _s in rows], np.int64
    )
    seconds = np.array([value for _channel, value in rows], np.int32)
    whole, apart = spreads([(in_order(seconds, group, len(order)), np.arange(len(order)))], len(order))
    return FirstAnswers(
        whole=_enough(whole),
        by_alert={way: _enough(part) for way, part in zip(order, apart, strict=True) if part.cases},
        unanswered=offers.filter(state=Offer.State.EXPIRED, acknowledged_at=None).count(),
    )


def _enough(spread: Spread) -> Spread:
    """`spread`; of so few that it could be read back who answered when, how many they are."""
    return Spread(spread.cases) if few(spread.cases) else spread


def _rows(offers: QuerySet[Offer]) -> list[tuple[str, int]]:
    answered = offers.filter(Q(acknowledged_by__isnull=False) | Q(answered_by__isnull=False))
    needed = answered.order_by().values_list(
        *("id", "case_id", "offered_at"),
        *("acknowledged_at", "acknowledged_by", "answered_at", "answered_by"),
    )
    text, parameters = in_sql(needed)
    with connection.cursor() as cursor:
        cursor.execute(FIRST_ANSWERS.format(offers=text), parameters)
        return [(channel, seconds) for channel, seconds in cursor.fetchall()]


def _offers(user: User, report_filter: ReportFilter) -> QuerySet[Offer]:
    """The requests of the months asked about: of a coordinated network all, else those of the places."""
    zone, access, network = ZoneInfo(report_filter.network.zone), user.access, report_filter.network
    since, until = report_filter.since, months_before(report_filter.until, -1)
    offers = Offer.objects.filter(
        case__network=network, offered_at__gte=_midnight(since, zone), offered_at__lt=_midnight(until, zone)
    )
    if network.pk not in access.coordinates:
        offers = offers.filter(Q(ward__in=access.wards) | Q(case__hospital__in=access.refers_for))
    if report_filter.hospital is not None:
        offers = offers.filter(case__hospital=report_filter.hospital)
    return offers if report_filter.ward is None else offers.filter(ward=report_filter.ward)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(0), zone)
