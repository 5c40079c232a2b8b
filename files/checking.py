"""The check of files by workers: leased, inspected in a process of its own, scanned, settled in one write.

A worker that dies leaves a lease that runs out, and objects without rows that are swept.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog
from django.db import transaction

from files import contents, encryption, sandbox, scanner, signals
from files.inspection.inspect import Inspected
from files.inspection.kinds import MediaType, Unfit
from files.inspection.pictures import Picture
from files.models import LEASE, UNSETTLED, FileState, PartRole, StoredFile, StoredPart
from files.refusals import ContentMissing, StoreAway
from files.scanner import ScannerAway
from files.store import store

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(minutes=1)
MOST_ATTEMPTS = 5
"""A file whose check has ended its worker so often is refused."""
AT_ONCE = 10


def check(*, now: datetime, ids: Collection[UUID] | None = None) -> int:
    """Check the files of `ids` that are due, or those that wait longest. Returns how many were checked."""
    leased = _lease(now, ids)
    for file in leased:
        _check_one(file, now)
    return len(leased)


@transaction.atomic
def _lease(now: datetime, ids: Collection[UUID] | None) -> list[StoredFile]:
    due = StoredFile.objects.due(now).order_by("due_at")
    if ids is not None:
        due = due.filter(pk__in=ids)
    files = list(due.select_for_update(skip_locked=True)[: AT_ONCE if ids is None else len(ids)])
    for file in files:
        file.attempts, file.leased_until = file.attempts + 1, now + LEASE
    StoredFile.objects.bulk_update(files, ["attempts", "leased_until"])
    return files


def _check_one(file: StoredFile, now: datetime) -> None:
    try:
        if file.attempts > MOST_ATTEMPTS:
            raise Unfit("too_complex")
        original = StoredPart.objects.select_related("file").get(file=file, role=PartRole.ORIGINAL)
        content = contents.read(original)
        written = _store_pictures(file, _examined(file, content))
    except Unfit as unfit:
        _settle(file, FileState.REFUSED, now, reason=unfit.code)
    except sandbox.OutOfTime:
        _wait(file, FileState(file.state), now, is_attempt=True)
    except ScannerAway:
        _wait(file, FileState.WAITING, now)
    except (StoreAway, ContentMissing) as error:
        log.error("file_store_away", error=type(error).__name__)
        _wait(file, FileState.RECEIVED, now)
    else:
        _settle(file, FileState.CHECKED, now, parts=written)


def _examined(file: StoredFile, content: bytes) -> Inspected:
    """The inspection comes first, which tells the sender at once; of what waited it has been fit already."""
    if file.state == FileState.WAITING:
        _scan(content)
        return sandbox.inspect(content)
    inspected = sandbox.inspect(content)
    _scan(content)
    return inspected


def _scan(content: bytes) -> None:
    if scanner.is_harmful(content):
        raise Unfit("virus")


def _store_pictures(file: StoredFile, inspected: Inspected) -> list[StoredPart]:
    """Write the pictures of a file into the store; the rows of the objects are made, not yet written."""
    pages = [_stored(file, PartRole.PAGE, number, one) for number, one in enumerate(inspected.pages, start=1)]
    return [_stored(file, PartRole.PREVIEW, 0, inspected.preview), *pages]


def _stored(file: StoredFile, role: PartRole, number: int, picture: Picture) -> StoredPart:
    name = uuid4().hex
    store().put(name, encryption.encrypt(picture.content, file.key, name))
    return StoredPart(
        file=file,
        role=role,
        number=number,
        object_name=name,
        media_type=MediaType.JPEG,
        size=len(picture.content),
        width=picture.width,
        height=picture.height,
    )


def _settle(
    file: StoredFile,
    state: FileState,
    now: datetime,
    *,
    reason: str = "",
    parts: Collection[StoredPart] = (),
) -> None:
    """The check is over. Of a picture what was sent goes, because where it was taken may be in it; so does
    all of what is refused."""
    with transaction.atomic():
        leased = StoredFile.objects.select_for_update().filter(
            pk=file.pk, state__in=UNSETTLED, leased_until=file.leased_until
        )
        if leased.first() is None:
            return  # another worker has it: what was stored here is swept
        StoredPart.objects.bulk_create(parts)
        if state is FileState.REFUSED or file.media_type != MediaType.PDF:
            _remove_original(file)
        leased.update(state=state, reason=reason, checked_at=now, leased_until=None)
    _announce(file)


def _wait(file: StoredFile, state: FileState, now: datetime, *, is_attempt: bool = False) -> None:
    """Something that the check needs is away: once more in a minute. Time that ran out is an attempt."""
    attempts = file.attempts if is_attempt else file.attempts - 1
    StoredFile.objects.filter(pk=file.pk, state__in=UNSETTLED, leased_until=file.leased_until).update(
        state=state, leased_until=None, due_at=now + AGAIN_AFTER, attempts=attempts
    )
    if state != file.state:
        _announce(file)


def _remove_original(file: StoredFile) -> None:
    original = StoredPart.objects.filter(file=file, role=PartRole.ORIGINAL)
    names = list(original.values_list("object_name", flat=True))
    original.delete()
    transaction.on_commit(lambda: _delete_objects(names), robust=True)


def _delete_objects(names: Collection[str]) -> None:
    for name in names:
        store().delete(name)


def _announce(file: StoredFile) -> None:
    file.refresh_from_db()
    for receiver, error in signals.file_settled.send_robust(StoredFile, file=file):
        if isinstance(error, Exception):
            log.error("file_receiver_failed", receiver=str(receiver), error=type(error).__name__)
