"""One real PostgreSQL and one real Redis for the whole run, shared by its workers."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import django
import pytest

from config import embedded


def _start_servers() -> None:
    data = Path(tempfile.mkdtemp(prefix="aclf-test-"))
    servers = embedded.Servers(data, durable=False)

    def remove() -> None:
        servers.stop()
        shutil.rmtree(data, ignore_errors=True)

    servers.acquire()
    atexit.register(remove)
    try:
        servers.start()
    except embedded.EmbeddedError as error:
        pytest.exit(str(error), returncode=3)
    for name in [name for name in os.environ if name.startswith("ACLF_")]:
        del os.environ[name]
    os.environ.update(
        embedded.DEMO_ENVIRONMENT | embedded.keys(data) | servers.addresses | {"ACLF_MODE": "test"}
    )


def _use_own_redis_database() -> None:
    """Redis's counterpart of the database per worker that pytest-django makes in PostgreSQL."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker.startswith("gw"):
        base, _, _ = os.environ["REDIS_URL"].rpartition("/")
        os.environ["REDIS_URL"] = f"{base}/{int(worker.removeprefix('gw')) + 1}"


# At import, before any test module or nested conftest touches a model; the workers inherit the environment.
if "PYTEST_XDIST_WORKER" not in os.environ:
    _start_servers()
_use_own_redis_database()
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
django.setup()
# A worker that inherited this would read the settings before it has chosen its own Redis database.
del os.environ["DJANGO_SETTINGS_MODULE"]
