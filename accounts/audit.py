"""The audit trail: one line for each read of identity, each refusal and each change of an organisation."""

from collections.abc import Mapping
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
    network: UUID | None = None,
    **detail: Any,
) -> AuditEntry:
    """Append an entry. `network` is the id of the network whose administrators may read it, beside those of
    the actor's own; `detail` holds codes, ids and network addresses, never what a patient is known by."""
    return AuditEntry.objects.create(
        actor=actor,
        network_id=network,
        action=action,
        subject_type=subject_type,
        subject_id=str(subject_id),
        detail=detail,
        at=now,
    )


def record_each(
    *,
    actor: User,
    action: str,
    subject_type: str,
    networks: Mapping[UUID, UUID],
    now: datetime,
    **detail: Any,
) -> None:
    """Append an entry for each of several subjects, in one statement. `networks`: by the id of a subject, the
    network whose matter it is."""
    AuditEntry.objects.bulk_create(
        AuditEntry(
            actor=actor,
            network_id=network,
            action=action,
            subject_type=subject_type,
            subject_id=str(subject),
            detail=detail,
            at=now,
        )
        for subject, network in networks.items()
    )


def record_of_person(
    *,
    user: User,
    actor: User | None,
    action: str,
    now: datetime,
    subject_type: str = "user",
    subject_id: UUID | str | None = None,
    **detail: Any,
) -> None:
    """Append an entry about the account of `user`, or something of it, for each network they belong to."""
    networks: list[UUID | None] = [*user.memberships.values_list("network", flat=True).distinct()]
    for network in networks or [None]:
        record(
            actor=actor,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id or user.pk,
            now=now,
            network=network,
            **detail,
        )
