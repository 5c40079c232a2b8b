"""Bodies as they come over the wire, to the server that production runs."""

import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest
from django.conf import settings
from django.test import Client

from tests.e2e.conftest import Platform
from tests.files.pictures import jpeg
from tests.world import World

FORM_SECRET = "a" * 32
ONE_PIECE = b"3e8\r\n" + b"x" * 1000 + b"\r\n"


@pytest.fixture
def session(world: World) -> str:
    client = Client()
    client.force_login(world.doctor)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def ask(platform: Platform, path: str, body: bytes, *headers: str) -> tuple[int, bytes]:
    """Status and body of the answer to a POST sent as it is."""
    host = urlsplit(platform.url)
    lines = (f"POST {path} HTTP/1.1", f"Host: {host.netloc}", "Connection: close", *headers, "", "")
    with socket.create_connection((host.hostname, host.port or 80), timeout=60) as connection:
        connection.sendall("\r\n".join(lines).encode() + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    return int(head.split(b" ", 2)[1]), content


def in_pieces(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def score(platform: Platform, session: str, body: bytes) -> tuple[int, bytes]:
    headers = (f"X-Session-Token: {session}", "Content-Type: application/json", "Accept-Language: en")
    return ask(platform, "/api/v1/score", body, *headers, "Transfer-Encoding: chunked")


def test_a_body_in_pieces_is_read_as_one(platform: Platform, session: str) -> None:
    status, content = score(platform, session, in_pieces(b'{"inr"', b": 2.2", b', "age_years": 56}'))
    assert status == 200
    assert b'"outcome":"incomplete"' in content


def test_a_body_in_pieces_has_the_same_limit(platform: Platform, session: str) -> None:
    status, content = score(platform, session, in_pieces(*[b"x" * 65536] * 17))
    assert (status, json.loads(content)["code"]) == (413, "too_large")


def test_a_body_without_end_is_refused_before_its_end(platform: Platform, session: str) -> None:
    status, content = score(platform, session, in_pieces(*[b"x" * (1 << 20)] * 5))
    assert (status, json.loads(content)["code"]) == (413, "too_large")


def test_a_length_beyond_the_limit_is_refused_before_the_body_comes(platform: Platform, session: str) -> None:
    headers = (f"X-Session-Token: {session}", "Content-Type: application/json")
    status, content = ask(platform, "/api/v1/score", b"", *headers, "Content-Length: 999999999999")
    assert (status, json.loads(content)["code"]) == (413, "too_large")


@pytest.mark.parametrize("path", ["/labs/readings/", "/api/v1/labs/read"])
def test_the_picture_of_a_telephone_reaches_its_reader_whole(
    platform: Platform, session: str, path: str
) -> None:
    answer = httpx.post(
        platform.url + path,
        data={"csrfmiddlewaretoken": FORM_SECRET} if path.startswith("/labs") else {},
        files={"file": ("IMG_0001.jpg", jpeg() + bytes(6 << 20))},
        headers={"X-Session-Token": session} if path.startswith("/api") else {},
        cookies={settings.SESSION_COOKIE_NAME: session, settings.CSRF_COOKIE_NAME: FORM_SECRET},
        timeout=60,
    )
    assert (answer.status_code, "waiting" in answer.text) in [(200, True), (202, True)]


@pytest.mark.parametrize("broken", [b"zz\r\n{}\r\n", b"-1\r\n", b"5\r\n{}", b"2\r\n{}XX0\r\n\r\n"])
def test_malformed_pieces_are_refused(platform: Platform, session: str, broken: bytes) -> None:
    status, content = score(platform, session, broken + b"\r\nrest")
    assert status == 400
    assert not content or json.loads(content)["code"] == "malformed"


@pytest.mark.parametrize("path", ["/accounts/login/", "/_allauth/app/v1/auth/login", "/admin/login/"])
def test_malformed_pieces_are_refused_at_every_face(platform: Platform, world: World, path: str) -> None:
    status, _content = ask(platform, path, b"zz\r\n", "Transfer-Encoding: chunked")
    assert status == 400
