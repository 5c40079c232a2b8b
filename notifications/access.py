"""What follows here when something that opened an account ends, or its person gets or loses a role."""

from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction

from accounts.models import Membership, User
from notifications.live import publish
from notifications.live.publishing import ACCESS


def recheck(user_id: UUID) -> None:
    """Let the open streams of a user ask at once whether they still may, and what they may hear."""
    tell = partial(publish, topics=[f"user:{user_id}"], kind=ACCESS, ids={})
    transaction.on_commit(tell, robust=True)


def when_access_ended(user: User, **_: Any) -> None:
    recheck(user.pk)


def when_role_changed(instance: Membership, **_: Any) -> None:
    recheck(instance.user_id)
