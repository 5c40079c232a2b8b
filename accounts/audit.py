"""The audit trail: one line for each read of identity, each refusal and each change of an organisation."""

from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import AuditEntry, User


def record(
    *,
    actor: User | None,
    action: str,
    subject_type: str,
    subject_id: UUID | str,
    now: datetime,
    **detail: Any,
) -> AuditEntry:
    """Append an entry. `detail` holds codes and ids, never personal data."""
    return AuditEntry.objects.create(
        actor=actor,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        detail=detail,
        at=now,
    )
