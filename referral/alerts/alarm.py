"""What the alarm of a ward's or a network's people rings for, and whether somebody is expected to hear it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from accounts.models import User, Ward
from accounts.rota import on_duty_at
from notifications.selectors import inbox
from notifications.types import Severity
from referral.alerts import compose
from referral.models import Case, Offer

MOST_ALERTS = 200
"""Alerts looked at in one answer; the oldest ring first, and the rest follow once these are acknowledged."""


class CauseKind(StrEnum):
    REQUEST = "request"
    ALERT = "alert"


@dataclass(frozen=True, slots=True)
class Cause:
    """One reason to ring: a request (`id` is the offer's) or a critical alert (the notification's).

    `number` is the case's. Nothing here names the patient.
    """

    id: UUID
    kind: CauseKind
    case_id: UUID
    number: str
    since: datetime


def causes(user: User) -> list[Cause]:
    """What waits for an acknowledgement by `user`, the oldest first, once per case.

    Open requests to the wards that the user answers for which nobody has acknowledged, and critical alerts
    to the user about cases that they see.
    """
    requests = _requests(user)
    asked = {cause.case_id for cause in requests}
    alerts = {cause.case_id: cause for cause in reversed(_alerts(user)) if cause.case_id not in asked}
    return sorted([*requests, *alerts.values()], key=lambda cause: (cause.since, cause.id))


def is_expected(user: User, now: datetime) -> bool:
    """Whether `user` is on duty at `now`, or leads a ward in which nobody is."""
    wards = list(Ward.objects.visible_to(user).filter(pk__in=user.access.wards))
    return is_expected_by(on_duty_at(wards, now), user)


def is_expected_by(on_duty: Mapping[UUID, Collection[UUID]], user: User) -> bool:
    """The same of a moment for which it is known already who is `on_duty`: their ids by ward."""
    mine = {ward: people for ward, people in on_duty.items() if ward in user.access.wards}
    leads = user.access.leads
    return any(user.pk in people or (not people and ward in leads) for ward, people in mine.items())


def _requests(user: User) -> list[Cause]:
    offers = Offer.objects.visible_to(user).filter(
        ward__in=user.access.wards, state=Offer.State.OPEN, acknowledged_at__isnull=True
    )
    rows = offers.order_by("offered_at", "pk").values_list("pk", "case", "case__number", "offered_at")
    return [Cause(pk, CauseKind.REQUEST, case, number, since) for pk, case, number, since in rows]


def _alerts(user: User) -> list[Cause]:
    """Critical alerts that `user` has not acknowledged, the oldest first."""
    loud = inbox(user).filter(
        alert__severity=Severity.CRITICAL,
        acknowledged_at__isnull=True,
        alert__subject_type__in=(compose.CASE, compose.DEADLINE),
    )
    rows = loud.order_by("created_at", "pk").values_list("pk", "alert__payload", "created_at")[:MOST_ALERTS]
    alerts = [
        Cause(pk, CauseKind.ALERT, UUID(payload["case"]), payload["number"], since)
        for pk, payload, since in rows
    ]
    about = {cause.case_id for cause in alerts}
    visible = set(Case.objects.visible_to(user).filter(pk__in=about).values_list("pk", flat=True))
    return [cause for cause in alerts if cause.case_id in visible]
