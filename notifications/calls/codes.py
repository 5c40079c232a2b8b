"""The code that a call says, and what the keys that were pressed mean.

A mailbox plays tones or repeats digits; it does not know the two digits that the voice has just said. The
code is two different digits from 1 to 9, so that a key which a carrier reports twice is never mistaken for
two, and `0` or `*` is never part of it.
"""

from uuid import UUID

from django.db.models import TextChoices

from accounts.encryption import blind_index

DIGITS = "123456789"
PAIRS = tuple(first + second for first in DIGITS for second in DIGITS if first != second)
NEXT_PERSON = ("0", "*")
CONFIRM = "#"
"""Many people end what they type with it; it means nothing."""


class Meaning(TextChoices):
    """What the keys of one call amount to."""

    UNFINISHED = "unfinished"
    ACKNOWLEDGE = "acknowledge"
    NEXT = "next"
    WRONG = "wrong"


def code_of(delivery: UUID) -> str:
    """The two digits that the call of a delivery says; the same however often that call is placed."""
    return PAIRS[int(blind_index("call", str(delivery))[:12], 16) % len(PAIRS)]


def meaning_of(keys: str, code: str) -> Meaning:
    """What `keys`, all that was pressed in the call, mean where the voice said `code`."""
    pressed = keys.removesuffix(CONFIRM)
    if pressed == code:
        return Meaning.ACKNOWLEDGE
    if pressed in NEXT_PERSON:
        return Meaning.NEXT
    return Meaning.UNFINISHED if code.startswith(pressed) else Meaning.WRONG


def joined(before: str, key: str) -> str:
    """All keys, after a carrier that reports them one by one reported `key`, perhaps for the second time."""
    return before if before.endswith(key) else before + key
