"""Calls over HTTP by libcurl: every step within one time limit, nothing followed, and only where it may lead.

The limit is the whole call's, so that a server that sends a byte now and then cannot hold a worker.
"""

import os
import socket
import ssl
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pycurl

from notifications.channels.wire import ForbiddenAddress, JudgedHost, may_lead_to

MOST_CONNECTIONS = 8
"""To so many hosts a handle keeps a connection open, for `KEPT_SECONDS`."""
KEPT_SECONDS = 30
MOST_FREE = 100
"""More handles than a process uses at once."""


class CallFailed(Exception):
    """There is no whole answer. `took_too_long`: because it did not come in time."""

    def __init__(self, message: str, *, took_too_long: bool = False) -> None:
        super().__init__(message)
        self.took_too_long = took_too_long


@dataclass(frozen=True)
class Request:
    """`host`: the only one it may lead to; None where the operator gave the URL."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes
    seconds: float
    most_bytes: int
    host: JudgedHost | None = None


@dataclass
class Reply:
    """What has come of an answer. Header names are in lower case."""

    most_bytes: int
    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)

    @property
    def is_cut(self) -> bool:
        return len(self.body) > self.most_bytes

    def take_line(self, line: bytes) -> None:
        name, colon, value = line.decode(errors="replace").partition(":")
        if line.startswith(b"HTTP/"):
            self.headers.clear()
        elif colon:
            self.headers[name.strip().lower()] = value.strip()

    def take_body(self, part: bytes) -> int:
        """How many bytes were taken; of what is too long none, which ends the call."""
        self.body += part
        return 0 if self.is_cut else len(part)


class Guard:
    """Opens the sockets of a call if they may lead there, however the URL was understood.

    libcurl takes a copy of each; what was opened here is closed with the call.
    """

    def __init__(self) -> None:
        self.has_refused = False
        self._opened: list[socket.socket] = []

    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None:
        for opened in self._opened:
            opened.close()

    def open(self, purpose: int, address: Any) -> Any:
        family, kind, protocol, place = address
        if not may_lead_to(str(place[0])):
            self.has_refused = True
            return pycurl.SOCKET_BAD
        self._opened.append(socket.socket(family, kind, protocol))
        return self._opened[-1]


def perform(request: Request) -> Reply:
    """Call and read the answer, or the first `most_bytes` and a little more of it.

    Raises CallFailed and ForbiddenAddress.
    """
    reply, guard = Reply(request.most_bytes), Guard()
    with _handle(request.host is not None) as handle, guard:
        try:
            _set_up(handle, request, reply, guard)
            handle.perform()
        except pycurl.error as error:
            if guard.has_refused:
                raise ForbiddenAddress("this host is not on the public internet") from error
            if not reply.is_cut:
                code, words = error.args
                raise CallFailed(words, took_too_long=code == pycurl.E_OPERATION_TIMEDOUT) from error
        reply.status = handle.getinfo(pycurl.RESPONSE_CODE)
    return reply


def _set_up(handle: Any, request: Request, reply: Reply, guard: Guard) -> None:
    settings: dict[int, Any] = {
        pycurl.URL: request.url.encode(),
        pycurl.HTTPHEADER: _header_lines(request.headers),
        pycurl.HEADERFUNCTION: reply.take_line,
        pycurl.WRITEFUNCTION: reply.take_body,
        pycurl.TIMEOUT_MS: max(int(request.seconds * 1000), 1),
        pycurl.NOSIGNAL: 1,
        pycurl.PROXY: "",
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
        pycurl.MAXCONNECTS: MOST_CONNECTIONS,
        pycurl.MAXAGE_CONN: KEPT_SECONDS,
        **_trusted(),
    }
    if request.method == "POST":
        settings |= {pycurl.POST: 1, pycurl.POSTFIELDS: request.body}
    if request.host is not None:
        settings[pycurl.OPENSOCKETFUNCTION] = guard.open
        settings[pycurl.RESOLVE] = _resolved(request.host)
    for option, value in settings.items():
        handle.setopt(option, value)


def _header_lines(headers: Mapping[str, str]) -> list[bytes]:
    """As libcurl takes them: `Name;` for an empty one, and none of those that it would add by itself."""
    if any(sign in text for pair in headers.items() for text in pair for sign in "\r\n\0"):
        raise CallFailed("a header may not have a line break")
    given = [f"{name}: {value}" if value else f"{name};" for name, value in headers.items()]
    names = {name.lower() for name in headers}
    removed = [f"{name}:" for name in ("Expect", "Content-Type") if name.lower() not in names]
    return [line.encode() for line in (*given, *removed)]


def _resolved(host: JudgedHost) -> list[str]:
    """What the name stands for, so that it is not asked again; nothing where an IP address is the name."""
    return [] if host.name == host.ip else [f"{host.name}:{host.port}:{host.ip}"]


@cache
def _trusted() -> Mapping[int, str]:
    """The authorities that Python trusts: the library comes with none."""
    paths = ssl.get_default_verify_paths()
    given = {pycurl.CAINFO: paths.cafile, pycurl.CAPATH: paths.capath}
    return {option: path for option, path in given.items() if path}


@contextmanager
def _handle(is_guarded: bool) -> Iterator[Any]:
    """The handle that was last used by a call that is over, with its open connections, or a new one."""
    free = _free(os.getpid(), is_guarded)
    try:
        handle = free.pop()
    except IndexError:
        handle = pycurl.Curl()
    try:
        yield handle
    finally:
        handle.reset()
        free.append(handle)


@cache
def _free(process: int, is_guarded: bool) -> deque[Any]:
    """Of one process, apart for hosts that people named: a forked worker must not share its parent's."""
    return deque(maxlen=MOST_FREE)
