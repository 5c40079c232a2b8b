"""Personal access tokens: made once, shown once, found by their digest, revoked for good."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from api.models import AccessToken
from referral.errors import PathwayError

PREFIX = "aclf_"
MOST = 20
USE_NOTED_EVERY = timedelta(minutes=5)


def create(
    *, user: User, name: str, scopes: Collection[str], days: int, now: datetime
) -> tuple[AccessToken, str]:
    """A new token and its secret, which nobody can read again. Raises PathwayError beyond 20 tokens."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        if living(user, now).count() >= MOST:
            raise PathwayError(
                "too_many_tokens", _("You have 20 access tokens. Revoke one before you make another.")
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        token = AccessToken.objects.create(
            user=user,
            name=name,
            digest=digest_of(secret),
            scopes=sorted(scopes),
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        _audit(token, "create_access_token", now)
    return token, secret


def living(user: User, now: datetime) -> QuerySet[AccessToken]:
    """The user's tokens that still open something, the newest first."""
    return AccessToken.objects.filter(user=user, revoked_at=None, expires_at__gt=now)


@transaction.atomic
def revoke(*, user: User, token_id: UUID, now: datetime) -> None:
    """End a token at once. Raises AccessToken.DoesNotExist."""
    token = living(user, now).select_for_update().get(pk=token_id)
    token.revoked_at = now
    token.save()
    _audit(token, "revoke_access_token", now)


def find(secret: str, *, now: datetime) -> AccessToken | None:
    """The living token of an active person with this secret; notes that it was used."""
    found = (
        AccessToken.objects.filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now)
        .filter(user__is_active=True)
        .select_related("user")
        .first()
    )
    if found is not None:
        unnoted = Q(last_used_at=None) | Q(last_used_at__lt=now - USE_NOTED_EVERY)
        AccessToken.objects.filter(unnoted, pk=found.pk).update(last_used_at=now)
    return found


def digest_of(secret: str) -> str:
    """SHA-256 is enough for 256 random bits: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _audit(token: AccessToken, action: str, now: datetime) -> None:
    audit.record(actor=token.user, action=action, subject_type="access_token", subject_id=token.pk, now=now)
