"""Hints to the workers and to open pages: fast when they can be given, and never in anybody's way."""

import os
import signal
from typing import Any

import pytest
import redis
from celery import current_app
from celery.contrib.testing.worker import start_worker

from accounts.models import User
from config.servers import Redis
from notifications import redis_client as quick_redis
from notifications.live import publish, publishing
from notifications.models import ProcessTick
from notifications.outage import Outage
from notifications.outbox import hints
from notifications.outbox.store import Waiting
from notifications.services import notify
from tests.notifications.conftest import NOW, RecordingChannel, email_of, is_sent, notice, queued, until


def waiting(user: User, *, urgent: bool = False, is_retry: bool = False) -> Waiting:
    return Waiting(user.pk, urgent, is_retry)


@pytest.mark.django_db(transaction=True)
def test_a_committed_notification_is_hinted_to_its_queue(user: User, redis_client: redis.Redis) -> None:
    notify(notices=[notice(user, "a"), notice(user, "b", severity="severe")], now=NOW)

    task = "notifications.tasks.deliver_new"
    assert queued(redis_client) == {"critical": [task], "notify": [task], "retry": [], "bulk": []}


@pytest.mark.django_db(transaction=True)
def test_open_pages_hear_once_per_subject_and_nothing_personal(user: User, redis_client: redis.Redis) -> None:
    notify(notices=[notice(user, key, topics=["ward:1"]) for key in "ab"], now=NOW)

    [(_, entry)] = redis_client.xrange(publishing.STREAM)
    assert entry == {"topics": f"user:{user.pk} ward:1", "kind": "notification", "ids": '{"thing": "7"}'}


@pytest.mark.django_db
def test_repetitions_never_share_the_critical_queue(user: User, redis_client: redis.Redis) -> None:
    assert hints.hint([waiting(user, urgent=True, is_retry=True)])

    assert [queue for queue, tasks in queued(redis_client).items() if tasks] == ["retry"]


@pytest.mark.django_db
@pytest.mark.parametrize(("ids", "tasks"), [(1, 1), (25, 1), (26, 2), (500, 20), (4000, 20), (4001, 21)])
def test_what_one_worker_sends_at_once_travels_together_and_very_many_in_large_portions(
    user: User, redis_client: redis.Redis, ids: int, tasks: int
) -> None:
    hints.hint([waiting(user)] * ids)

    assert len(queued(redis_client)["notify"]) == tasks


def not_asked_again(*args: Any, **kwargs: Any) -> bool:
    raise AssertionError("a broker that is away is asked again")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("trouble", ["stopped", "frozen"])
def test_a_broker_in_trouble_delays_nobody_for_long_and_breaks_nothing(
    user: User, own_redis: Redis, trouble: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick_redis, "ANSWER_SECONDS", 0.4)
    quick_redis.impatient_redis.cache_clear()
    monkeypatch.setattr(hints, "outage", Outage(pause_seconds=600))
    monkeypatch.setattr(publishing, "outage", Outage(pause_seconds=600))
    hints.hint([waiting(user)])
    assert own_redis.process is not None
    if trouble == "stopped":
        own_redis.stop()
    else:
        os.kill(own_redis.process.pid, signal.SIGSTOP)

    [notification] = notify(notices=[notice(user)], now=NOW)
    is_remembered = not hints.outage.is_over
    monkeypatch.setattr(hints, "_send", not_asked_again)
    notify(notices=[notice(user, "second")], now=NOW)
    if own_redis.process is not None:
        os.kill(own_redis.process.pid, signal.SIGCONT)

    assert not notification.deliveries.exists()
    assert is_remembered


@pytest.mark.django_db
def test_pages_are_told_to_look_again_when_updates_were_lost(own_redis: Redis) -> None:
    own_redis.stop()
    publish(topics=["ward:1"], kind="case", ids={"case": "1"})
    own_redis.start()
    publishing.outage.end()
    publish(topics=["ward:1"], kind="case", ids={"case": "2"})

    entries = [
        entry for _, entry in redis.Redis.from_url(own_redis.url, decode_responses=True).xrange("live")
    ]
    assert [(entry["kind"], entry["topics"]) for entry in entries] == [("resync", "*"), ("case", "ward:1")]


@pytest.mark.django_db
def test_the_stream_is_kept_short(redis_client: redis.Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publishing, "KEPT", 100)
    for number in range(400):
        publish(topics=["ward:1"], kind="case", ids={"case": str(number)})

    assert 100 <= redis_client.xlen(publishing.STREAM) < 400


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_delivers_what_was_hinted_and_answers_the_canary(
    user: User, redis_client: redis.Redis, recording: type[RecordingChannel]
) -> None:
    with start_worker(current_app, perform_ping_check=False, shutdown_timeout=30, pool="solo"):
        [notification] = notify(notices=[notice(user)], now=NOW)
        assert hints.send_canary(now=NOW)
        until(lambda: is_sent(notification) and ProcessTick.objects.filter(pk="worker").exists())

    assert [m.delivery_id for m in recording.sent] == [email_of(notification).pk]
