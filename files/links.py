"""Addresses that open one part of one file for one person, for five minutes.

As all that opens an account, a link is of a generation of it: it ends with the password and the account.
"""

from typing import NamedTuple
from uuid import UUID

from django.core import signing

from accounts.models import User

GOOD_FOR_SECONDS = 300
SALT = "files.links"


class Link(NamedTuple):
    """What a token opens, and for whom."""

    user: User
    attachment: UUID
    role: str
    number: int


def make(*, user: User, attachment: UUID, role: str, number: int) -> str:
    """A token for an address. It names no patient; `attachment` is where the file is attached."""
    value = [str(user.pk), user.access_generation, str(attachment), role, number]
    return signing.dumps(value, salt=SALT, compress=False)


def read(token: str) -> Link | None:
    """What a token opens; None for one that is malformed, too old or ended."""
    try:
        person, generation, attachment, role, number = signing.loads(
            token, salt=SALT, max_age=GOOD_FOR_SECONDS
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    user = User.objects.filter(pk=person, access_generation=generation, is_active=True).first()
    return Link(user, UUID(attachment), role, number) if user else None
