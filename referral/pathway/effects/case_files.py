"""The verbs of pictures and documents: add one, mark one as entered in error."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from files.intake import keep
from files.models import StoredFile
from referral.alerts import compose
from referral.models import CaseFile
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb

MOST_FILES = 30
NOTIFIED_AGAIN_AFTER = timedelta(minutes=10)
"""Several files are added one after another: the other side is told of the first."""


@effect(Verb.ADD_FILE)
def add_file(
    change: Change,
    *,
    file: StoredFile,
    kind: str,
    taken_at: datetime | None = None,
    caption: str = "",
) -> None:
    """Attach what somebody has sent to the case."""
    others = change.case.files.counting()
    if others.count() >= MOST_FILES:
        message = _("A case has 30 files at most. Mark one that is not needed as entered in error first.")
        raise InputError(("file", "too_many", message))
    if others.filter(file__digest=file.digest).exists():
        raise InputError(("file", "twice", _("This file is with the case already.")))
    keep(files=[file])
    added = CaseFile.objects.create(
        case=change.case,
        file=file,
        kind=kind,
        caption=caption or None,
        taken_at=change.past(taken_at, "taken_at") if taken_at else None,
        added_by=change.person,
        added_at=change.now,
    )
    change.details.update(file=str(added.pk), kind=kind)
    lately = others.filter(added_by=change.person, added_at__gt=change.now - NOTIFIED_AGAIN_AFTER)
    if not lately.exclude(pk=added.pk).exists():
        change.also_notifies |= compose.other_side(change)


@effect(Verb.RETRACT_FILE)
def retract_file(change: Change, *, file: CaseFile, reason: str, note: str = "") -> None:
    """Mark a file as entered in error: it is kept, and shown as what it is."""
    if file.error_at is not None:
        raise InputError(("file", "not_found", _("This file was marked as entered in error before.")))
    file.error_at, file.error_by, file.error_reason = change.now, change.person, reason
    file.save(update_fields=["error_at", "error_by", "error_reason"])
    change.details.update(file=str(file.pk), reason=reason)
    change.note = note
