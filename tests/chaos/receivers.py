"""The receiving ends: what arrived there is the only proof that nothing was lost or doubled."""

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from aiosmtpd.controller import Controller


class Mailbox:
    """Mail over SMTP, which knows no idempotency key: every copy counts. Copies by the delivery's id."""

    def __init__(self) -> None:
        self.copies: Counter[UUID] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        head = envelope.content.decode("ascii", "replace")
        self.copies[UUID(head.partition("Message-ID: <")[2].partition("@")[0])] += 1
        return "250 kept"


class Honouring:
    """HTTP with an idempotency key: a key that was seen before is answered and does nothing."""

    def __init__(self) -> None:
        self.requests: Counter[UUID] = Counter()
        self._lock = threading.Lock()

    def take(self, key: UUID) -> None:
        with self._lock:
            self.requests[key] += 1

    @property
    def effects(self) -> set[UUID]:
        return set(self.requests)


@contextlib.contextmanager
def smtp(mailbox: Mailbox, port: int) -> Iterator[None]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        yield
    finally:
        controller.stop()


@contextlib.contextmanager
def http(receiver: Honouring, port: int) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            receiver.take(UUID(self.headers["Idempotency-Key"]))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    class Server(ThreadingHTTPServer):
        request_queue_size = 100
        daemon_threads = True

    server = Server(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
