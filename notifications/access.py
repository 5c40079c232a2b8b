"""What follows here from signing in and out, from closing an account, and from a change of roles."""

from collections.abc import Collection
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts import clock
from accounts.models import Membership, User
from notifications.contacts import contact_methods
from notifications.live import publish
from notifications.live.publishing import ACCESS
from notifications.models import Subscription


def recheck(user_id: UUID) -> None:
    """Let the open streams of a user ask at once whether they still may, and what they may hear."""
    push = partial(publish, topics=[f"user:{user_id}"], kind=ACCESS, ids={})
    transaction.on_commit(push, robust=True)


@transaction.atomic
def when_access_ended(user: User, devices: Collection[UUID] | None, for_good: bool, **_: Any) -> None:
    """Open streams end, and what is registered on these devices hears nothing more.

    What belongs to a device rests until the person signs in there again, and is forgotten where it was ended
    from elsewhere. After a new password (`devices` None) it rests by itself, being of an earlier generation.
    """
    recheck(user.pk)
    bound = Subscription.objects.filter(user=user, device__isnull=False, removed_at__isnull=True)
    own = bound if devices is None else bound.filter(device__in=devices)
    if for_good:
        now = clock.now()
        for subscription in own.select_for_update():
            contact_methods.forget(subscription, now)
    elif devices is not None:
        own.update(device_generation=0)


def when_signed_in(user: User, device: UUID, **_: Any) -> None:
    """What the person registered on this device hears again."""
    bound = Subscription.objects.filter(user=user, device=device, removed_at__isnull=True)
    bound.update(device_generation=user.access_generation)


def when_role_changed(instance: Membership, **_: Any) -> None:
    recheck(instance.user_id)
