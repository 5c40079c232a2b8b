"""How channels call: what they trust, what they refuse to send, and what they leave for the next call."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from notifications.channels import curl
from notifications.channels.base import ChannelError
from notifications.channels.http import Bounds, call, post
from notifications.channels.wire import ForbiddenAddress, JudgedHost
from tests.authority import Authority
from tests.notifications.channels.provider import Provider, Reply, replies_with, serving

BODY = b"\x00a body with a zero\x00"


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Authority]:
    """The only authority that this machine trusts."""
    authority = Authority("trusted", tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path))
    curl._trusted.cache_clear()
    curl._free.cache_clear()
    yield authority
    curl._trusted.cache_clear()
    curl._free.cache_clear()


@pytest.fixture
def keeping() -> Iterator[tuple[str, list[int]]]:
    """A server that keeps connections open; its address, and the number of calls on each connection."""
    calls: list[int] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                calls.append(0)
                with line:
                    while line.recv(65536):
                        calls[-1] += 1
                        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/", calls
        curl._free.cache_clear()


def test_a_server_whose_certificate_a_trusted_authority_signed_is_called(trusted: Authority) -> None:
    with serving(certificate=trusted.give("provider")) as provider:
        assert post(provider.url, body=BODY, headers={}, is_guarded=True).status == 200
        assert provider.asked[0].body == BODY


def test_a_server_that_somebody_else_vouches_for_hears_nothing(trusted: Authority, tmp_path: Path) -> None:
    certificate = Authority("other", tmp_path).give("provider")
    with serving(certificate=certificate) as provider:
        with pytest.raises(ChannelError) as refused:
            post(provider.url, body=BODY, headers={})
        assert (refused.value.permanent, provider.asked) == (False, [])


def test_a_server_under_another_name_hears_nothing(trusted: Authority) -> None:
    with serving(certificate=trusted.give("provider")) as provider:
        with pytest.raises(ChannelError):
            post(provider.url.replace("127.0.0.1", "localhost"), body=BODY, headers={})
        assert provider.asked == []


def test_the_next_call_uses_the_connection_of_the_last_one(keeping: tuple[str, list[int]]) -> None:
    url, calls = keeping
    for _ in range(3):
        assert post(url, body=BODY, headers={}).body == b"{}"
    assert calls == [3]


def test_what_was_opened_for_a_call_is_closed_with_it() -> None:
    guard = curl.Guard()
    with guard:
        opened = guard.open(0, (socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, ("127.0.0.1", 1)))
        assert opened.fileno() >= 0
    assert opened.fileno() == -1


def test_nothing_of_one_call_is_in_the_next(provider: Provider) -> None:
    post(provider.url, body=BODY, headers={"X-Secret": "s", "Content-Type": "text/plain"})
    call("GET", provider.url, body=b"", headers={}, bounds=Bounds())
    assert provider.asked[1].body == b""
    assert set(provider.asked[1].headers) == {"host", "user-agent", "accept"}


def test_the_environments_proxy_hears_nothing(provider: Provider, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert post(provider.url, body=BODY, headers={}).status == 200
        assert proxy.asked == []


@pytest.mark.parametrize("sign", ["\r\n", "\n", "\0"])
def test_a_header_with_a_line_break_is_not_sent(provider: Provider, sign: str) -> None:
    for headers in ({"X-Id": f"1{sign}X-Other: 2"}, {f"X-Id{sign}X-Other": "2"}):
        with pytest.raises(ChannelError):
            post(provider.url, body=BODY, headers=headers)
    assert provider.asked == []


def test_an_empty_header_is_sent_and_is_empty(provider: Provider) -> None:
    post(provider.url, body=b"", headers={"X-Empty": ""})
    assert provider.asked[0].headers["x-empty"] == ""


def test_of_an_answer_that_is_too_long_the_beginning_is_read(provider: Provider) -> None:
    provider.behave = replies_with(Reply(200, b"x" * 300_000, {"X-Name": "value: with a colon"}))
    answer = call("GET", provider.url, body=b"", headers={}, bounds=Bounds(most_bytes=1000))
    assert (answer.status, answer.body, answer.is_cut) == (200, b"x" * 1000, True)
    assert answer.headers["x-name"] == "value: with a colon"
    provider.behave = replies_with(Reply(200, b"x" * 1000))
    assert not call("GET", provider.url, body=b"", headers={}, bounds=Bounds(most_bytes=1000)).is_cut


def test_a_url_that_is_understood_in_two_ways_leads_nowhere_inside(provider: Provider, settings: Any) -> None:
    """Whatever was judged, the machine that is connected to is judged too."""
    settings.PRIVATE_NETWORKS = []
    elsewhere = JudgedHost("hooks.example", 443, "93.184.216.34")
    request = curl.Request("POST", provider.url, {}, BODY, 5, 1000, elsewhere)
    with pytest.raises(ForbiddenAddress):
        curl.perform(request)
    assert provider.asked == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://127.0.0.1/", "https://", ""]
)
def test_only_http_is_spoken(url: str) -> None:
    for is_guarded in (False, True):
        with pytest.raises(ChannelError):
            post(url, body=b"", headers={}, is_guarded=is_guarded)
