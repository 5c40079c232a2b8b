"""Sign-ins: beginning one, noting its use, listing those that are open, ending them."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.http import HttpRequest

from accounts import audit, clock, devices, tokens
from accounts.addresses import address_of
from accounts.models import Session, SignIn, User
from accounts.sessions import IS_APP, SIGN_IN
from accounts.signals import access_ended, signed_in

USE_NOTED_EVERY = timedelta(minutes=5)
METHODS, METHODS_OF = "account_authentication_methods", "account_authentication_methods_user"
"""Where allauth keeps in a session how its person proved who they are, and who that is."""


def is_app(request: HttpRequest) -> bool:
    """Whether the request came by the app's sign-in."""
    headless = getattr(getattr(request, "allauth", None), "headless", None)
    return getattr(headless, "client", None) == "app"


@transaction.atomic
def begin(*, user: User, request: HttpRequest, now: datetime) -> SignIn:
    """Write down that `user` has signed in with the session of `request`."""
    app = is_app(request)
    sign_in = SignIn.objects.create(
        user=user,
        kind=SignIn.Kind.APP if app else SignIn.Kind.BROWSER,
        device=devices.device_for(request),
        generation=user.access_generation,
        user_agent=request.headers.get("User-Agent", "")[:200],
        address=address_of(request),
        methods=request.session.get(METHODS, []),
        refresh_seed=secrets.token_hex(32) if app else "",
        refreshed_at=now if app else None,
        refresh_until=refresh_until(now, now) if app else None,
        created_at=now,
        last_used_at=now,
    )
    bind(request.session, sign_in)
    devices.remember(sign_in.device, user, now=now)
    signed_in.send(sender=SignIn, user=user, device=sign_in.device)
    return sign_in


def refresh_until(signed_in_at: datetime, now: datetime) -> datetime:
    """When an app has to sign in again: unused for so many days, and in any case after so many."""
    return min(
        now + timedelta(days=settings.APP_IDLE_DAYS), signed_in_at + timedelta(days=settings.APP_SIGN_IN_DAYS)
    )


def bind(session: SessionBase, sign_in: SignIn) -> None:
    """Make `session` that of `sign_in`; the app's is short."""
    session[SIGN_IN] = str(sign_in.pk)
    if sign_in.kind == SignIn.Kind.APP:
        session[IS_APP] = True
        session.set_expiry(clock.wall() + timedelta(seconds=settings.APP_SESSION_SECONDS))


def of_session(session: SessionBase) -> UUID | None:
    """The id of the sign-in behind a session."""
    value = session.get(SIGN_IN)
    return UUID(value) if value else None


def device_of(session: SessionBase) -> UUID | None:
    """The id of the device whose sign-in is behind a session."""
    own = of_session(session)
    return SignIn.objects.filter(pk=own).values_list("device", flat=True).first() if own else None


def note_use(session: SessionBase, request: HttpRequest) -> None:
    """Write down when a sign-in was last used, and from where; every few minutes at most."""
    row: Session | None = getattr(session, "row", None)
    if row is None or row.sign_in_id is None:
        return
    wall = clock.wall()
    if row.noted_at is not None and wall - row.noted_at < USE_NOTED_EVERY:
        return
    row.noted_at = wall
    if Session.objects.filter(pk=row.pk).update(noted_at=wall):
        SignIn.objects.filter(pk=row.sign_in_id).update(last_used_at=clock.now(), address=address_of(request))


def living(user: User, now: datetime) -> QuerySet[SignIn]:
    """The sign-ins of `user` that still open something, the last used first."""
    open_session = Session.objects.filter(sign_in=OuterRef("pk"), expire_date__gt=clock.wall())
    return SignIn.objects.filter(
        Q(refresh_until__gt=now) | Exists(open_session),
        user=user,
        user__is_active=True,
        ended_at=None,
        generation=F("user__access_generation"),
    )


def rename(*, user: User, sign_in_id: UUID, name: str, now: datetime) -> None:
    """Give a sign-in of `user` a name of theirs. Raises SignIn.DoesNotExist."""
    if not living(user, now).filter(pk=sign_in_id).update(name=name):
        raise SignIn.DoesNotExist


@transaction.atomic
def end(*, user: User, sign_in_id: UUID, actor: User, now: datetime) -> None:
    """End one sign-in of `user` at once, for good. Raises SignIn.DoesNotExist."""
    sign_in = living(user, now).get(pk=sign_in_id)
    close([sign_in], actor=actor, reason="ended", for_good=True, now=now)


@transaction.atomic
def end_all(*, user: User, actor: User, keep: UUID | None = None, now: datetime) -> int:
    """End every sign-in of `user` but `keep`, and every access token. Returns how many there were."""
    ending = [one for one in living(user, now) if one.pk != keep]
    close(ending, actor=actor, reason="ended", for_good=True, now=now)
    return len(ending) + tokens.revoke_all(user=user, actor=actor, now=now)


def sign_out(*, session: SessionBase, user: User, now: datetime) -> None:
    """The person signed out on their device."""
    sign_in = _open_one(session, user)
    if sign_in is not None:
        close([sign_in], actor=user, reason="signed_out", for_good=False, now=now)


@transaction.atomic
def close(sign_ins: list[SignIn], *, actor: User | None, reason: str, for_good: bool, now: datetime) -> None:
    """End these sign-ins of one person: their sessions and refresh tokens open nothing from here on."""
    ids = [one.pk for one in sign_ins]
    SignIn.objects.filter(pk__in=ids).update(ended_at=now)
    Session.objects.filter(sign_in__in=ids).delete()
    for one in sign_ins:
        record(one, "end_sign_in", actor=actor, reason=reason, now=now)
    if sign_ins:
        user = sign_ins[0].user
        still_open = living(user, now).values_list("device", flat=True)
        left = {one.device for one in sign_ins} - {*still_open}
        access_ended.send(sender=SignIn, user=user, devices=left, for_good=for_good)


def record(sign_in: SignIn, action: str, *, actor: User | None, now: datetime, **detail: Any) -> None:
    """Leave a line about a sign-in on the audit trail."""
    audit.record_of_person(
        user=sign_in.user,
        actor=actor,
        action=action,
        subject_type="sign_in",
        subject_id=sign_in.pk,
        now=now,
        kind=sign_in.kind,
        **detail,
    )


def _open_one(session: SessionBase, user: User) -> SignIn | None:
    """The sign-in of `user` behind `session`, unless it has ended."""
    own = of_session(session)
    return SignIn.objects.filter(pk=own, user=user, ended_at=None).first() if own else None


@transaction.atomic
def carry_over(*, session: SessionBase, user: User, now: datetime) -> None:
    """Keep the sign-in of `session` although its person has just chosen another password there."""
    sign_in = _open_one(session, user)
    if sign_in is not None:
        SignIn.objects.filter(pk=sign_in.pk).update(generation=user.access_generation)
        devices.remember(sign_in.device, user, now=now)
        signed_in.send(sender=SignIn, user=user, device=sign_in.device)
