from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from accounts.retention import UNSENT_KEPT_FOR
from files import encryption
from files.inspection.kinds import MediaType
from files.intake import keep
from files.models import StoredFile, StoredPart
from files.refusals import AnotherFile, ContentMissing, FileRefused, StoreAway
from files.sweeper import forget_loose
from tests.files.conftest import Take
from tests.files.pictures import BAD_AT_ONCE, GOOD, jpeg, png
from tests.world import NOW, World


@pytest.mark.parametrize("kind", GOOD)
def test_what_is_taken_in_is_known_by_its_content_and_lies_encrypted(
    kind: str, take: Take, folder: Path
) -> None:
    content = GOOD[kind]()
    file = take(content)
    assert file.media_type == {"pdf": "application/pdf"}.get(kind, f"image/{kind}")
    part = file.parts.get()
    stored = (folder / part.object_name[:2] / part.object_name).read_bytes()
    assert content[:64] not in stored
    assert encryption.decrypt(stored, file.key, part.object_name) == content


@pytest.mark.parametrize("case", BAD_AT_ONCE)
def test_what_is_no_picture_or_document_is_refused_at_once_and_leaves_nothing(
    case: str, take: Take, objects: Callable[[], set[str]]
) -> None:
    make, code = BAD_AT_ONCE[case]
    with pytest.raises(FileRefused) as refusal:
        take(make())
    assert refusal.value.code == code
    assert str(refusal.value.message)
    assert not objects()
    assert not StoredFile.objects.exists()


def test_the_name_of_a_file_decides_nothing(take: Take) -> None:
    assert take(png()).media_type == MediaType.PNG  # sent as sheet.jpg


def test_the_same_sent_again_under_its_id_is_one_file(take: Take, objects: Callable[[], set[str]]) -> None:
    id, content = uuid4(), jpeg()
    assert take(content, id=id).pk == take(content, id=id).pk
    assert StoredFile.objects.count() == 1
    assert len(objects()) == 1


def test_an_id_is_not_used_for_other_content_nor_by_another_person(take: Take, world: World) -> None:
    id = uuid4()
    take(jpeg(), id=id)
    with pytest.raises(AnotherFile):
        take(png(), id=id)
    with pytest.raises(AnotherFile):
        take(jpeg(), id=id, user=world.other_doctor)


def test_a_worker_is_told_once_the_file_is_committed(
    take: Take, no_broker: list[object], django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[attr-defined]
        file = take()
        assert no_broker == []
    assert no_broker == [file.pk]


def test_a_store_that_cannot_be_written_keeps_nothing_and_says_so(take: Take, folder: Path) -> None:
    folder.parent.joinpath("store").write_text("a file where the folder should be")
    with pytest.raises(StoreAway):
        take()
    assert not StoredFile.objects.exists()


def test_a_full_disk_leaves_no_half_object(
    take: Take, monkeypatch: pytest.MonkeyPatch, objects: Callable[[], set[str]]
) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("files.store.disk.os.fsync", full)
    with pytest.raises(StoreAway):
        take()
    assert not objects()
    assert not StoredFile.objects.exists()


def test_what_nobody_attaches_is_forgotten_and_what_is_attached_stays(take: Take) -> None:
    loose, attached = take(jpeg()), take(png())
    keep(files=[attached])
    assert forget_loose(NOW + UNSENT_KEPT_FOR - timedelta(minutes=1)) == 0
    assert forget_loose(NOW + UNSENT_KEPT_FOR + timedelta(minutes=1)) == 1
    assert list(StoredFile.objects.all()) == [attached]
    assert not StoredPart.objects.filter(file=loose.pk).exists()


def test_an_object_is_not_read_under_another_name_or_key() -> None:
    key = encryption.new_key()
    sealed = encryption.encrypt(b"content", key, "one")
    assert encryption.decrypt(sealed, key, "one") == b"content"
    for other_key, name, content in (
        (key, "two", sealed),
        (encryption.new_key(), "one", sealed),
        (key, "one", sealed[:-1]),
        (key, "one", b""),
    ):
        with pytest.raises(ContentMissing):
            encryption.decrypt(content, other_key, name)


def test_the_digest_tells_the_same_content_and_is_no_plain_hash() -> None:
    import hashlib

    assert encryption.digest(b"a") == encryption.digest(b"a") != encryption.digest(b"b")
    assert encryption.digest(b"a") != hashlib.sha256(b"a").hexdigest()
