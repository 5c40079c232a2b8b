"""Taking in: what somebody sends becomes an encrypted object, then a row, or nothing at all."""

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from accounts.retention import UNSENT_KEPT_FOR
from accounts.text import cleaned
from files import encryption, hints
from files.inspection.kinds import MediaType, Unfit, media_type_of
from files.models import PartRole, StoredFile, StoredPart
from files.refusals import AnotherFile, FileRefused
from files.store import store

if TYPE_CHECKING:
    from accounts.models import User

MOST_BYTES = 20 * 1024 * 1024
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class Sent:
    """What somebody sent. `id` is made where it is sent from: sending it again makes no second file."""

    id: UUID
    name: str
    content: bytes


def receive(*, user: "User", sent: Sent, now: datetime) -> StoredFile:
    """Keep what was sent, until its check, and for three days unless it is attached to something.

    Sending the same again under the same id gives the same file. Raises FileRefused, with what to do;
    AnotherFile, where the id was used for something else; StoreAway.
    """
    media_type = _looked_at(sent.content)
    digest = encryption.digest(sent.content)
    if earlier := StoredFile.objects.filter(pk=sent.id).first():
        return _same(earlier, user, digest)
    key, name = encryption.new_key(), uuid4().hex
    store().put(name, encryption.encrypt(sent.content, key, name))
    file = StoredFile(
        id=sent.id,
        added_by=user,
        added_at=now,
        name=cleaned(sent.name)[:LONGEST_NAME],
        media_type=media_type,
        size=len(sent.content),
        digest=digest,
        key=key,
        kept_until=now + UNSENT_KEPT_FOR,
        due_at=now,
    )
    try:
        _write(file, name)
    except IntegrityError:
        return _same(StoredFile.objects.get(pk=sent.id), user, digest)
    return file


def keep(*, files: "list[StoredFile]") -> None:
    """The files are attached to something and not forgotten. Called in the transaction that attaches."""
    StoredFile.objects.filter(pk__in=[file.pk for file in files]).update(kept_until=None)


def _looked_at(content: bytes) -> MediaType:
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large")
    try:
        return media_type_of(content)
    except Unfit as unfit:
        raise FileRefused(unfit.code) from None


def _same(earlier: StoredFile, user: "User", digest: str) -> StoredFile:
    if earlier.added_by_id != user.pk or earlier.digest != digest:
        raise AnotherFile
    return earlier


@transaction.atomic
def _write(file: StoredFile, object_name: str) -> None:
    file.save(force_insert=True)
    StoredPart.objects.create(
        file=file,
        role=PartRole.ORIGINAL,
        object_name=object_name,
        media_type=file.media_type,
        size=file.size,
    )
    transaction.on_commit(partial(hints.check, file.pk), robust=True)
