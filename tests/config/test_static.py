"""Static files as a browser asks for them, over ASGI."""

import warnings

import pytest
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.test import AsyncClient

from tests.event_loop import run_apart

FILE = "vendor/htmx.org/dist/htmx.min.js"


@pytest.fixture
def content() -> bytes:
    with open(str(finders.find(FILE)), "rb") as file:
        return file.read()


def asked(method: str = "get", **headers: str) -> HttpResponse:
    """The answer for FILE, with every warning an error, as ASGI sends it."""

    async def ask() -> HttpResponse:
        response: HttpResponse = await getattr(AsyncClient(), method)(f"/static/{FILE}", headers=headers)
        return response

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return run_apart(ask())


def test_a_static_file_is_sent_whole_and_warns_of_nothing(content: bytes) -> None:
    response = asked()
    assert (response.status_code, response.streaming) == (200, False)
    assert response.content == content
    assert response.headers["Content-Type"].startswith("text/javascript")
    assert int(response.headers["Content-Length"]) == len(content)


def test_a_part_of_a_static_file_is_sent_where_a_part_is_asked_for(content: bytes) -> None:
    response = asked(range="bytes=10-19")
    assert response.status_code == 206
    assert response.content == content[10:20]
    assert response.headers["Content-Range"] == f"bytes 10-19/{len(content)}"
    assert asked(range=f"bytes={len(content) + 1}-").status_code == 416


def test_a_static_file_that_has_not_changed_is_not_sent_again() -> None:
    tag = asked().headers["ETag"]
    again = asked(if_none_match=tag)
    assert (again.status_code, again.content) == (304, b"")


def test_the_head_of_a_static_file_comes_without_its_content(content: bytes) -> None:
    response = asked("head")
    assert (response.status_code, response.content) == (200, b"")
    assert int(response.headers["Content-Length"]) == len(content)


def test_nothing_is_written_to_a_static_file() -> None:
    assert asked("post").status_code == 405
