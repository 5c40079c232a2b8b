"""Bundles that registered a case: whether another one is the same again."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac

from integrations.models import AcceptedBundle, Integration


def keep(*, integration: Integration, case: UUID, content: Mapping[str, Any], now: datetime) -> None:
    AcceptedBundle.objects.create(
        integration=integration, case=case, digest=_digest(content), accepted_at=now
    )


def is_same(*, case: UUID, content: Mapping[str, Any]) -> bool:
    """Whether the case was registered from this content, as far as that was kept."""
    kept = AcceptedBundle.objects.filter(case=case).values_list("digest", flat=True).first()
    return kept is None or kept == _digest(content)


def _digest(content: Mapping[str, Any]) -> str:
    text = json.dumps(content, sort_keys=True)
    return salted_hmac("integrations.bundle", text, algorithm="sha256").hexdigest()
