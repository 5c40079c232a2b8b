"""The log of what hospital systems sent: encrypted, bounded, pruned."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from integrations import subscriptions
from integrations.models import (
    ExchangedMessage,
    Integration,
    IntegrationToken,
    ReceivedMessage,
    RecordLaunch,
    UsedAssertion,
)

LONGEST_TEXT = 64 * 1024
"""Characters that are kept of a body; the rest of a longer one is not."""


def log(
    *,
    integration: Integration | None,
    interface: str,
    what: str,
    status: int | str,
    address: str | None,
    now: datetime,
    reason: str = "",
    **content: Any,
) -> None:
    """Append a line. `content` may hold what patients are known by, for it is encrypted."""
    kept = {name: _bounded(value) for name, value in content.items() if value}
    ExchangedMessage.objects.create(
        integration=integration,
        interface=interface,
        what=what[:60],
        status=str(status),
        reason=reason[:40],
        address=address,
        content=kept or None,
        at=now,
    )


def _bounded(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


def purge(now: datetime, wall: datetime) -> int:
    """Forget messages older than the policy keeps, and tokens and proofs that are over.

    Returns how many messages. `wall` is the time of clocks outside, by which proofs end.
    """
    IntegrationToken.objects.filter(expires_at__lt=now).delete()
    UsedAssertion.objects.filter(expires_at__lt=wall).delete()
    ReceivedMessage.objects.filter(kept_until__lt=now).delete()
    RecordLaunch.objects.filter(kept_until__lt=now).delete()
    subscriptions.purge(now)
    old = now - timedelta(days=settings.INTEGRATION_MESSAGES_DAYS)
    return ExchangedMessage.objects.filter(at__lt=old).delete()[0]
