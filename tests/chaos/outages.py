"""Neighbours that are away: Redis stopped, flushed, frozen; PostgreSQL restarted; hints in disorder."""

import time
from datetime import timedelta
from uuid import UUID

import redis
from django.conf import settings

from accounts import clock
from tests.chaos.platform import until
from tests.chaos.reckoning import rows, waiting
from tests.chaos.suite import Chaos, scenario

ALL = ("engine", "worker", "delivery")
COPIES_OF_A_HINT = 5
PENDING = "SELECT id, urgent FROM notifications_delivery WHERE state = 'pending'"
WORKER_HEARD = "SELECT at FROM notifications_processtick WHERE name = 'worker'"


@scenario("hints lost: Redis flushed", short=True)
def redis_flushed(chaos: Chaos) -> None:
    chaos.platform.start("engine")
    chaos.traffic.fall_due(chaos.pick(10, 200))
    until(lambda: waiting(clock.now())[0] == 0, 30)
    redis.Redis.from_url(settings.REDIS_URL).flushall()
    chaos.platform.start("worker", "delivery")


@scenario("Redis stopped, and started again")
def redis_stopped(chaos: Chaos) -> None:
    chaos.platform.start(*ALL)
    chaos.platform.servers.redis.stop()
    try:
        chaos.traffic.fall_due(40)
        chaos.expect("everything sent without Redis", chaos.all_sent)
    finally:
        chaos.platform.servers.redis.start()
    _workers_are_back(chaos)


@scenario("Redis frozen: it keeps connections and answers nothing")
def redis_frozen(chaos: Chaos) -> None:
    chaos.platform.start(*ALL)
    chaos.traffic.fall_due(40)
    time.sleep(0.3)
    with chaos.platform.redis_frozen():
        chaos.traffic.fall_due(40)
        chaos.expect("everything sent with Redis frozen", chaos.all_sent, seconds=120)
    _workers_are_back(chaos)


def _workers_are_back(chaos: Chaos) -> None:
    """A worker that lost its broker can look alive and consume nothing: it has to answer again."""
    since = clock.now()
    chaos.traffic.fall_due(40)
    chaos.expect(
        "a worker that answers after the outage", lambda: any(at > since for (at,) in rows(WORKER_HEARD))
    )


@scenario("PostgreSQL restarted, and killed")
def postgres_restarted(chaos: Chaos) -> None:
    chaos.platform.start("engine", "engine 2", "worker", "worker 2", "delivery")
    for crash in (False, True, False, True):
        chaos.traffic.fall_due(40, within=timedelta(seconds=1))
        time.sleep(chaos.random.uniform(0.5, 2))
        chaos.platform.restart_postgres(crash=crash)
        chaos.traffic.fall_due(10)


@scenario("hints doubled five times and in disorder", short=True)
def hints_in_disorder(chaos: Chaos) -> None:
    from notifications.outbox import hints
    from notifications.outbox.store import Waiting

    chaos.platform.start("engine")
    chaos.traffic.fall_due(chaos.pick(10, 100))
    until(lambda: waiting(clock.now())[0] == 0, 30)
    copies = [Waiting(UUID(str(key)), urgent) for key, urgent in rows(PENDING)] * COPIES_OF_A_HINT
    chaos.random.shuffle(copies)
    for start in range(0, len(copies), 7):
        hints.hint(copies[start : start + 7])
    chaos.platform.start("worker", "worker 2", "worker 3", "delivery")
