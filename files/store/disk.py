"""Objects as files of a local folder, in 256 folders by the first letters of their names."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from files.refusals import ContentMissing, StoreAway
from files.store.base import Listed

UNFINISHED = ".unfinished"


class Disk:
    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)

    def put(self, name: str, content: bytes) -> None:
        """Beside its place first, then moved there: a file under its own name is whole."""
        place = self._place(name)
        try:
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _write_whole(place, content)
        except OSError as error:
            raise StoreAway from error

    def get(self, name: str) -> bytes:
        try:
            return self._place(name).read_bytes()
        except FileNotFoundError:
            if not self._folder.is_dir():
                raise StoreAway from None
            raise ContentMissing from None
        except OSError as error:
            raise StoreAway from error

    def delete(self, name: str) -> None:
        try:
            self._place(name).unlink(missing_ok=True)
        except OSError as error:
            raise StoreAway from error

    def list(self) -> Iterator[Listed]:
        """What a dead process left unfinished is listed too, so that it is swept."""
        try:
            for path in self._folder.glob("??/*"):
                with contextlib.suppress(FileNotFoundError):  # removed since it was listed
                    yield Listed(path.name, datetime.fromtimestamp(path.stat().st_mtime, UTC))
        except OSError as error:
            raise StoreAway from error

    def _place(self, name: str) -> Path:
        return self._folder / name[:2] / name


def _write_whole(place: Path, content: bytes) -> None:
    handle, unfinished = tempfile.mkstemp(prefix=place.name[:2], suffix=UNFINISHED, dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(unfinished).rename(place)
    except OSError:
        Path(unfinished).unlink(missing_ok=True)
        raise
    folder = os.open(place.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
