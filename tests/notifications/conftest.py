"""A subject type of its own, and channels that can be told how to behave."""

import asyncio
import contextlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
import redis
from django.conf import settings as django_settings
from django.db.models import QuerySet
from django.test import AsyncClient, Client
from django.utils.translation import gettext

from accounts.models import User
from config.servers import Redis
from notifications import hooks
from notifications.channels.base import Channel, ChannelError, Message, Receipt
from notifications.live import publishing
from notifications.models import Delivery, Notification
from notifications.outbox import hints, store
from notifications.services import notify
from notifications.types import Notice, Rendered, Severity
from tests.notifications.pages import Open, Page

NOW = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
RECORDING = [
    "notifications.channels.inapp.InAppChannel",
    "tests.notifications.conftest.RecordingChannel",
    "tests.notifications.conftest.PagerChannel",
]


class RecordingChannel(Channel):
    """Stands where e-mail stands; keeps what it was given and does what `behave` says."""

    name = "email"
    label = "recording"
    is_of_account = is_floor = True
    sent: ClassVar[list[Message]] = []
    behave: ClassVar[Callable[[Message], Receipt]] = lambda message: Receipt("accepted")

    def send(self, message: Message) -> Receipt:
        type(self).sent.append(message)
        return type(self).behave(message)


class PagerChannel(RecordingChannel):
    name = "pager"
    label = "pager"
    is_of_account = is_floor = False
    sent: ClassVar[list[Message]] = []
    behave: ClassVar[Callable[[Message], Receipt]] = lambda message: Receipt("paged")


@dataclass
class Case:
    """What the room that notifies would answer."""

    entitled: bool = True
    audience: list[UUID] = field(default_factory=list)
    undeliverable: list[Notification] = field(default_factory=list)


def _render(kind: str, payload: Any, language: str) -> Rendered:
    return Rendered(
        title=f"{gettext('severe')} {kind} {payload.get('number', '')}", body="Body", url_path="/thing/7"
    )


def register_things(answers: Case) -> None:
    """Make the subject type of these tests known to this process."""
    hooks.register_subject(
        "thing",
        render=_render,
        still_entitled=lambda lines: {one.pk for one in lines} if answers.entitled else set(),
        next_recipients=lambda notification: answers.audience,
        undeliverable=lambda notification, now: answers.undeliverable.append(notification),
    )


@pytest.fixture(autouse=True)
def case() -> Iterator[Case]:
    answers = Case()
    register_things(answers)
    yield answers
    del hooks._subjects["thing"]


@pytest.fixture(autouse=True)
def _no_remembered_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever an earlier test of this process could not write, this one's pages need not make up for."""
    hints.outage.end()
    publishing.outage.end()
    monkeypatch.setattr(publishing, "_missed", False)


@pytest.fixture
def recording(settings: Any) -> Iterator[type[RecordingChannel]]:
    """E-mail replaced by a channel that records."""
    settings.NOTIFICATION_CHANNELS = RECORDING
    yield RecordingChannel
    for channel in (RecordingChannel, PagerChannel):
        channel.sent.clear()
    RecordingChannel.behave = lambda message: Receipt("accepted")
    PagerChannel.behave = lambda message: Receipt("paged")


@pytest.fixture
def own_redis(tmp_path_factory: pytest.TempPathFactory, settings: Any) -> Iterator[Redis]:
    """A Redis of this test alone, which it may stop, freeze and flush."""
    folder = tmp_path_factory.mktemp("own") / "redis"
    server = Redis(folder, durable=False)
    server.start()
    settings.REDIS_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def make_user(db: None) -> Callable[..., User]:
    def make(name: str = "wang", **changes: Any) -> User:
        return User.objects.create_user(f"{name}@example.org", name=name, **changes)

    return make


@pytest.fixture
def user(make_user: Callable[..., User]) -> User:
    return make_user()


