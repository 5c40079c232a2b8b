"""`GET /live`: server-sent events for one signed-in browser."""

import asyncio
from collections.abc import AsyncIterator
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import get_user
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from notifications import hooks
from notifications.live.hub import CLOSED, Client, Event, hub

if TYPE_CHECKING:
    from accounts.models import User

KEEP_ALIVE_SECONDS = 10.0
RECHECK_SECONDS = 60.0
RECONNECT_MILLISECONDS = 3000
ALIVE = Event("alive")
"""A sign of life that a page can hear: without it, a connection that died without a word is noticed."""


@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """Ids and kinds of what changes for the user, and `alive` in silence; `Last-Event-ID` resumes.

    401 without a session.
    """
    session_key = request.session.session_key
    topics = await _topics_of_session(session_key)
    if session_key is None or topics is None:
        return HttpResponse(status=401)
    response = StreamingHttpResponse(
        _stream(session_key, topics, request.headers.get("Last-Event-ID")), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(session_key: str, topics: frozenset[str], last_id: str | None) -> AsyncIterator[str]:
    # Middleware may have used the database after the view; a page that stays open must not keep a connection.
    await sync_to_async(_release_connections)()
    yield f"retry: {RECONNECT_MILLISECONDS}\n\n"
    async with hub().joined(topics) as client:
        place = (0, 0)
        for missed in await hub().missed(last_id, client):
            place = max(place, missed.place)
            yield _text(missed)
        async for event in _events(session_key, client):
            if event is None:
                yield _text(ALIVE)
            elif event.kind == "resync" or event.id is None or event.place > place:
                place = event.place if event.kind == "resync" else place
                yield _text(event)


async def _events(session_key: str, client: Client) -> AsyncIterator[Event | None]:
    """Events of `client`, None in silence, until the process stops or the session ends."""
    loop = asyncio.get_running_loop()
    recheck_at = loop.time() + RECHECK_SECONDS
    while True:
        event = await client.next(min(KEEP_ALIVE_SECONDS, max(recheck_at - loop.time(), 0)))
        if event is CLOSED:
            return
        if loop.time() >= recheck_at:
            topics = await _topics_of_session(session_key)
            if topics is None:
                return
            client.topics = topics
            recheck_at = loop.time() + RECHECK_SECONDS
        yield event


@sync_to_async
def _topics_of_session(session_key: str | None) -> frozenset[str] | None:
    """The live topics of the signed-in user, read afresh; None when nobody is signed in there."""
    if session_key is None:
        return None
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    try:
        user: User = get_user(SimpleNamespace(session=store))  # type: ignore[arg-type, assignment]
        return hooks.topics_of(user) if user.is_authenticated and user.is_active else None
    finally:
        _release_connections()


def _release_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _text(event: Event) -> str:
    place = f"id: {event.id}\n" if event.id is not None else ""
    return f"{place}event: {event.kind}\ndata: {event.data}\n\n"
