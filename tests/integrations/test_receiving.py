"""Results over MLLP from a sender library that is not ours: stored, and then acknowledged."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError, connections
from hl7.client import MLLPClient

from integrations import listener, mllp
from integrations.models import ExchangedMessage, ReceivedMessage
from integrations.receiving import Incoming, receive
from referral.intake import results
from tests.integrations.hl7_messages import OTHER_PATIENT, obx, oru
from tests.integrations.laboratory import with_laboratory
from tests.world import World

S = ReceivedMessage.State


@pytest.fixture
def world(transactional_db: None) -> World:
    return with_laboratory()


class Server:
    """A listener on a free port, in a thread of its own."""

    def __init__(self, store: Any = listener.store, tls: ssl.SSLContext | None = None) -> None:
        self.hints, self.tls = 0, tls
        self.loop = asyncio.new_event_loop()
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[store], daemon=True)

    def _run(self, store: Any) -> None:
        asyncio.set_event_loop(self.loop)
        self._task = self.loop.create_task(
            listener.Listener(self._count, store=store).run("127.0.0.1", self.port, self.tls)
        )
        self.loop.call_later(0.05, self._ready.set)
        with pytest.raises(asyncio.CancelledError):
            self.loop.run_until_complete(self._task)

    def _count(self) -> None:
        self.hints += 1
        connections.close_all()

    def __enter__(self) -> "Server":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.loop.call_soon_threadsafe(self._task.cancel)
        self._thread.join(10)

    def send(self, content: bytes) -> str:
        """What the sender library hears."""
        with MLLPClient("127.0.0.1", self.port) as client:
            return str(client.send(mllp.framed(content)).decode())


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with Server() as running:
        yield running


def said(answer: str) -> tuple[str, str]:
    """Code and control id of an acknowledgement, after checking that it is framed and whole."""
    assert answer.startswith("\x0bMSH|^~\\&|ACLF|")
    assert answer.endswith("\r\x1c\r")
    fields = next(line for line in answer.split("\r") if line.startswith("MSA")).split("|")
    return fields[1], fields[2]


def test_a_message_is_stored_before_it_is_acknowledged(world: World, server: Server) -> None:
    assert said(server.send(oru(control_id="77"))) == ("AA", "77")
    row = ReceivedMessage.objects.get()
    assert (row.control_id, row.state) == ("77", S.WAITING)
    assert results.results_in(row).person.name == "测试甲"
    assert server.hints == 1


def test_the_same_message_again_is_acknowledged_and_stored_once(world: World, server: Server) -> None:
    for _ in range(3):
        assert said(server.send(oru(control_id="1"))) == ("AA", "1")
    assert said(server.send(oru(obx(1, "2951-2^Na^LN", "130", "mmol/L"), control_id="1")))[0] == "AA"
    assert ReceivedMessage.objects.count() == 2


def test_many_senders_at_once_lose_nothing(world: World, server: Server) -> None:
    with MLLPClient("127.0.0.1", server.port) as one, MLLPClient("127.0.0.1", server.port) as other:
        for number in range(40):
            for client, prefix in ((one, "a"), (other, "b")):
                answer = client.send(mllp.framed(oru(control_id=f"{prefix}{number}"))).decode()
                assert said(answer) == ("AA", f"{prefix}{number}")
    assert ReceivedMessage.objects.count() == 80


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "does not begin with MSH"),
        (oru(sender=("LIS", "elsewhere")), "is connected from this address"),
        (oru(kind="ADT^A01"), "Only results"),
        (oru(control_id=""), "MSH-10"),
        (oru(OTHER_PATIENT), "more than one patient"),
        (oru(charset="EBCDIC"), "MSH-18"),
    ],
)
def test_what_is_not_taken_is_refused_with_a_reason_for_an_engineer(
    world: World, server: Server, content: bytes, reason: str
) -> None:
    answer = server.send(content)
    assert said(answer)[0] == "AR"
    assert reason in answer
    assert not ReceivedMessage.objects.exists()
    assert ExchangedMessage.objects.get(interface="hl7").status == "AR"


def test_what_has_no_end_or_is_no_frame_ends_the_connection_and_nothing_else(
    world: World, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mllp, "WITHIN_SECONDS", 0.3)
    for raw in (b"\x0bMSH|", b"\x0b" + b"x" * (mllp.MOST_BYTES + 10), b"GET / HTTP/1.1\r\n\r\n\x0b"):
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
            connection.sendall(raw)
            with contextlib.suppress(ConnectionError):  # a reset is as good as an end
                assert connection.recv(100) == b""
    assert said(server.send(oru()))[0] == "AA"


def test_a_message_that_is_too_long_is_refused_by_its_number_and_the_line_goes_on(
    world: World, server: Server
) -> None:
    long = oru(control_id="long") + b"NTE|1||" + b"x" * (3 * mllp.MOST_BYTES) + b"\r"
    with MLLPClient("127.0.0.1", server.port) as client:
        answer = client.send(mllp.framed(long)).decode()
        assert said(answer) == ("AR", "long")
        assert "longer than 1 MiB" in answer
        assert said(client.send(mllp.framed(oru(control_id="next"))).decode()) == ("AA", "next")
    assert ExchangedMessage.objects.get().reason == "too_large"


@pytest.mark.parametrize(
    "content", [oru(charset="EBCDIC", control_id="7"), oru(*["NTE|1||x"] * 2100, control_id="7")]
)
def test_what_cannot_be_read_is_refused_by_its_number(world: World, server: Server, content: bytes) -> None:
    assert said(server.send(content)) == ("AR", "7")


def test_a_message_that_begins_before_the_end_of_another_is_refused(world: World, server: Server) -> None:
    answer = server.send(oru(control_id="1") + mllp.START + oru(control_id="2"))
    assert said(answer) == ("AR", "1")
    assert "second MSH" in answer
    assert not ReceivedMessage.objects.exists()


def test_while_the_database_is_away_the_sender_is_told_to_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(listener, "receive", away)
    (answer,) = listener.store([Incoming(oru(control_id="5"), "127.0.0.1")])
    assert b"MSA|AE|5|" in answer
    assert not ReceivedMessage.objects.exists()


def test_one_message_that_breaks_something_keeps_no_other_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaking(batch: Any, now: Any) -> list[bytes]:
        if any(incoming.content == b"bad" for incoming in batch):
            raise ValueError
        return receive(batch, now)

    monkeypatch.setattr(listener, "receive", breaking)
    good, bad = listener.store([Incoming(oru(control_id="6"), ""), Incoming(b"bad", "")])
    assert (b"MSA|AA|6" in good, b"MSA|AE|" in bad) == (True, True)
    assert ReceivedMessage.objects.count() == 1


@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_dies_around_the_acknowledgement_nothing_is_lost_or_doubled(world: World, when: str) -> None:
    """The sender that heard no AA sends again: what was stored already is stored once."""

    def dying(batch: Any) -> list[bytes]:
        if when == "after":
            listener.store(batch)
        connections.close_all()
        raise Killed

    with Server(dying) as broken, socket.create_connection(("127.0.0.1", broken.port), timeout=20) as sender:
        sender.sendall(mllp.framed(oru(control_id="9")))
        sender.settimeout(0.5)
        with pytest.raises(TimeoutError):
            sender.recv(10)
    assert ReceivedMessage.objects.count() == (1 if when == "after" else 0)
    with Server() as again:
        assert said(again.send(oru(control_id="9"))) == ("AA", "9")
    assert ReceivedMessage.objects.count() == 1


class Killed(BaseException):
    """The process ends here."""
