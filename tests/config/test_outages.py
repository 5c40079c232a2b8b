"""A Redis that is away costs speed, never an error page and never a long wait."""

from typing import Any

import pytest
import redis
from celery import current_app
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from kombu.exceptions import OperationalError
from pytest_django import Settings
from redis.connection import Connection

from config.cache import ForgivingRedisCache

GONE = "redis://127.0.0.1:1/0"


@pytest.fixture
def cache_without_redis(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> BaseCache:
    monkeypatch.setattr("config.cache.PAUSE_SECONDS", 600)
    monkeypatch.setattr(ForgivingRedisCache, "outages", {})
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": GONE}}
    return caches["default"]


def test_the_cache_counts_while_redis_is_there() -> None:
    cache = caches["default"]
    cache.set("counter", 1)
    assert cache.incr("counter") == 2
    cache.delete("counter")
    assert cache.get("counter") is None


def test_the_cache_of_every_request_asks_by_the_same_client_and_connection(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[redis.Redis] = []
    connected: list[Connection] = []
    connect = Connection._connect

    class Counted(redis.Redis):
        def __init__(self, **given: Any) -> None:
            super().__init__(**given)
            made.append(self)

    monkeypatch.setattr(ForgivingRedisCache, "clients", {})
    monkeypatch.setattr(redis, "Redis", Counted)
    monkeypatch.setattr(Connection, "_connect", lambda self: connected.append(self) or connect(self))
    for _request in range(3):
        cache = ForgivingRedisCache(settings.REDIS_URL, {})
        cache.set("counter", 1)
        assert (cache.get("counter"), cache.incr("counter")) == (1, 2)
        cache.delete("counter")
    assert (len(made), len(connected)) == (1, 1)


def test_a_connection_that_redis_has_closed_is_made_anew(settings: Settings) -> None:
    cache = ForgivingRedisCache(settings.REDIS_URL, {})
    cache.set("counter", 1)
    redis.Redis.from_url(settings.REDIS_URL).execute_command(
        "CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"
    )
    assert (cache.get("counter"), cache.outage.is_over) == (1, True)


def test_the_cache_is_empty_and_asks_once_while_redis_is_away(
    cache_without_redis: BaseCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    connect = Connection.connect
    monkeypatch.setattr(Connection, "connect", lambda self: asked.append(self) or connect(self))
    cache_without_redis.set("counter", 1)
    assert cache_without_redis.get("counter") is None
    assert cache_without_redis.get("counter", 7) == 7
    assert cache_without_redis.add("counter", 1) is True
    assert cache_without_redis.incr("counter") == 1
    assert cache_without_redis.get_many(["counter"]) == {}
    assert cache_without_redis.has_key("counter") is False
    assert cache_without_redis.delete("counter") is False
    assert len(asked) == 1


def test_a_hint_that_cannot_be_sent_fails_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def waits(seconds: float) -> None:
        raise AssertionError(f"it waits {seconds} s to try again")

    monkeypatch.setattr("kombu.utils.functional.sleep", waits)
    with current_app.connection_for_write(GONE) as connection, pytest.raises(OperationalError):
        current_app.send_task("nothing", connection=connection, retry=False)


def test_a_task_that_a_dead_worker_held_comes_back_before_long() -> None:
    conf = current_app.conf
    assert conf.task_acks_late and conf.task_reject_on_worker_lost
    assert conf.worker_prefetch_multiplier == 1
    assert (
        conf.task_soft_time_limit < conf.task_time_limit < conf.broker_transport_options["visibility_timeout"]
    )


def test_beat_leaves_no_backlog_of_hints() -> None:
    current_app.loader.import_default_modules()
    for entry in current_app.conf.beat_schedule.values():
        assert entry["options"]["expires"] <= entry["schedule"]
        assert entry["task"] in current_app.tasks
