"""The readings that wait: leased one after another, read in a process of its own, settled in one write.

A worker that dies leaves a lease that runs out, and nothing else.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F

from files import contents
from files.models import PartRole, StoredFile, StoredPart
from files.refusals import ContentMissing, StoreAway
from labs.models import LEASE, LabReading, ReadingState
from labs.pictures import LARGEST_PAGES, is_installed
from labs.readings import sandbox
from labs.refusals import UnreadableReportError

log = structlog.get_logger(__name__)

MOST_ATTEMPTS = 3
"""A report whose reading has ended its worker so often is not read."""


def read_next(now: datetime) -> bool:
    """Read the report that waits longest; False where none can be read."""
    if not is_installed():
        return False
    reading = _lease(now)
    if reading is None:
        return False
    _read_one(reading, now)
    return True


@transaction.atomic
def _lease(now: datetime) -> LabReading | None:
    due = LabReading.objects.due(now).order_by("asked_at")
    reading = due.select_for_update(skip_locked=True, of=("self",)).select_related("file").first()
    if reading is not None:
        reading.attempts, reading.leased_until = reading.attempts + 1, now + LEASE
        reading.save(update_fields=["attempts", "leased_until"])
    return reading


def _read_one(reading: LabReading, now: datetime) -> None:
    try:
        if reading.attempts > MOST_ATTEMPTS:
            raise UnreadableReportError("took_too_long")
        read = sandbox.read(_pages(reading), reading.form)
    except UnreadableReportError as error:
        failed = {"state": ReadingState.FAILED, "reason": error.code, "params": error.params}
        _settle(reading, settled_at=now, **failed)
    except sandbox.OutOfTime:
        _settle(reading)
    except (StoreAway, ContentMissing) as error:
        log.error("file_store_away", error=type(error).__name__)
        # It is no attempt; the second net comes again in some seconds.
        _settle(reading, attempts=F("attempts") - 1)
    else:
        done = {"state": ReadingState.READ, "result": read.report, "cutouts": read.cutouts}
        _settle(reading, settled_at=now, **done)


def _pages(reading: LabReading) -> list[bytes]:
    """The pictures that the check of the file has drawn, which hold nothing but what can be seen."""
    file: StoredFile | None = reading.file
    parts: Sequence[StoredPart] = ()
    if file is not None:
        rows = file.parts.filter(role=PartRole.PAGE).select_related("file")
        parts = list(rows.order_by("number"))
    if len(parts) > LARGEST_PAGES:
        raise UnreadableReportError("too_many_pages", {"limit": LARGEST_PAGES})
    return [contents.read(part) for part in parts]


def _settle(reading: LabReading, **changes: Any) -> None:
    """Write what came of it, unless another worker has taken it over meanwhile."""
    own = LabReading.objects.filter(pk=reading.pk, leased_until=reading.leased_until)
    own.update(leased_until=None, **changes)
