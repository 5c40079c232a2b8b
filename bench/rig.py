"""The stage of a measurement: embedded servers over a folder of their own, a migrated database."""

import atexit
import os
import platform
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import django

from config import embedded

SHOWN_SETTINGS = ("server_version", "shared_buffers", "fsync", "synchronous_commit", "full_page_writes")


@cache
def start() -> None:
    """Start PostgreSQL (durable, as in production) and Redis, and migrate; once per process."""
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
    )
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def conditions() -> dict[str, Any]:
    """The machine and the database's settings, and how busy the machine is with other things."""
    from django.db import connection

    with connection.cursor() as cursor:
        shown = {}
        for name in SHOWN_SETTINGS:
            cursor.execute(f"SHOW {name}")
            shown[name] = cursor.fetchone()[0]
    return {
        "cores": os.cpu_count(),
        "load_average": round(os.getloadavg()[0], 1),
        "python": platform.python_version(),
        "postgresql": shown,
    }


def empty_broker() -> None:
    """Forget hints of earlier runs that nobody took."""
    import redis

    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()
