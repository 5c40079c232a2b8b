"""The second net: what was hinted in vain goes out all the same."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import redis
from django.db import connection
from structlog.testing import capture_logs

from accounts import clock
from accounts.models import User
from config.servers import Redis
from notifications import selectors
from notifications.delivery.sweeper import Sweeper
from notifications.models import ProcessTick
from notifications.outbox import store
from notifications.outbox.store import LEASE, NEXT_REMINDER
from notifications.services import notify, tick
from tests.notifications.conftest import NOW, RecordingChannel, is_sent, notice, queued, until
from tests.notifications.smtp import Mailbox, smtp_server

CANARY = "notifications.tasks.canary"
DELIVER, DELIVER_NEW = "notifications.tasks.deliver", "notifications.tasks.deliver_new"
CUT_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
"""
pytestmark = pytest.mark.django_db


def hinted(client: redis.Redis) -> list[list[str]]:
    """The ids that the workers are asked to deliver."""
    tasks = [json.loads(raw) for raw in client.lrange("notify", 0, -1)]
    return [
        json.loads(base64.b64decode(task["body"]))[0][0]
        for task in tasks
        if task["headers"]["task"] in (DELIVER, DELIVER_NEW)
    ]


class Stage:
    """A sweeper whose seconds pass by hand, on a clock that had run before."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.sweeper = Sweeper(monotonic=lambda: 7000 + self.seconds)

    def cycle(self, at: float) -> bool:
        self.seconds = at
        return self.sweeper.cycle(NOW + timedelta(seconds=at))


@pytest.fixture
def stage() -> Stage:
    return Stage()


def test_what_waits_for_five_seconds_is_hinted_again_but_not_every_second(
    user: User, stage: Stage, redis_client: redis.Redis
) -> None:
    notify(notices=[notice(user)], now=NOW)
    counts = []
    for second in (1, 4.9, 5, 6, 20, 5 + NEXT_REMINDER.total_seconds()):
        stage.cycle(second)
        counts.append(queued(redis_client)["notify"].count(DELIVER_NEW))

    assert counts == [0, 0, 1, 1, 1, 2]


def test_workers_are_reminded_of_five_hundred_at_most_at_once(
    user: User, stage: Stage, redis_client: redis.Redis
) -> None:
    notify(notices=[notice(user, str(number)) for number in range(501)], now=NOW)
    redis_client.delete("notify")
    reminded = []
    for second in (5, 6, 7):
        stage.cycle(second)
        reminded.append(sum(len(ids) for ids in hinted(redis_client)))
        redis_client.delete("notify")
    assert reminded == [500, 1, 0]


def test_an_expired_lease_and_a_due_repetition_are_hinted_at_once(
    user: User, stage: Stage, redis_client: redis.Redis
) -> None:
    notify(notices=[notice(user, key) for key in "ab"], now=NOW)
    _, postponed = store.open_deliveries(limit=2, now=NOW)
    store.postpone(postponed, until=NOW + timedelta(seconds=50), error="busy")

    stage.cycle(49)
    assert queued(redis_client)["retry"] == []
    stage.cycle(50)
    assert queued(redis_client)["retry"] == [DELIVER]
    tick(name="worker", now=NOW + LEASE)
    stage.cycle(LEASE.total_seconds())
    assert queued(redis_client)["retry"] == [DELIVER, DELIVER]


def test_a_broker_out_of_reach_for_ten_seconds_makes_the_sweeper_deliver_until_it_is_back(
    user: User, stage: Stage, own_redis: Redis, recording: type[RecordingChannel]
) -> None:
    stage.cycle(0)
    own_redis.stop()
    notify(notices=[notice(user, "a")], now=NOW)

    assert not stage.cycle(9.9)
    assert recording.sent == []
    assert stage.cycle(10)
    assert len(recording.sent) == 1

    own_redis.start()
    notify(notices=[notice(user, "b")], now=NOW)
    assert not stage.cycle(11)
    assert len(recording.sent) == 1


def test_workers_that_answer_no_canary_are_replaced_until_they_do(
    user: User, stage: Stage, redis_client: redis.Redis, recording: type[RecordingChannel]
) -> None:
    notify(notices=[notice(user, "a")], now=NOW)
    stage.cycle(0)
    stage.cycle(59)
    assert recording.sent == []
    stage.cycle(61)
    assert len(recording.sent) == 1

    tick(name="worker", now=NOW + timedelta(seconds=62))
    notify(notices=[notice(user, "b")], now=NOW + timedelta(seconds=62))
    stage.cycle(63)
    assert len(recording.sent) == 1
    stage.cycle(130)
    assert len(recording.sent) == 2


def test_workers_have_a_minute_to_show_themselves_first_and_between_two_signs_of_life(
    user: User, stage: Stage, redis_client: redis.Redis, recording: type[RecordingChannel]
) -> None:
    delivered = []
    for second, seen in ((59.9, None), (60, None), (61, 61), (121, None), (121.1, None)):
        if seen:
            tick(name="worker", now=NOW + timedelta(seconds=seen))
        notify(notices=[notice(user, str(second))], now=NOW)
        before = len(recording.sent)
        stage.cycle(second)
        delivered.append(len(recording.sent) > before)
    assert delivered == [False, True, False, False, True]


def test_while_the_sweeper_delivers_it_goes_on_at_once_as_long_as_there_is_something(
    user: User, stage: Stage, redis_client: redis.Redis, recording: type[RecordingChannel]
) -> None:
    notify(notices=[notice(user, "a")], now=NOW)
    with capture_logs() as logs:
        assert [stage.cycle(second) for second in (0, 60, 61)] == [False, True, False]
        tick(name="worker", now=NOW + timedelta(seconds=62))
        stage.cycle(62)
        stage.cycle(63)
    said = [line["event"] for line in logs if line["event"].startswith("delivery_")]
    assert said == ["delivery_without_workers", "delivery_by_workers_again"]


def test_a_canary_is_sent_every_fifteen_seconds(stage: Stage, redis_client: redis.Redis, db: None) -> None:
    for second in (0, 1, 14, 15, 16, 30):
        stage.cycle(second)

    assert queued(redis_client)["notify"].count(CANARY) == 3


def test_the_sweeper_leaves_a_sign_of_life_and_says_how_late_delivery_is(
    user: User, stage: Stage, redis_client: redis.Redis
) -> None:
    notify(notices=[notice(user)], now=NOW)
    stage.cycle(4)

    mark = ProcessTick.objects.get(pk="delivery")
    assert (mark.at, mark.lag) == (NOW + timedelta(seconds=4), timedelta(seconds=4))


@pytest.fixture
def run_delivery() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start the real command on the test's database."""
    started: list[subprocess.Popen[bytes]] = []

    def run(**environment: str) -> subprocess.Popen[bytes]:
        base, _, _ = os.environ["DATABASE_URL"].rpartition("/")
        environ = os.environ | {"DATABASE_URL": f"{base}/{connection.settings_dict['NAME']}"} | environment
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.notifications.delivery_process"], env=environ
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.wait()


@pytest.mark.waits
@pytest.mark.django_db(transaction=True)
def test_without_a_broker_the_command_delivers_survives_a_lost_database_and_ends_on_sigterm(
    user: User, own_redis: Redis, run_delivery: Callable[..., subprocess.Popen[bytes]]
) -> None:
    own_redis.stop()
    mailbox = Mailbox()
    with smtp_server(mailbox) as port:
        process = run_delivery(REDIS_URL=own_redis.url, ACLF_EMAIL_URL=f"smtp://127.0.0.1:{port}")
        [first] = notify(notices=[notice(user, "a")], now=clock.now())
        until(lambda: is_sent(first), seconds=90)

        with connection.cursor() as cursor:
            cursor.execute(CUT_OTHERS)
        [second] = notify(notices=[notice(user, "b")], now=clock.now())
        until(lambda: is_sent(second))

        own_redis.start()
        notify(notices=[notice(user, "c")], now=clock.now())
        client = redis.Redis.from_url(own_redis.url, decode_responses=True)
        until(lambda: DELIVER_NEW in queued(client)["notify"])
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=120) == 0

    assert len(mailbox.received) == 2
    assert selectors.oldest_pending(clock.now()) > timedelta(0)
