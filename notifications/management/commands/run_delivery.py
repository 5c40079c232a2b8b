import signal
import threading
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections

from accounts import clock
from notifications.delivery.sweeper import Sweeper

log = structlog.get_logger(__name__)

PAUSE_SECONDS = 1.0


class Command(BaseCommand):
    requires_system_checks = []
    help = (
        "Watch over the outbox: remind the workers of what waits, and deliver it here while they cannot be "
        "reached. Any number may run."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        sweeper = Sweeper(must_stop=stop.is_set)
        log.info("delivery_started")
        while not stop.is_set():
            if not _cycle(sweeper):
                stop.wait(PAUSE_SECONDS)
        log.info("delivery_stopped")


def _cycle(sweeper: Sweeper) -> bool:
    close_old_connections()
    try:
        return sweeper.cycle(clock.now())
    except (OperationalError, InterfaceError) as error:
        log.warning("database_unreachable", error=type(error).__name__)
        return False
