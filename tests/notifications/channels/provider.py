"""A real HTTP server on a free local port that behaves as told and keeps what it was asked."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Asked:
    """One request as it arrived; header names in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.path).query))


@dataclass
class Reply:
    """An answer."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


Behave = Callable[[BaseHTTPRequestHandler, Asked], None]


def replies_with(answer: Reply) -> Behave:
    def behave(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        handler.send_response(answer.status)
        for name, value in answer.headers.items():
            handler.send_header(name, value)
        handler.send_header("Connection", "close")
        handler.send_header("Content-Length", str(len(answer.body)))
        handler.end_headers()
        handler.wfile.write(answer.body)

    return behave


def closes_half_way(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    """Promises a hundred bytes, sends seven and hangs up."""
    handler.wfile.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"code"')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)


def closes_at_once(handler: BaseHTTPRequestHandler, asked: Asked) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


class Provider:
    """What was asked, and what is answered next; `url` is where."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[Asked] = []
        self.behave: Behave = replies_with(Reply())
        self.over = threading.Event()

    def hangs(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        """Never answers."""
        self.over.wait(30)

    def drips(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        """Answers one byte at a time, always in time for the next."""
        for byte in b"HTTP/1.1 200 OK\r\n" + b"X-Slow: 1\r\n" * 1000:
            if self.over.wait(0.02):
                return
            handler.wfile.write(bytes([byte]))
            handler.wfile.flush()


@contextlib.contextmanager
def serving(port: int = 0, certificate: Path | None = None) -> Iterator[Provider]:
    """A provider; over TLS with the certificate and key of a file."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, headers, body)
            provider.asked.append(asked)
            self.close_connection = True
            with contextlib.suppress(OSError):
                provider.behave(self, asked)

        do_GET = do_POST  # noqa: N815 - the name is the library's

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(str(certificate))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    scheme = "http" if certificate is None else "https"
    provider = Provider(f"{scheme}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.002}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.over.set()
        server.shutdown()
        server.server_close()
        thread.join()
