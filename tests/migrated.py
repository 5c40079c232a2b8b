"""The migrated database that a run of the tests begins with, kept in .data until what makes it changes."""

import hashlib
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import psycopg

from config.embedded import ROOT, Servers
from config.servers import Postgres

KEPT = ROOT / ".data" / "migrated"
MADE_FROM = (
    *("uv.lock", "tests/migrated.py", "config/servers.py", "config/settings.py"),
    *("*/migrations/*.py", "scoring/models_data/*"),
)
"""Files that decide what stands in the database: servers, tables, models that come with the product."""
PARTS = ("postgres", "postgres.password")


def start_migrated(servers: Servers) -> None:
    """Start both servers, whose folder is new, over a database in which all migrations have run.

    Without a kept one, or when a migration has changed since, it is made, and kept for later runs.
    """
    kept = KEPT / _fingerprint()
    if kept.exists():
        _copy(kept, servers.data)
        servers.start()
        return
    servers.start()
    migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
    subprocess.run(migrate, cwd=ROOT, env=os.environ | servers.addresses, check=True)
    _allow_to_tidy_up(servers.postgres)
    servers.postgres.stop()
    _keep(servers.data, kept)
    servers.postgres.start()


def _allow_to_tidy_up(server: Postgres) -> None:
    """Between tests the product's rules sleep; the product itself may not put them to sleep."""
    superuser = server.url.replace(f"//{server.user}:", f"//{server.superuser}:")
    with psycopg.connect(superuser) as connection:
        connection.execute(f"GRANT SET ON PARAMETER session_replication_role TO {server.user}")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for file in sorted(file for pattern in MADE_FROM for file in ROOT.glob(pattern) if file.is_file()):
        digest.update(f"{file.relative_to(ROOT)}\0{file.stat().st_size}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _keep(made: Path, kept: Path) -> None:
    """Keep a copy, whole or not at all, in the place of earlier ones.

    They are moved before they are deleted: whoever is killed leaves nothing that looks whole and is not.
    """
    KEPT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=KEPT.parent) as aside:
        whole = Path(aside) / "whole"
        whole.mkdir()
        _copy(made, whole)
        for earlier in KEPT.iterdir():
            earlier.rename(Path(aside) / earlier.name)
        with suppress(OSError):  # another run, begun at the same time, has kept the same
            whole.rename(kept)


def _copy(source: Path, target: Path) -> None:
    """Copy the parts of a data folder with their owners."""
    parts = [str(source / part) for part in PARTS]
    subprocess.run(["/bin/cp", "-a", *parts, str(target)], check=True)
