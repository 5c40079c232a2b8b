"""What notifications asks the pathway right before sending: who may still see a case, and who comes next."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from accounts.models import User
from notifications.models import Notification
from referral import timeline
from referral.audience import Directory
from referral.models import Case, Offer
from referral.pathway import Audience


def still_entitled(notification: Notification) -> bool:
    """The recipient sees the case, or was asked about it."""
    user, case = notification.recipient, notification.payload["case"]
    return (
        Case.objects.visible_to(user).filter(pk=case).exists()
        or Offer.objects.filter(case=case, ward__in=user.standing.wards).exists()
    )


def next_recipients(notification: Notification) -> Sequence[UUID]:
    """Others who answer for the case, when one person is out of reach: duty, lead, coordinator."""
    case = Case.objects.select_related("ward__hospital", "hospital").get(pk=notification.payload["case"])
    chain = frozenset({Audience.DUTY, Audience.WARD_LEAD, Audience.COORDINATOR})
    found, _nobody = Directory(notification.created_at, [case]).everyone(chain, case, None)
    return sorted(found - {notification.recipient_id})


@transaction.atomic
def undeliverable(notification: Notification, now: datetime) -> None:
    """Nobody at all could be told: say so on the timeline."""
    case = Case.objects.select_for_update().get(pk=notification.payload["case"])
    timeline.append(
        case, timeline.ALERT_UNDELIVERABLE, actor=None, facts={"kind": notification.kind}, now=now
    )
    case.save()


def topics_of(user: User) -> set[str]:
    """Live topics of everything the user may watch."""
    standing = user.standing
    return {
        f"user:{user.pk}",
        *(f"hospital:{pk}" for pk in standing.refers_for),
        *(f"ward:{pk}" for pk in standing.wards),
        *(f"network:{pk}" for pk in standing.coordinates),
    }
