import logging
import signal
import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection

from accounts import clock
from notifications.services import tick
from referral.deadlines import engine

LONGEST_SLEEP_SECONDS = 1.0
TICK_EVERY = timedelta(seconds=1)
HEARTBEAT_EVERY = timedelta(seconds=30)
HEARTBEAT_SECONDS = 2.0
log = logging.getLogger(__name__)


class Command(BaseCommand):
    """The deadline engine's process. Any number may run; one that dies leaves nothing half done."""

    requires_system_checks = []
    help = "Run the deadline engine until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--once", action="store_true", help="run one cycle and stop")

    def handle(self, *args: Any, once: bool, **options: Any) -> None:
        clock.refuse_stored_offset()
        stop = threading.Event()
        if not once:
            for name in (signal.SIGTERM, signal.SIGINT):
                signal.signal(name, lambda *_: stop.set())
        heartbeat, ticker = Heartbeat(settings.HEARTBEAT_URL), Ticker()
        log.info("engine.started")
        while not stop.is_set():
            pause = self.cycle(heartbeat, ticker)
            if once:
                heartbeat.finish()
                return
            stop.wait(pause)
        log.info("engine.stopped")

    def cycle(self, heartbeat: "Heartbeat", ticker: "Ticker") -> float:
        """One cycle; returns seconds to sleep. While the database is away, tries again every second."""
        try:
            now = clock.now()
            fired = engine.fire_due(now)
            if fired:
                log.info("engine.fired", extra={"deadlines": fired})
            heartbeat.beat(now)
            after = clock.now()
            if ticker.note(now, lag=after - now):
                engine.confirm_admissions(now)
            return engine.seconds_until_next(after, LONGEST_SLEEP_SECONDS)
        except (DatabaseError, InterfaceError) as error:
            log.warning("engine.database_away", extra={"error": type(error).__name__})
            connection.close()
            return LONGEST_SLEEP_SECONDS


class Ticker:
    """Signs of life for the operators, at most one a second, with the longest lag since the one before.

    Each is a commit of its own, which a deadline that falls due meanwhile would have to wait for.
    """

    def __init__(self) -> None:
        self._at: datetime | None = None
        self._longest = timedelta(0)

    def note(self, now: datetime, *, lag: timedelta) -> bool:
        """A cycle that began at `now` took `lag`; whether that was written down."""
        self._longest = max(self._longest, lag)
        if self._at is not None and now - self._at < TICK_EVERY:
            return False
        tick(name="engine", now=now, lag=self._longest)
        self._at, self._longest = now, timedelta(0)
        return True


class Heartbeat:
    """Calls an outside watchdog, at most every 30 s, so that silence is noticed from outside.

    In a thread of its own: a watchdog that hangs must not hold up a deadline.
    """

    def __init__(self, url: str | None) -> None:
        self.url = url
        self.last: datetime | None = None
        self._call: threading.Thread | None = None

    def beat(self, now: datetime) -> None:
        if not self.url or (self.last is not None and now - self.last < HEARTBEAT_EVERY) or self.is_calling:
            return
        self.last = now
        self._call = threading.Thread(target=_call, args=[self.url], daemon=True)
        self._call.start()

    @property
    def is_calling(self) -> bool:
        return self._call is not None and self._call.is_alive()

    def finish(self) -> None:
        """Wait for a call under way."""
        if self._call is not None:
            self._call.join(HEARTBEAT_SECONDS)


def _call(url: str) -> None:
    # An engine without a heartbeat has no use for an HTTP client: 3 MB, and a tenth of a second at its start.
    import httpx

    try:
        httpx.post(url, timeout=HEARTBEAT_SECONDS)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        log.warning("engine.heartbeat_failed", extra={"error": type(error).__name__})
