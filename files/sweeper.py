"""What no file needs any more: files that nobody attached, and objects that no row names."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.db import transaction

from files.models import StoredFile, StoredPart
from files.store import store

log = structlog.get_logger(__name__)

ORPHAN_AFTER = timedelta(hours=1)
"""Younger objects may be about to get their row: longer than any request or check runs."""
PORTION = 500


def forget_loose(now: datetime) -> int:
    """Remove the rows of files that nobody attached in time, whose objects are orphans then.

    Returns how many.
    """
    with transaction.atomic():
        # Locked, so that one that is being attached at this moment is not among them.
        loose = StoredFile.objects.filter(kept_until__lt=now).select_for_update(skip_locked=True)
        files = list(loose.values_list("pk", flat=True))
        StoredFile.objects.filter(pk__in=files).delete()
    return len(files)


def sweep(wall: datetime) -> int:
    """Remove the objects that no row names. `wall` is the machine's clock, as the store's times are.

    Returns how many. Raises StoreAway.
    """
    swept = 0
    for names in _portions(wall - ORPHAN_AFTER):
        needed = set(StoredPart.objects.filter(object_name__in=names).values_list("object_name", flat=True))
        for name in names:
            if name not in needed:
                store().delete(name)
                swept += 1
    if swept:
        log.info("orphans_swept", number=swept)
    return swept


def _portions(written_before: datetime) -> Iterator[list[str]]:
    old = (listed.name for listed in store().list() if listed.written_at < written_before)
    while portion := list(islice(old, PORTION)):
        yield portion
