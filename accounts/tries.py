"""Limits on guessing that cannot be turned against the people they protect.

A wrong try counts for one account from one address, and, far above what a hospital behind one address needs,
for the address alone. On a device where the person has signed in before, only that device's own tries count.
Nobody can lock an account as a whole by trying passwords; its person is told of it instead.

A try is counted before it is judged, in one statement of the database, so that tries at the same moment count
each; one that was right is taken back. The numbers are the same for accounts that do not exist.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from accounts import devices
from accounts.addresses import address_of, network_of_address
from accounts.models import TryCount
from accounts.text import folded_address

COUNT = """
INSERT INTO accounts_trycount AS counted (key, count, ends_at) VALUES (%(key)s, 1, %(ends_at)s)
ON CONFLICT (key) DO UPDATE SET
    count = CASE WHEN counted.ends_at <= %(now)s THEN 1 ELSE counted.count + 1 END,
    ends_at = CASE WHEN counted.ends_at <= %(now)s THEN excluded.ends_at ELSE counted.ends_at END
RETURNING count, ends_at
"""
TAKE_BACK = "UPDATE accounts_trycount SET count = greatest(count - 1, 0) WHERE key = ANY(%(keys)s)"


@dataclass(frozen=True)
class Limit:
    """At most so many in so long, counted from the first."""

    most: int
    period: timedelta


@dataclass(frozen=True)
class Limits:
    """For tries of one kind. `device`: on a known device, None for no limit; `account`: from all others."""

    pair: Limit
    address: Limit
    device: Limit | None = None
    account: Limit | None = None


MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PAIR, ADDRESS = Limit(5, 5 * MINUTE), Limit(100, 10 * MINUTE)
LIMITS = {
    "password": Limits(PAIR, ADDRESS),
    "code": Limits(PAIR, ADDRESS, device=Limit(10, 5 * MINUTE), account=Limit(20, HOUR)),
    "proof": Limits(PAIR, ADDRESS, device=Limit(10, 5 * MINUTE)),
    "reset": Limits(Limit(5, HOUR), Limit(60, 10 * MINUTE), device=Limit(5, HOUR)),
}
"""By what is tried: a password, a code of the second factor, a proof within a session, a mailed link."""
FORGET = Limit(50, DAY)
"""So many wrong passwords on a known device make it a stranger's; until then the right one always passes."""
NOTICE, NOTICE_OF_CODES = Limit(50, HOUR), Limit(5, HOUR)
"""So many wrong passwords, or codes, from unknown devices, and the person is told, once in that time."""
MAILS = Limit(10, HOUR)
"""So many mailed links are sent to one person; further ones are asked for in vain, and not said to be."""


@dataclass
class Try:
    """One try at `account`, counted under `keys`. `wait`: how long it is one too many, None if it is not."""

    kind: str
    account: str
    address: str | None
    device: UUID | None
    is_known_device: bool
    keys: list[str] = field(default_factory=list)
    wait: timedelta | None = None
    is_first_too_many: bool = False

    def take_back(self) -> None:
        """It was right, and does not count."""
        with connection.cursor() as cursor:
            cursor.execute(TAKE_BACK, {"keys": self.keys})


def count_try(kind: str, account: str, request: HttpRequest, *, device: UUID | None, now: datetime) -> Try:
    """Count a try from `device` at `account`, an e-mail address that need not be known.

    The narrowest limit comes first, and what it refuses is not counted further: one program that repeats its
    wrong password must not fill the limit of the whole address.
    """
    account = folded_address(account)
    # The same question for every account, whether it exists or not.
    is_own_device = device is not None and devices.sign_ins_at(device).filter(user__email=account).exists()
    one = Try(kind, account, address_of(request), device, is_own_device)
    for name, limit in _counted(one, LIMITS[kind]):
        key = _key(f"{kind}:{name}")
        count, ends_at = _count(key, limit.period, now)
        one.keys.append(key)
        if count > limit.most:
            one.wait, one.is_first_too_many = ends_at - now, count == limit.most + 1
            break
    return one


def _counted(one: Try, limits: Limits) -> list[tuple[str, Limit]]:
    """Under which names a try is counted, and how often it may be."""
    if one.is_known_device:
        return [(f"device:{one.device}:{one.account}", limits.device)] if limits.device else []
    network = network_of_address(one.address)
    counted = [(f"pair:{network}:{one.account}", limits.pair), (f"address:{network}", limits.address)]
    return counted + ([(f"account:{one.account}", limits.account)] if limits.account else [])


def is_last_of(limit: Limit, name: str, now: datetime) -> bool:
    """Count one more of `name`; whether it is exactly the last that `limit` allows."""
    return _count(_key(name), limit.period, now)[0] == limit.most


def is_over(limit: Limit, name: str, now: datetime) -> bool:
    """Count one more of `name`; whether that is too many."""
    return _count(_key(name), limit.period, now)[0] > limit.most


def _key(name: str) -> str:
    return salted_hmac("accounts.tries", name, algorithm="sha256").hexdigest()


def _count(key: str, period: timedelta, now: datetime) -> tuple[int, datetime]:
    """How many there are of `key` in its period with this one, and when that ends."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"key": key, "ends_at": now + period, "now": now})
        count, ends_at = cursor.fetchone()
    return count, ends_at


def purge(now: datetime) -> int:
    """Forget counts whose period is over; returns how many there were."""
    return TryCount.objects.filter(ends_at__lt=now).delete()[0]
