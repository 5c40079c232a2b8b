"""What notifications asks the pathway right before sending: who may still see a case, and who comes next."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from uuid import UUID

from django.db import transaction

from accounts.access import Access
from accounts.models import User
from notifications.models import Notification
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.models import Case, Offer
from referral.pathway import timeline
from referral.pathway.locking import lock
from referral.pathway.notes import note
from referral.pathway.vocabulary import Audience

WARDS_CHAIN = (Audience.DUTY, Audience.WARD_LEAD, Audience.COORDINATOR)
HOSPITALS_CHAIN = (Audience.HOSPITAL, Audience.COORDINATOR, Audience.DUTY, Audience.WARD_LEAD)


def still_entitled(notifications: Sequence[Notification]) -> set[UUID]:
    """Those whose recipient sees the case, or was asked about it: one question for each access."""
    groups: dict[Access, list[Notification]] = {}
    for notification in notifications:
        groups.setdefault(notification.recipient.access, []).append(notification)
    return {one for group in groups.values() for one in _entitled_alike(group)}


def _entitled_alike(group: Sequence[Notification]) -> set[UUID]:
    """Those of `group` whose case is seen or was asked about; its recipients all act at the same places."""
    user = group[0].recipient
    cases = {UUID(one.alert.payload["case"]) for one in group}
    seen = Case.objects.visible_to(user).filter(pk__in=cases).values_list("pk", flat=True)
    asked = Offer.objects.filter(case__in=cases, ward__in=user.access.wards).values_list("case", flat=True)
    allowed = {*seen, *asked}
    return {one.pk for one in group if UUID(one.alert.payload["case"]) in allowed}


def entitled_operators(notifications: Sequence[Notification]) -> set[UUID]:
    """Those whose recipient runs the platform for the network of the case, which they need not see."""
    cases = {one.alert.payload["case"] for one in notifications}
    networks = dict(Case.objects.filter(pk__in=cases).values_list("pk", "network"))
    return {
        one.pk
        for one in notifications
        if one.recipient.is_superuser
        or networks.get(UUID(one.alert.payload["case"])) in one.recipient.access.administers
    }


def show_fate(notification: Notification) -> None:
    """Let open pages of the case look again at who knows of it. Ids and kinds only."""
    rows = Case.objects.filter(pk=notification.alert.payload["case"])
    case = rows.only("hospital", "network", "ward").first()
    if case is not None:
        asked = Offer.objects.filter(case=case.pk, state=Offer.State.OPEN).values_list("ward", flat=True)
        compose.publish_proof(case, wards={pk for pk in (case.ward_id, *asked) if pk is not None})


def next_recipients(notification: Notification) -> Sequence[UUID]:
    """Others who answer for the case, best first, when one person is out of reach.

    Colleagues of the same side before the other side: of the hospital's people its clinicians, of the ward's
    its duty and its lead; at last the coordinator.
    """
    case = Case.objects.select_related("ward__hospital", "hospital").get(
        pk=notification.alert.payload["case"]
    )
    directory = Directory(notification.created_at, [case])
    ward = directory.ward_of(case)
    of_hospital = directory.people(Audience.HOSPITAL, case, ward)
    own = HOSPITALS_CHAIN if notification.recipient_id in of_hospital else WARDS_CHAIN
    people = [sorted(directory.people(audience, case, ward)) for audience in own]
    return [one for one in dict.fromkeys(chain(*people)) if one != notification.recipient_id]


@transaction.atomic
def undeliverable(notification: Notification, now: datetime) -> None:
    """Nobody at all could be told: say so on the timeline and to the operators."""
    payload = notification.alert.payload
    case = lock(UUID(payload["case"]))
    about = {"kind": payload.get("deadline"), "verb": payload.get("verb")}
    details = {name: value for name, value in about.items() if value}
    note(case, timeline.ALERT_UNDELIVERABLE, actor=None, details=details, now=now)
    compose.notify_operators(case, kind=compose.UNDELIVERABLE, severity="severe", now=now)


def topics_of(user: User) -> set[str]:
    """Live topics of everything the user may watch."""
    access = user.access
    return {
        f"user:{user.pk}",
        *(f"hospital:{pk}" for pk in access.refers_for),
        *(f"ward:{pk}" for pk in access.wards),
        *(f"network:{pk}" for pk in access.coordinates),
        *(f"places:{pk}" for pk in access.networks),
    }
