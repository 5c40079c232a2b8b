"""What registered a case, over FHIR: whether another Bundle is the same again, and which message was it."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.encryption import recognition
from integrations.models import AcceptedBundle, Integration

Content = Sequence[Any]
"""The resources of a Bundle with their addresses, without what only carries them."""


def keep(*, integration: Integration, case: UUID, content: Content, message: str, now: datetime) -> None:
    """Remember what registered a case. `message`: the id of the message, empty where it was none."""
    AcceptedBundle.objects.create(
        integration=integration, case=case, digest=_digest(content), accepted_at=now, message=message
    )


def is_same(*, case: UUID, content: Content) -> bool:
    """Whether the case was registered from this content, as far as that was kept."""
    kept = AcceptedBundle.objects.filter(case=case).values_list("digest", flat=True).first()
    return kept is None or kept == _digest(content)


def of_message(integration: Integration, message: str) -> AcceptedBundle | None:
    """What was kept of a message that was accepted already."""
    return AcceptedBundle.objects.filter(integration=integration, message=message).first()


def _digest(content: Content) -> str:
    text = json.dumps(content, sort_keys=True)
    return recognition("integrations.bundle", text.encode())
