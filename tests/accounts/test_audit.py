"""The audit trail can only grow."""

import pytest
from django.db import DatabaseError, transaction

from accounts import audit
from accounts.models import AuditEntry
from tests.world import HOUR, NOW, World


def test_an_entry_says_who_did_what_to_whom_and_when(world: World) -> None:
    entry = audit.record(
        actor=world.doctor,
        action="read",
        subject_type="case",
        subject_id=world.hospital.pk,
        now=NOW,
        fields=["state"],
    )
    stored = AuditEntry.objects.get(pk=entry.pk)
    assert (stored.actor, stored.action, stored.at) == (world.doctor, "read", NOW)
    assert stored.subject_id == str(world.hospital.pk)
    assert stored.detail == {"fields": ["state"]}


def test_no_entry_can_be_changed_or_deleted(world: World) -> None:
    entry = audit.record(actor=None, action="read", subject_type="case", subject_id="1", now=NOW)
    for attempt in (
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(action="write"),
        lambda: entry.delete(),
        lambda: AuditEntry.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            attempt()
    assert AuditEntry.objects.get(pk=entry.pk).action == "read"


def test_who_appears_in_the_trail_cannot_be_deleted(world: World) -> None:
    audit.record(actor=world.researcher, action="export", subject_type="cohort", subject_id="1", now=NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        world.researcher.delete()


def test_the_newest_entry_comes_first(world: World) -> None:
    for hours in (2, 1, 3):
        audit.record(
            actor=None, action=str(hours), subject_type="case", subject_id="1", now=NOW + hours * HOUR
        )
    assert list(AuditEntry.objects.values_list("action", flat=True)) == ["3", "2", "1"]
