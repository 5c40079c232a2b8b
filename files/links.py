"""Addresses that open one part of one file for one person, for five minutes."""

from uuid import UUID

from django.core import signing

GOOD_FOR_SECONDS = 300
SALT = "files.links"


def make(*, user: UUID, attachment: UUID, role: str, number: int) -> str:
    """A token for an address. It names no patient; `attachment` is where the file is attached."""
    return signing.dumps([str(user), str(attachment), role, number], salt=SALT, compress=False)


def read(token: str) -> tuple[UUID, UUID, str, int] | None:
    """Person, attachment, role and number of a token; None for one that is malformed or too old."""
    try:
        user, attachment, role, number = signing.loads(token, salt=SALT, max_age=GOOD_FOR_SECONDS)
        return UUID(user), UUID(attachment), str(role), int(number)
    except (signing.BadSignature, ValueError, TypeError):
        return None
