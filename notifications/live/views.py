"""`GET /live`: server-sent events for one signed-in browser."""

import asyncio
from collections.abc import AsyncIterator

from asgiref.sync import sync_to_async
from django.db import connections
from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from accounts import clock
from accounts.credentials import Credential, shown_by, user_of
from accounts.models import User
from notifications import hooks
from notifications.live.hub import CLOSED, Client, Event, hub
from notifications.live.publishing import ACCESS

KEEP_ALIVE_SECONDS = 10.0
RECHECK_SECONDS = 60.0
RECONNECT_MILLISECONDS = 3000
ALIVE = Event("alive")
"""A sign of life that a page can hear: without it, a connection that died without a word is noticed."""


@require_GET
async def live(request: HttpRequest) -> HttpResponseBase:
    """Ids and kinds of what changes for the user, and `alive` in silence; `Last-Event-ID` resumes.

    For a browser's session, an app's (`X-Session-Token`), or an access token (`Authorization: Bearer`) with
    the scope `read`; a problem with 401 or 403 without. It ends with the session, the token or the account.
    """
    credential = shown_by(request)
    topics = await _topics_of(credential)
    if isinstance(topics, JsonResponse):
        return topics
    response = StreamingHttpResponse(
        _stream(credential, topics, request.headers.get("Last-Event-ID")), content_type="text/event-stream"
    )
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response


async def _stream(credential: Credential, topics: frozenset[str], last_id: str | None) -> AsyncIterator[str]:
    # Middleware may have used the database after the view; a page that stays open must not keep a connection.
    await sync_to_async(_release_connections)()
    yield f"retry: {RECONNECT_MILLISECONDS}\n\n"
    async with hub().joined(topics) as client:
        place = (0, 0)
        for missed in await hub().missed(last_id, client):
            place = max(place, missed.place)
            if missed.kind != ACCESS:
                yield _text(missed)
        async for event in _events(credential, client):
            if event is None:
                yield _text(ALIVE)
            elif event.kind == "resync" or event.id is None or event.place > place:
                place = event.place if event.kind == "resync" else place
                yield _text(event)


async def _events(credential: Credential, client: Client) -> AsyncIterator[Event | None]:
    """Events of `client`, None in silence, until the process stops or the session ends."""
    loop = asyncio.get_running_loop()
    recheck_at = loop.time() + RECHECK_SECONDS
    while True:
        event = await client.next(min(KEEP_ALIVE_SECONDS, max(recheck_at - loop.time(), 0)))
        if event is CLOSED:
            return
        has_changed = event is not None and event.kind == ACCESS
        if has_changed or loop.time() >= recheck_at:
            topics = await _topics_of(credential)
            if isinstance(topics, JsonResponse):
                return
            client.topics = topics
            recheck_at = loop.time() + RECHECK_SECONDS
        if not has_changed:
            yield event


@sync_to_async
def _topics_of(credential: Credential) -> frozenset[str] | JsonResponse:
    """The live topics of whom the credential speaks for, read afresh; the refusal when it is nobody."""
    try:
        user = user_of(credential, clock.now())
        return hooks.topics_of(user) if isinstance(user, User) else user
    finally:
        _release_connections()


def _release_connections() -> None:
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close()


def _text(event: Event) -> str:
    place = f"id: {event.id}\n" if event.id is not None else ""
    return f"{place}event: {event.kind}\ndata: {event.data}\n\n"