def deliveries_of(*notifications: Notification) -> QuerySet[Delivery]:
    """Their deliveries; those that no worker has made yet are made and wait for one."""
    ids = [one.pk for one in notifications]
    store.release(store.open_deliveries(ids=ids, limit=len(ids), now=NOW), now=NOW)
    return Delivery.objects.filter(notification__in=ids)


def email_of(notification: Notification) -> Delivery:
    return deliveries_of(notification).get(channel="email")


def is_sent(notification: Notification) -> bool:
    """Whether somebody else has made and sent it."""
    return notification.deliveries.filter(channel="email", state="sent").exists()


def notice(user: User, key: str = "k", **changes: Any) -> Notice:
    fields: dict[str, Any] = {
        "dedup_key": key,
        "recipients": [user.pk],
        "subject_type": "thing",
        "subject_id": "7",
        "kind": "offer.acknowledge",
        "severity": Severity.WARNING,
        "payload": {"number": "C-7"},
    }
    return Notice(**(fields | changes))


def new_notification(user: User, **changes: Any) -> Notification:
    """The stored row of a notice at NOW."""
    return notify(notices=[notice(user, **changes)], now=NOW)[0]


def fails(*, permanent: bool = False, retry_after: timedelta | None = None) -> Callable[[Message], Receipt]:
    """How a channel behaves whose provider refuses."""

    def behave(message: Message) -> Receipt:
        raise ChannelError("421 try later", permanent=permanent, retry_after=retry_after)

    return behave


QUEUES = ("critical", "notify", "retry", "bulk")


@pytest.fixture
def redis_client() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True)
    client.delete(publishing.STREAM, *QUEUES)
    yield client
    client.delete(publishing.STREAM, *QUEUES)
    client.close()


def reading(client: redis.Redis) -> int:
    """How many readers wait for the live stream of this test's Redis database."""
    own = str(client.get_connection_kwargs()["db"])
    return len([row for row in client.client_list() if row["cmd"] == "xread" and row["db"] == own])


def queued(client: redis.Redis) -> dict[str, list[str]]:
    return {
        queue: [json.loads(raw)["headers"]["task"] for raw in client.lrange(queue, 0, -1)] for queue in QUEUES
    }


class Topics(dict[str, set[str]]):
    """The live topics of each user, by name, and how often they were asked for."""

    asked = 0

    def of(self, user: User) -> set[str]:
        self.asked += 1
        return self[user.name]

    async def are_asked(self, times: int) -> None:
        """Wait until they were asked for so many times from now on."""
        enough = self.asked + times
        await asyncio.to_thread(until, lambda: self.asked >= enough)


@pytest.fixture
def topics(monkeypatch: pytest.MonkeyPatch) -> Topics:
    """Only the topics that a test gives."""
    given = Topics(wang={"ward:1", "network:9"}, li={"hospital:2"})
    monkeypatch.setattr(hooks, "_topics", [given.of])
    return given


@pytest.fixture
def stream() -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(django_settings.REDIS_URL, decode_responses=True)
    client.delete(publishing.STREAM)
    yield client
    client.delete(publishing.STREAM)
    client.close()


@pytest.fixture
def open_page(user: User) -> Open:
    """Open the stream as a signed-in user, as a browser would."""

    @contextlib.asynccontextmanager
    async def opened(
        by: User = user,
        last_id: str | None = None,
        session: Client | None = None,
        token: dict[str, str] | None = None,
    ) -> AsyncIterator[Page]:
        client = AsyncClient()
        if token is None and session is None:
            await client.aforce_login(by)
        elif session is not None:
            client.cookies = session.cookies
        headers = {**(token or {}), **({"last-event-id": last_id} if last_id is not None else {})}
        response = await client.get("/live", headers=headers)
        assert response.status_code == 200
        page = Page(aiter(response.streaming_content))
        yield page
        await page.close()

    return opened


def until(condition: Callable[[], bool], seconds: float = 120) -> None:
    """Wait for other processes or threads."""
    pause, deadline = threading.Event(), time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        pause.wait(0.05)
