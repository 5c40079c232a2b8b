"""Access tokens of programs: for some minutes, found by their digest, ended with their integration."""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from integrations.assertions import may_call_from
from integrations.models import Integration, IntegrationToken

PREFIX = "aclfi_"
LIFE = timedelta(minutes=5)


def issue(*, integration: Integration, scopes: Collection[str], now: datetime) -> str:
    """The secret of a new token, which nobody can read again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    IntegrationToken.objects.create(
        integration=integration,
        digest=_digest(secret),
        scopes=sorted(scopes),
        created_at=now,
        expires_at=now + LIFE,
    )
    return secret


def find(secret: str, *, address: str | None, now: datetime) -> IntegrationToken | None:
    """The living token of an active integration that may call from `address`."""
    rows = IntegrationToken.objects.select_related("integration__account", "integration__hospital")
    active = {"integration__is_active": True, "integration__account__is_active": True}
    token = rows.filter(digest=_digest(secret), expires_at__gt=now, **active).first()
    return token if token is not None and may_call_from(token.integration, address) else None


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
