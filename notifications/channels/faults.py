"""What a provider's refusal means, read from the code in its answer and not only from the status.

Each provider has one table of rows beside its channel. The first row that fits counts; a code that no row
names is tried again a few times, and logged by its code.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from notifications.channels.base import ChannelError, Fault

SLOWER = timedelta(minutes=1)
PERMANENT = frozenset({Fault.GONE, Fault.REFUSED_THERE, Fault.MESSAGE, Fault.MISCONFIGURED})
OF_ADDRESS = frozenset({Fault.GONE, Fault.REFUSED_THERE, Fault.ENOUGH})
WAITING = frozenset({Fault.BUSY, Fault.ENOUGH, Fault.OUT_OF_SERVICE})


@dataclass(frozen=True, slots=True)
class Row:
    """`code` is the provider's, one that ends in * begins every code it stands for. `text`, in lower case,
    has to be in the words beside it, for a code that the provider uses for several things."""

    code: str
    fault: Fault
    text: str = ""

    def fits(self, code: str, words: str) -> bool:
        is_it = code.startswith(self.code[:-1]) if self.code.endswith("*") else code == self.code
        return is_it and self.text in words.lower()


Table = tuple[Row, ...]


def rows(fault: Fault, *codes: str, text: str = "") -> Table:
    """A row for each of `codes`."""
    return tuple(Row(code, fault, text) for code in codes)


def judged(table: Sequence[Row], code: str, words: str = "") -> Fault:
    """What `code`, which came with `words`, means."""
    return next((row.fault for row in table if row.fits(code, words)), Fault.UNKNOWN)


def refusal(
    table: Sequence[Row], code: str, words: str = "", *, retry_after: timedelta | None = None
) -> ChannelError:
    """The error for a refusal with `code` and `words`. The provider's own `retry_after` is kept."""
    return error_of(judged(table, code, words), code, words, retry_after=retry_after)


def error_of(fault: Fault, code: str, words: str, *, retry_after: timedelta | None = None) -> ChannelError:
    """The error that says what follows from `fault`."""
    return ChannelError(
        f"{code} {words}".strip(),
        permanent=fault in PERMANENT,
        address_is_dead=fault is Fault.GONE,
        retry_after=retry_after or (SLOWER if fault in WAITING else None),
        is_of_address=fault in OF_ADDRESS,
        fault=fault,
        code=code,
    )
