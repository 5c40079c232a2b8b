"""Calls below a first frame with room map no memory, however deep they are made."""

import resource
import sys
from types import FrameType

import pytest
from django.core.handlers.base import BaseHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client

from config.frames import CLAIMED, with_room

DEEPEST = 300
TIMES = 200
"""Calls from one depth. One that maps memory each time has as many page faults."""


def called_often(depth: int) -> None:
    if depth:
        called_often(depth - 1)
        return
    for _ in range(TIMES):
        called()


def called() -> None:
    """A frame like most, with a few values of its own."""
    one = two = three = four = 0
    assert one == two == three == four


def page_faults() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt


def test_calls_map_no_memory_at_any_depth() -> None:
    for depth in range(DEEPEST):
        before = page_faults()
        with_room(called_often)(depth)
        assert page_faults() - before < TIMES, depth


def test_what_is_called_answers_and_fails_as_without_room() -> None:
    assert with_room(sorted)([2, 1], reverse=True) == [2, 1]
    with pytest.raises(ZeroDivisionError):
        with_room(divmod)(1, 0)


def rooms_above() -> int:
    """How many of the calls that led here have room."""
    frame: FrameType | None = sys._getframe(1)
    rooms = 0
    while frame is not None:
        rooms += frame.f_code.co_stacksize == CLAIMED
        frame = frame.f_back
    return rooms


def test_every_answer_is_made_with_room(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    rooms: list[int] = []

    def answer(_handler: BaseHandler, _request: HttpRequest) -> HttpResponse:
        rooms.append(rooms_above())
        return HttpResponse()

    monkeypatch.setattr(BaseHandler, "_get_response", answer)
    client.get("/")
    assert rooms == [rooms_above() + 1]
