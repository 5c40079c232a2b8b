from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from accounts.models import User
from files import checking
from files.intake import Sent, receive
from files.models import StoredFile
from tests.files.pictures import jpeg
from tests.world import NOW, World

Take = Callable[..., StoredFile]


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    """An empty store on the disk, for this test alone."""
    settings.FILE_STORE = {"folder": str(tmp_path / "store")}
    return tmp_path / "store"


@pytest.fixture
def take(world: World, folder: Path) -> Take:
    def take(content: bytes | None = None, *, user: User | None = None, id: UUID | None = None) -> StoredFile:
        sent = Sent(id or uuid4(), "sheet.jpg", jpeg() if content is None else content)
        return receive(user=user or world.doctor, sent=sent, now=NOW)

    return take


@pytest.fixture
def checked(take: Take) -> Callable[[bytes], StoredFile]:
    """A file after its check."""

    def check(content: bytes) -> StoredFile:
        file = take(content)
        checking.check(now=NOW)
        file.refresh_from_db()
        return file

    return check


@pytest.fixture
def objects(folder: Path) -> Callable[[], set[str]]:
    """The names of what lies in the store."""
    return lambda: {path.name for path in folder.glob("??/*")}


@pytest.fixture(autouse=True)
def no_broker(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[UUID]]:
    """Hints are kept instead of sent; every test checks when it wants to."""
    hints: list[UUID] = []
    monkeypatch.setattr("files.hints.check", hints.append)
    yield hints
