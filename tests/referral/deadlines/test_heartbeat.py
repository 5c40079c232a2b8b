"""The engine's sign of life to an outside watchdog, a real HTTP server."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest

from notifications.models import ProcessTick
from referral.management.commands.run_engine import Heartbeat, Ticker
from tests.notifications.channels.provider import Provider, serving
from tests.notifications.conftest import until
from tests.world import NOW

SECOND = timedelta(seconds=1)


@pytest.fixture
def watchdog() -> Iterator[Provider]:
    with serving() as result:
        yield result


def test_the_watchdog_is_called_every_thirty_seconds_and_not_more_often(watchdog: Provider) -> None:
    heartbeat = Heartbeat(f"{watchdog.url}/beat")
    for second in (0, 1, 29, 30, 59, 61):
        heartbeat.beat(NOW + second * SECOND)
        heartbeat.finish()
    assert [asked.path for asked in watchdog.asked] == ["/beat"] * 3


def test_a_watchdog_that_hangs_holds_up_nobody_and_is_not_called_twice_at_once(watchdog: Provider) -> None:
    watchdog.behave = watchdog.hangs
    heartbeat = Heartbeat(watchdog.url)
    heartbeat.beat(NOW)
    assert heartbeat.is_calling
    heartbeat.beat(NOW + 31 * SECOND)
    until(lambda: len(watchdog.asked) == 1)
    watchdog.over.set()
    heartbeat.finish()
    assert len(watchdog.asked) == 1


@pytest.mark.parametrize("url", ["http://127.0.0.1:1", "http://[::1"])
def test_a_watchdog_that_is_not_there_is_only_logged(url: str, caplog: pytest.LogCaptureFixture) -> None:
    heartbeat = Heartbeat(url)
    with caplog.at_level(logging.WARNING):
        heartbeat.beat(NOW)
        heartbeat.finish()
    assert not heartbeat.is_calling
    assert "engine.heartbeat_failed" in caplog.text


def test_without_an_address_nobody_is_called() -> None:
    heartbeat = Heartbeat(None)
    heartbeat.beat(NOW)
    assert not heartbeat.is_calling


@pytest.mark.django_db
def test_operators_see_the_longest_lag_of_each_second() -> None:
    ticker = Ticker()
    seen = []
    for tenth, lag in ((0, 5), (3, 900), (6, 40), (10, 20), (15, 10)):
        ticker.note(NOW + tenth * SECOND / 10, lag=timedelta(milliseconds=lag))
        row = ProcessTick.objects.get(pk="engine")
        seen.append((row.at, row.lag / timedelta(milliseconds=1)))
    assert seen == [(NOW, 5)] * 3 + [(NOW + SECOND, 900)] * 2
