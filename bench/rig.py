"""The stage of a measurement: embedded servers over a folder of their own, a migrated database."""

import atexit
import os
import platform
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django

from config import embedded
from config.spawning import before_exec

SHOWN_SETTINGS = ("server_version", "shared_buffers", "fsync", "synchronous_commit", "full_page_writes")


START_SECONDS = 90


@cache
def start(**more: str) -> None:
    """Start PostgreSQL (durable, as in production) and Redis, and migrate, with `more` of the environment."""
    data = Path(tempfile.mkdtemp(prefix="aclf-bench-"))
    servers = embedded.Servers(data)

    def remove() -> None:
        servers.stop()
        shutil.rmtree(data, ignore_errors=True)

    servers.acquire()
    atexit.register(remove)
    servers.start()
    for name in [name for name in os.environ if name.startswith("ACLF_")]:
        del os.environ[name]
    os.environ.update(
        embedded.DEMO_ENVIRONMENT
        | embedded.keys(data)
        | servers.addresses
        | {"ACLF_MODE": "test", "ACLF_LOG_LEVEL": "WARNING", "ACLF_STATEMENT_TIMEOUT_SECONDS": "0"}
        | more
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def machine() -> dict[str, Any]:
    """The machine, and how busy it is with other things."""
    return {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
    }


def conditions() -> dict[str, Any]:
    """The machine and the database's settings."""
    from django.db import connection

    with connection.cursor() as cursor:
        shown = {}
        for name in SHOWN_SETTINGS:
            cursor.execute(f"SHOW {name}")
            shown[name] = cursor.fetchone()[0]
    return machine() | {"postgresql": shown}


def empty_broker() -> None:
    """Forget hints of earlier runs that nobody took."""
    import redis

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()


@contextmanager
def running(*commands: str) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes of the product, or of a measurement, each `python` with these words; killed afterwards."""
    started = [
        subprocess.Popen(
            [sys.executable, *command.split()],
            cwd=embedded.ROOT,
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGTERM),
        )
        for command in commands
    ]
    try:
        yield started
    finally:
        for process in started:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(what: str, holds: Callable[[], bool], seconds: float = START_SECONDS) -> None:
    """Wait until something holds. Raises TimeoutError."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
