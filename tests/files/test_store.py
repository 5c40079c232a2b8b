import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pytest_django import Settings

from accounts import clock
from config import addresses
from files import checking, contents, sweeper
from files.models import FileState, StoredFile
from files.refusals import ContentMissing, StoreAway
from files.store import Store, store
from tests.files.conftest import Take
from tests.files.pictures import jpeg, pdf
from tests.world import NOW

HOURS = timedelta(hours=2)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """A server that speaks S3, with an empty bucket; its host and port."""
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer  # half a second to load

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{host}:{port}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="aclf-files")
    yield f"{host}:{port}"
    server.stop()


@pytest.fixture(params=["disk", "s3"])
def kept_in(request: pytest.FixtureRequest, folder: Path, settings: Settings) -> Store:
    """Each store in turn, empty."""
    if request.param == "s3":
        place = request.getfixturevalue("s3_server")
        settings.FILE_STORE = addresses.file_store(f"s3+http://key:secret@{place}/aclf-files")
    for listed in list(store().list()):
        store().delete(listed.name)
    return store()


def test_an_object_is_read_as_it_was_written_until_it_is_deleted(kept_in: Store) -> None:
    kept_in.put("ab12", b"content")
    assert kept_in.get("ab12") == b"content"
    assert [listed.name for listed in kept_in.list()] == ["ab12"]
    kept_in.delete("ab12")
    kept_in.delete("ab12")
    with pytest.raises(ContentMissing):
        kept_in.get("ab12")
    assert not list(kept_in.list())


def test_a_file_goes_its_whole_way_in_every_store(kept_in: Store, take: Take) -> None:
    content = pdf()
    file = take(content)
    checking.check(now=NOW)
    file.refresh_from_db()
    assert file.state == FileState.CHECKED
    original = contents.part_of(file, "original")
    assert original is not None and contents.read(original) == content
    assert {listed.name for listed in kept_in.list()} == set(file.parts.values_list("object_name", flat=True))
    file.delete()
    assert sweeper.sweep(clock.wall() + HOURS) == 4
    assert not list(kept_in.list())


def test_only_old_objects_without_a_row_are_swept(kept_in: Store, take: Take) -> None:
    file = take()
    kept_in.put("ff00", b"an orphan")
    assert sweeper.sweep(clock.wall()) == 0
    assert sweeper.sweep(clock.wall() + HOURS) == 1
    assert {listed.name for listed in kept_in.list()} == {file.parts.get().object_name}


def test_what_a_dead_process_left_half_written_on_the_disk_is_swept(db: None, folder: Path) -> None:
    half = folder / "ab" / "abxyz.unfinished"
    half.parent.mkdir(parents=True)
    half.write_bytes(b"half")
    assert sweeper.sweep(clock.wall() + HOURS) == 1
    assert not half.exists()


def test_a_store_of_the_network_that_is_away_is_said_to_be_away(settings: Settings) -> None:
    settings.FILE_STORE = addresses.file_store("s3+http://key:secret@127.0.0.1:1/aclf-files")
    for use in (
        lambda: store().put("ab", b""),
        lambda: store().get("ab"),
        lambda: store().delete("ab"),
        lambda: list(store().list()),
    ):
        with pytest.raises(StoreAway):
            use()


def test_a_bucket_that_is_not_there_is_away_too(s3_server: str, settings: Settings) -> None:
    settings.FILE_STORE = addresses.file_store(f"s3+http://key:secret@{s3_server}/other-bucket")
    with pytest.raises(StoreAway):
        store().put("ab", b"")


def test_a_folder_that_is_gone_is_away_and_a_missing_object_is_missing(folder: Path) -> None:
    with pytest.raises(StoreAway):
        store().get("ab")
    store().put("cd", b"")
    with pytest.raises(ContentMissing):
        store().get("ab")


def test_the_folder_of_a_disk_is_closed_to_others(folder: Path) -> None:
    store().put("ab12", b"content")
    assert (folder / "ab" / "ab12").stat().st_mode & 0o077 == 0
    assert (folder / "ab").stat().st_mode & 0o077 == 0


def test_rows_without_their_objects_are_named(
    checked: Callable[[bytes], StoredFile], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = checked(jpeg())
    call_command("check_files")
    assert "2 objects" in capsys.readouterr().out
    gone = file.parts.get(role="page").object_name
    os.unlink(folder / gone[:2] / gone)
    with pytest.raises(CommandError, match=str(file.pk)):
        call_command("check_files")


def test_keys_are_wrapped_anew_and_contents_stay(
    checked: Callable[[bytes], StoredFile], settings: Settings
) -> None:
    from cryptography.fernet import Fernet

    file = checked(jpeg())
    part = contents.part_of(file, "page", 1)
    assert part is not None
    before = contents.read(part)
    old = settings.IDENTITY_KEYS
    new = Fernet.generate_key().decode()
    settings.IDENTITY_KEYS = [new, *old]
    call_command("reencrypt")
    settings.IDENTITY_KEYS = [new]
    again = contents.part_of(StoredFile.objects.get(pk=file.pk), "page", 1)
    assert again is not None
    assert contents.read(again) == before
