import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from pytest_django import Settings

from files import checking, scanner
from files.models import FileState
from tests.files.conftest import Take
from tests.files.pictures import jpeg
from tests.world import NOW


@contextmanager
def clamd(answers: Callable[[bytes], bytes]) -> Iterator[dict[str, str]]:
    """A server that speaks clamd's protocol; the address that settings would hold."""
    listening = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listening.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as stream:
                assert stream.read(10) == b"zINSTREAM\0"
                content = b""
                while length := struct.unpack("!I", stream.read(4))[0]:
                    content += stream.read(length)
                connection.sendall(answers(content))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    host, port = listening.getsockname()
    try:
        yield {"host": host, "port": str(port)}
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        thread.join(5)


def clean(_content: bytes) -> bytes:
    return b"stream: OK\0"


def test_what_the_scanner_finds_is_refused_and_not_kept(take: Take, settings: Settings) -> None:
    seen: list[bytes] = []

    def finds(content: bytes) -> bytes:
        seen.append(content)
        return b"stream: Win.Test FOUND\0"

    content = jpeg()
    file = take(content)
    with clamd(finds) as settings.CLAMD:
        checking.check(now=NOW)
    file.refresh_from_db()
    assert (file.state, file.reason) == (FileState.REFUSED, "virus")
    assert seen == [content]
    assert not file.parts.exists()


def test_what_the_scanner_finds_clean_is_shown(take: Take, settings: Settings) -> None:
    file = take()
    with clamd(clean) as settings.CLAMD:
        checking.check(now=NOW)
    file.refresh_from_db()
    assert file.state == FileState.CHECKED


@pytest.mark.parametrize("answer", [b"INSTREAM size limit exceeded. ERROR\0", b""])
def test_a_scanner_that_does_not_answer_as_it_should_is_waited_for(
    answer: bytes, take: Take, settings: Settings
) -> None:
    file = take()
    with clamd(lambda _content: answer) as settings.CLAMD:
        checking.check(now=NOW)
    file.refresh_from_db()
    assert (file.state, file.attempts) == (FileState.WAITING, 0)


def test_a_scanner_that_is_away_is_waited_for_and_then_asked(take: Take, settings: Settings) -> None:
    settings.CLAMD = {"host": "127.0.0.1", "port": "1"}
    file = take()
    for minute in range(10):
        checking.check(now=NOW + timedelta(minutes=2 * minute))
    file.refresh_from_db()
    assert (file.state, file.attempts) == (FileState.WAITING, 0)
    with clamd(clean) as settings.CLAMD:
        checking.check(now=NOW + timedelta(hours=1))
    file.refresh_from_db()
    assert file.state == FileState.CHECKED


def test_a_scanner_on_a_socket_that_is_not_there_is_away(settings: Settings) -> None:
    settings.CLAMD = {"path": "/none/clamd.sock"}
    with pytest.raises(scanner.ScannerAway):
        scanner.is_harmful(b"content")


def test_without_a_scanner_nothing_is_asked(settings: Settings) -> None:
    settings.CLAMD = {}
    assert scanner.is_harmful(b"content") is False
