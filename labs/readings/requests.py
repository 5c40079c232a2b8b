"""Asking for a reading, and looking at what came of it."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db import transaction

from accounts.retention import UNSENT_KEPT_FOR
from files.models import FileState, StoredFile
from labs.models import LabReading, ReadingState
from labs.pictures import is_installed
from labs.reading import read_text
from labs.readings import hints
from labs.refusals import UnreadableReportError

if TYPE_CHECKING:
    from accounts.models import User

MOST_WAITING = 10
"""Reports of one person."""


def read_pasted(*, user: "User", text: str, now: datetime) -> LabReading:
    """The reading of pasted lines, at once. Raises UnreadableReportError."""
    report = read_text(text)
    return LabReading.objects.create(
        asked_by=user,
        asked_at=now,
        form=report.form,
        state=ReadingState.READ,
        result=report.as_dict(),
        settled_at=now,
        kept_until=now + UNSENT_KEPT_FOR,
    )


@transaction.atomic
def ask_for(*, user: "User", file: StoredFile, now: datetime) -> LabReading:
    """The reading of a picture or PDF that `user` may see, by the worker. Asking twice gives the same one.

    Raises UnreadableReportError where pictures cannot be read here, and where too many wait.
    """
    if not is_installed():
        raise UnreadableReportError("pictures_not_installed")
    own = LabReading.objects.visible_to(user)
    if earlier := own.filter(file=file).exclude(state=ReadingState.FAILED).first():
        return earlier
    if own.filter(state=ReadingState.WAITING).count() >= MOST_WAITING:
        raise UnreadableReportError("too_many_waiting", {"limit": MOST_WAITING})
    reading = LabReading.objects.create(
        asked_by=user,
        asked_at=now,
        file=file,
        form="pdf" if file.media_type == "application/pdf" else "photo",
        kept_until=now + UNSENT_KEPT_FOR,
    )
    if file.state == FileState.CHECKED:
        transaction.on_commit(hints.read, robust=True)
    return reading


def reading_of(user: "User", id: UUID) -> LabReading:
    """A reading that `user` asked for. Raises LabReading.DoesNotExist."""
    return LabReading.objects.visible_to(user).select_related("file").get(pk=id)


def read_what_was_checked(file: StoredFile, **_signal: object) -> None:
    """The check of a file is over: whoever waits for its reading gets one. A receiver of files.signals."""
    waiting = LabReading.objects.filter(file=file, state=ReadingState.WAITING)
    if file.state == FileState.REFUSED:
        waiting.update(state=ReadingState.FAILED, reason=file.reason, settled_at=file.checked_at)
    elif waiting.exists():
        hints.read()


def purge(now: datetime) -> int:
    """Delete the readings that nobody needs any more; return how many."""
    return LabReading.objects.filter(kept_until__lt=now).delete()[0]
