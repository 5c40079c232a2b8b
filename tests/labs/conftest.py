from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from pytest_django import Settings

from files import checking
from files.intake import Sent, receive
from files.models import StoredFile
from labs.readings.sandbox import ReadPages
from tests.files.pictures import jpeg
from tests.world import NOW, World

TakeChecked = Callable[..., StoredFile]


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks of the hints that would have been given."""
    given: list[str] = []

    def note(task: str, *_arguments: object, **_options: object) -> None:
        given.append(task)

    monkeypatch.setattr("files.hints.send", note)
    monkeypatch.setattr("labs.readings.hints.send", note)
    return given


@pytest.fixture
def picture(world: World, tmp_path: Path, settings: Settings, hints: list[str]) -> TakeChecked:
    """A picture that the doctor has sent; checked unless it is to wait."""
    settings.FILE_STORE = {"folder": str(tmp_path / "store")}

    def take(content: bytes | None = None, *, is_checked: bool = True) -> StoredFile:
        file = receive(user=world.doctor, sent=Sent(uuid4(), "sheet.jpg", content or jpeg()), now=NOW)
        if is_checked:
            checking.check(now=NOW)
            file.refresh_from_db()
        return file

    return take


REPORT = {
    "form": "photo",
    "patient": {"name": "测试患者"},
    "sampled_at": "2026-03-01T09:00",
    "reported_at": None,
    "findings": [
        {
            "test": "bilirubin_total",
            "input": "bilirubin",
            "value": 356.8,
            "comparator": None,
            "unit": "umol/L",
            "sampled_at": "2026-03-01T09:00",
            "text": "TBIL 356.8 umol/L",
            "page": 0,
            "box": [[0, 0], [9, 0], [9, 9], [0, 9]],
            "confidence": 0.99,
            "doubts": [],
        }
    ],
    "unread": [],
}
READ = ReadPages(REPORT, ["data:image/jpeg;base64,AAAA"])
