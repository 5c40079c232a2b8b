"""To whom a page belongs: a signed mark in every form, and a key of the person for their browser.

Two people share a ward's computer. A page that one of them left open must not send what it holds in the name
of the other, and what a browser keeps must not be shown to anybody else.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core import signing
from django.http import HttpRequest

from accounts.encryption import recognition
from accounts.models import User

FIELD = "page_owner"
"""The name of the mark in a form, and of the key as a cookie."""

SALT = "portal.page_owner"
FRESH_FOR = timedelta(hours=24)
"""How long a page may keep what is typed for its owner after the sign-in has ended."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a form says of the person it was drawn for. `is_fresh`: not older than a day."""

    user_id: UUID
    generation: int
    is_fresh: bool

    def person(self) -> User | None:
        """The owner, unless the account or its password is no longer the one that opened the page."""
        owners = User.objects.filter(pk=self.user_id, access_generation=self.generation, is_active=True)
        return owners.first() if self.is_fresh else None


def mark_of(user: User) -> str:
    """The mark for a form drawn for `user`: it says who, and holds as long as their password."""
    return signing.dumps([str(user.pk), user.access_generation], salt=SALT)


def read_mark(text: str) -> Mark | None:
    """The mark that `text` is; None for anything else."""
    try:
        user_id, generation = signing.loads(text, salt=SALT)
    except signing.BadSignature:
        return None
    return Mark(UUID(user_id), generation, _is_fresh(text))


def mark_in(request: HttpRequest) -> Mark | None:
    """The mark of a form that was sent."""
    return read_mark(str(request.POST.get(FIELD, "")))


def browser_key(user: User) -> str:
    """Names a person to their browser without saying who it is: the same in every page, useless elsewhere."""
    return recognition("portal.browser_key", user.pk.bytes)[:32]


def _is_fresh(text: str) -> bool:
    try:
        signing.loads(text, salt=SALT, max_age=FRESH_FOR)
    except signing.SignatureExpired:
        return False
    return True
