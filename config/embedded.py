"""Real PostgreSQL and Redis in a local folder, for the demo and the tests; never in production."""

import atexit
import fcntl
import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote

from config.keys import make
from config.servers import START_SECONDS, EmbeddedError, Postgres, Redis

ROOT = Path(__file__).resolve().parent.parent
DEMO_ENVIRONMENT = {
    "ACLF_MODE": "demo",
    "ACLF_EMAIL_URL": "smtp://127.0.0.1:8025",
    "ACLF_EMAIL_FROM": "aclf@demo.example",
}


def data_folder() -> Path:
    return Path(os.environ.get("ACLF_DATA") or ROOT / ".data" / "demo").resolve()


class Servers:
    """Both servers over one data folder, held by one process at a time: a lock that its death releases."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data
        self.postgres = Postgres(data / "postgres", durable=durable)
        self.redis = Redis(data / "redis", durable=durable)

    def acquire(self) -> bool:
        """Take the data folder; False when another process holds it."""
        self.data.mkdir(parents=True, exist_ok=True)
        self._lock = (self.data / "lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._published.unlink(missing_ok=True)
        return True

    def start(self, **more: str) -> None:
        """Start both and let other processes of this machine's user join, with `more` of the environment."""
        self.postgres.start()
        self.redis.start()
        self._published.touch(mode=0o600)
        self._published.write_text(json.dumps(self.addresses | more))

    def stop(self) -> None:
        self._published.unlink(missing_ok=True)
        self.redis.stop()
        self.postgres.stop()
        self._lock.close()

    def join(self) -> dict[str, str]:
        """The environment that the holder of the data folder published; holds off a patient holder's stop."""
        self._guest_lock(fcntl.LOCK_SH)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                return dict(json.loads(self._published.read_text()))
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(0.1)
        raise EmbeddedError(
            f"Another process holds {self.data} but has started no servers: end it and try again."
        )

    def stop_after_guests(self) -> None:
        self._guest_lock(fcntl.LOCK_EX)
        self.stop()

    def _guest_lock(self, kind: int) -> None:
        self._guests = (self.data / "guests").open("w")
        fcntl.flock(self._guests, kind)

    @property
    def addresses(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}

    @property
    def _published(self) -> Path:
        return self.data / "environment.json"


def files_folder(data: Path) -> dict[str, str]:
    """The setting that keeps pictures and documents in this data folder."""
    return {"ACLF_FILES_URL": f"file://{quote(str(data / 'files'))}"}


def keys(data: Path) -> dict[str, str]:
    """The secret keys of this data folder, made on first use and kept beside the data they encrypt."""
    file = data / "keys.json"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(make()))
        new.rename(file)
    return dict(json.loads(file.read_text()))


def prepare_environment() -> None:
    """Fill in the environment of a demo command: join a running demo's servers, else run them meanwhile."""
    data = data_folder()
    servers = Servers(data)
    try:
        if servers.acquire():
            atexit.register(servers.stop_after_guests)
            servers.start()
            addresses = servers.addresses
        else:
            addresses = servers.join()
    except EmbeddedError as error:
        sys.exit(str(error))
    for name, value in (DEMO_ENVIRONMENT | keys(data) | files_folder(data) | addresses).items():
        os.environ.setdefault(name, value)
