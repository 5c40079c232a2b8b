"""Personal access tokens: made once, shown once, found by their digest, ended for good."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q, QuerySet

from accounts import audit
from accounts.models import AccessToken, User
from accounts.refusals import TooManyTokens
from accounts.signals import access_ended, security_event

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)
PREFIX = "aclf_"
MOST = 20
MOST_DAYS = 366
USE_NOTED_EVERY = timedelta(minutes=5)


@transaction.atomic
def create(
    *, user: User, name: str, scopes: Collection[str], days: int, now: datetime
) -> tuple[AccessToken, str]:
    """A new token and its secret, which nobody can read again. Raises TooManyTokens beyond 20.

    It is of the generation in which `user` was read: what a session asks for while the password changes is
    born ended.
    """
    User.objects.select_for_update().get(pk=user.pk)
    if living(user, now).count() >= MOST:
        raise TooManyTokens
    secret = PREFIX + secrets.token_urlsafe(32)
    token = AccessToken.objects.create(
        user=user,
        generation=user.access_generation,
        name=name,
        digest=digest_of(secret),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=now + timedelta(days=days),
    )
    _record(token, "create_access_token", actor=user, now=now)
    return token, secret


def living(user: User, now: datetime) -> QuerySet[AccessToken]:
    """The user's tokens that still open something, the newest first."""
    return _living(now).filter(user=user)


def _living(now: datetime) -> QuerySet[AccessToken]:
    return AccessToken.objects.filter(
        revoked_at=None, expires_at__gt=now, generation=F("user__access_generation"), user__is_active=True
    )


@transaction.atomic
def revoke(*, user: User, token_id: UUID, actor: User, now: datetime) -> None:
    """End a token of `user` at once. Raises AccessToken.DoesNotExist."""
    token = living(user, now).select_for_update(of=("self",)).get(pk=token_id)
    _revoke(token, actor, now)


@transaction.atomic
def revoke_all(*, user: User, actor: User, now: datetime) -> int:
    """End every token of `user`; returns how many there were."""
    ended = list(living(user, now).select_for_update(of=("self",)))
    for token in ended:
        _revoke(token, actor, now)
    return len(ended)


def _revoke(token: AccessToken, actor: User, now: datetime) -> None:
    token.revoked_at = now
    token.save(update_fields=["revoked_at"])
    _record(token, "revoke_access_token", actor=actor, now=now)
    access_ended.send(sender=AccessToken, user=token.user, devices=frozenset(), for_good=False)


def find(secret: str, *, address: str | None = None, now: datetime) -> AccessToken | None:
    """The living token of an active person with this secret; notes that it was used, and from where."""
    token = _living(now).filter(digest=digest_of(secret)).select_related("user").first()
    if token is not None:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        AccessToken.objects.filter(unnoted, pk=token.pk).update(last_used_at=now, address=address)
    return token


def digest_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(token: AccessToken, action: str, *, actor: User, now: datetime) -> None:
    audit.record_of_person(
        user=token.user,
        actor=actor,
        action=action,
        subject_type="access_token",
        subject_id=token.pk,
        now=now,
    )
    about = {"token": str(token.pk)}
    security_event.send(sender=AccessToken, user=token.user, event=action, about=about, now=now)
