"""The second net under delivery: reminds the workers, and does their work while they cannot be reached."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from notifications import selectors, services
from notifications.delivery.send import deliver
from notifications.outbox import hints, store

log = structlog.get_logger(__name__)

REMINDERS = 500
CANARY_SECONDS = 15.0
BROKER_PATIENCE_SECONDS = 10.0
WORKER_PATIENCE = timedelta(seconds=60)


class Sweeper:
    """One of any number of equal sweepers. `cycle` is called about once a second."""

    def __init__(
        self,
        *,
        must_stop: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._must_stop, self._monotonic = must_stop, monotonic
        self._started = monotonic()
        self._broker_seen = monotonic()
        self._canary_sent = float("-inf")
        self._delivers = False

    def cycle(self, now: datetime) -> bool:
        """Remind or deliver once. True when there may be more to do at once."""
        services.tick(name="delivery", now=now, lag=selectors.oldest_pending(now))
        is_reachable = hints.is_reachable()
        if is_reachable:
            self._broker_seen = self._monotonic()
            self._send_canary(now)
        self._switch(self._must_deliver(now))
        if self._delivers:
            return deliver(now=now, must_stop=self._must_stop) > 0
        if is_reachable:
            hints.hint(store.remind(limit=REMINDERS, now=now))
        return False

    def _send_canary(self, now: datetime) -> None:
        if self._monotonic() - self._canary_sent >= CANARY_SECONDS and hints.send_canary(now=now):
            self._canary_sent = self._monotonic()

    def _must_deliver(self, now: datetime) -> bool:
        if self._monotonic() - self._broker_seen >= BROKER_PATIENCE_SECONDS:
            return True
        # A worker can look alive and consume nothing; only an answered canary counts.
        if self._monotonic() - self._started < WORKER_PATIENCE.total_seconds():
            return False
        silence = selectors.tick_age("worker", now)
        return silence is None or silence > WORKER_PATIENCE

    def _switch(self, delivers: bool) -> None:
        if delivers != self._delivers:
            log.warning("delivery_without_workers" if delivers else "delivery_by_workers_again")
        self._delivers = delivers
