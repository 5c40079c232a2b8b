"""The app's refresh: a token that is used once, on one device, and is exchanged for the next one.

Tokens are numbered and computed from a seed of the sign-in, so that each of ours is recognised for ever. A
phone may lose the answer to a refresh, and be offline for a day before it asks again: the token before the
present one is taken as long as nothing shows that its successor arrived, and gets the same successor. Any
older one, or one from another device, means that two hold the sign-in: it ends, and the person is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import clock, devices, sign_ins
from accounts.addresses import address_of
from accounts.models import Session, SignIn, User
from accounts.refusals import RefreshRefused
from accounts.sessions import SessionStore
from accounts.signals import security_event

GRACE = timedelta(seconds=60)
"""So long requests of one app that cross each other may refresh with the same token."""
OVERLAP = timedelta(seconds=60)
"""So long the session before goes on, for requests that are under way."""


@dataclass(frozen=True)
class Refreshed:
    """What opens the account from now on."""

    session_token: str
    expires_at: datetime
    refresh_token: str
    refresh_until: datetime
    device_token: str


def token_of(sign_in: SignIn) -> str:
    """The present refresh token of the app's sign-in."""
    return _token(sign_in, sign_in.refresh_number)


def _token(sign_in: SignIn, number: int, secret_key: str | None = None) -> str:
    value = f"{sign_in.pk}:{sign_in.refresh_seed}:{number}"
    proof = salted_hmac("accounts.refresh", value, secret=secret_key, algorithm="sha256").hexdigest()
    return f"{sign_in.pk.hex}.{number}.{proof}"


def refresh(*, token: str, request: HttpRequest, now: datetime) -> Refreshed:
    """Exchange a refresh token for a session token and the next refresh token. Raises RefreshRefused."""
    with transaction.atomic():
        refreshed = _refresh(token, request, now)
    if refreshed is None:
        raise RefreshRefused
    return refreshed


def _refresh(token: str, request: HttpRequest, now: datetime) -> Refreshed | None:
    """None if it is refused; what is done about a theft is committed all the same."""
    sign_in, number = _sign_in_of(token, now)
    if sign_in is None or number is None:
        return None
    is_lost_answer = number == sign_in.refresh_number - 1 and not _has_arrived(sign_in, now)
    is_due = number == sign_in.refresh_number or is_lost_answer
    if not is_due or devices.device_of(request) != sign_in.device:
        _end_stolen(sign_in, now)
        return None
    return _exchange(sign_in, request, now, is_lost_answer=is_lost_answer)


def _sign_in_of(token: str, now: datetime) -> tuple[SignIn | None, int | None]:
    """The locked sign-in that `token` is of, and its number; None if it is none of ours, or has ended."""
    id, _dot, rest = token.partition(".")
    number, _dot, _proof = rest.partition(".")
    if not (len(id) == 32 and number.isascii() and number.isdecimal() and len(number) < 9):
        return None, None
    try:
        living = SignIn.objects.filter(
            pk=UUID(id), ended_at=None, generation=F("user__access_generation"), user__is_active=True
        )
    except ValueError:
        return None, None
    sign_in = (
        living.filter(refresh_until__gt=now).select_related("user").select_for_update(of=("self",)).first()
    )
    is_ours = sign_in is not None and any(
        constant_time_compare(token, one) for one in _possible(sign_in, int(number))
    )
    return (sign_in, int(number)) if is_ours else (None, None)


def _possible(sign_in: SignIn, number: int) -> Iterator[str]:
    """The token of that number, as the present and the former secret keys make it."""
    yield _token(sign_in, number)
    for secret_key in settings.SECRET_KEY_FALLBACKS:
        yield _token(sign_in, number, secret_key)


def _has_arrived(sign_in: SignIn, now: datetime) -> bool:
    """Whether the answer to the last refresh is known to have arrived: what it gave has been used since."""
    refreshed_at = sign_in.refreshed_at or sign_in.created_at
    return now - refreshed_at > GRACE and sign_in.last_used_at > refreshed_at


def _end_stolen(sign_in: SignIn, now: datetime) -> None:
    sign_ins.close([sign_in], actor=None, reason="refresh_reused", for_good=True, now=now)
    about = {"sign_in": str(sign_in.pk)}
    security_event.send(sender=SignIn, user=sign_in.user, event="refresh_reused", about=about, now=now)


def _exchange(sign_in: SignIn, request: HttpRequest, now: datetime, *, is_lost_answer: bool) -> Refreshed:
    if not is_lost_answer:
        sign_in.refresh_number += 1
    sign_in.refreshed_at = sign_in.last_used_at = now
    sign_in.refresh_until = sign_ins.refresh_until(sign_in.created_at, now)
    sign_in.address = address_of(request)
    sign_in.save(update_fields=["refresh_number", "refreshed_at", "last_used_at", "refresh_until", "address"])
    _let_run_out(sign_in)
    session = _session(sign_in)
    return Refreshed(
        session_token=str(session.session_key),
        expires_at=session.get_expiry_date(),
        refresh_token=token_of(sign_in),
        refresh_until=sign_in.refresh_until,
        device_token=devices.token_of(sign_in.device),
    )


def _let_run_out(sign_in: SignIn) -> None:
    """End the sessions before in a moment. Their use from here on says nothing of the new one."""
    wall = clock.wall()
    before = Session.objects.filter(sign_in=sign_in)
    before.filter(expire_date__lt=wall).delete()
    before.filter(expire_date__gt=wall + OVERLAP).update(expire_date=wall + OVERLAP)
    before.update(noted_at=wall)


def _session(sign_in: SignIn) -> SessionStore:
    """A new session of the sign-in: signed in as its person, with what they proved when they signed in."""
    user: User = sign_in.user
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session[sign_ins.METHODS] = sign_in.methods
    session[sign_ins.METHODS_OF] = str(user.pk)
    sign_ins.bind(session, sign_in)
    session.create()
    return session
