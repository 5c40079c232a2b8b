"""The whole product on servers of its own: its processes, the servers, the receiving ends, and its clock."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import django
from django.db import connection

from config import embedded
from config.servers import free_port
from config.spawning import before_exec
from tests.chaos import receivers
from tests.chaos.faults import Faults
from tests.chaos.nursery import WORKER, Nursery
from tests.migrated import start_migrated

ROOT = Path(__file__).resolve().parent.parent.parent
QUEUES = ("--queues", "critical,notify,retry,bulk,files", "--without-gossip", "--without-mingle")
LISTENER_PORT = free_port()
COMMANDS = {
    "engine": ("run_engine",),
    "delivery": ("run_delivery",),
    "worker": (WORKER, *QUEUES, "--pool", "solo"),
    "once": ("run_engine", "--once"),
    "listener": ("receive_hl7", "--port", str(LISTENER_PORT)),
    "pool": (WORKER, *QUEUES, "--concurrency", "2"),
}
WHOLE = Faults()
VOICE_SECRET = "shared-with-the-carrier"
END_SECONDS = 20.0
WEB_START_SECONDS = 60.0


@dataclass
class Platform:
    """Processes go by a name that begins with what they are: "engine", "engine 2", "worker"."""

    servers: embedded.Servers
    nursery: Nursery
    mailbox: receivers.Mailbox
    honouring: receivers.Honouring
    honouring_port: int
    marks_before_sending: bool
    pids: dict[str, int] = field(default_factory=dict)
    web: subprocess.Popen[bytes] | None = None
    web_port: int = 0
    kills: int = 0

    @property
    def address(self) -> str:
        """Where the receiver with keys listens."""
        return f"http://127.0.0.1:{self.honouring_port}/"

    def start(self, *names: str, faults: Faults = WHOLE) -> None:
        if self.marks_before_sending:
            faults = Faults(faults.dies, faults.nth, faults.clock_off, marks_before_sending=True)
        for name in names:
            log = self.servers.data / f"{name.replace(' ', '-')}.log"
            self.pids[name] = self.nursery.start(COMMANDS[name.split()[0]], faults, log)

    def kill(self, name: str) -> None:
        """SIGKILL to the process and what it started."""
        self.kills += 1
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pids[name], signal.SIGKILL)
        self.await_end(name)

    def restart(self, name: str) -> None:
        self.kill(name)
        self.start(name)

    def await_end(self, name: str, seconds: float = END_SECONDS) -> int | None:
        """Its exit status once it has ended by itself; None when it runs on, and is then stopped."""
        pid = self.pids[name]
        until(lambda: self.nursery.status(pid) is not None, seconds)
        status = self.nursery.status(pid)
        if status is None:
            os.killpg(pid, signal.SIGKILL)
            until(lambda: self.nursery.status(pid) is not None, END_SECONDS)
        del self.pids[name]
        return status

    def await_death(self, name: str, seconds: float = END_SECONDS) -> bool:
        """Whether it killed itself at the point where it was told to."""
        died = self.await_end(name, seconds) == -signal.SIGKILL
        self.kills += died
        return died

    def dead(self) -> list[str]:
        """Processes that ended although nobody killed them."""
        return [name for name, pid in self.pids.items() if self.nursery.status(pid) is not None]

    def stop_all(self) -> None:
        """End every process at once: no leave is taken."""
        for pid in self.pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
        for name in list(self.pids):
            self.await_end(name)
        self.kill_web()

    def start_web(self) -> None:
        self.web_port = self.web_port or free_port()
        with (self.servers.data / "web.log").open("ab") as log:
            self.web = subprocess.Popen(
                [sys.executable, "-m", "config.web", "--port", str(self.web_port)],
                cwd=ROOT,
                env=os.environ | {"PYTHONPYCACHEPREFIX": str(self.servers.data / "bytecode")},
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=before_exec(signal.SIGKILL),
            )

    def kill_web(self) -> None:
        if self.web is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait()
            self.web = None

    @contextlib.contextmanager
    def redis_frozen(self) -> Iterator[None]:
        """Connections stay open and nothing answers."""
        process = self.servers.redis.process
        assert process is not None
        process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            process.send_signal(signal.SIGCONT)

    def restart_postgres(self, *, crash: bool) -> None:
        """Stop PostgreSQL, orderly or by SIGKILL, and start it again over what is left."""
        connection.close()
        process = self.servers.postgres.process
        if crash and process is not None:
            process.kill()
            process.wait()
        self.servers.postgres.stop()
        self.servers.postgres.start()


def until(holds: Callable[[], bool], seconds: float, *, poll_every: float = 0.05) -> bool:
    """Wait until something holds; whether it does."""
    deadline = time.monotonic() + seconds
    while not (held := holds()) and time.monotonic() < deadline:
        time.sleep(poll_every)
    return held


@contextlib.contextmanager
def platform(*, marks_before_sending: bool) -> Iterator[Platform]:
    """Servers, migrated database, receivers; no process of the product runs yet."""
    data = Path(tempfile.mkdtemp(prefix="aclf-chaos-"))
    servers = embedded.Servers(data)
    servers.acquire()
    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, data, ignore_errors=True)
        stack.callback(servers.stop)
        mail_port, honouring_port = free_port(), free_port()
        _set_environment(data, mail_port, honouring_port)
        start_migrated(servers)
        os.environ.update(servers.addresses | {"DJANGO_SETTINGS_MODULE": "tests.chaos.settings"})
        django.setup()
        nursery = Nursery()
        running = Platform(
            servers,
            nursery,
            receivers.Mailbox(),
            receivers.Honouring(),
            honouring_port,
            marks_before_sending,
        )
        stack.enter_context(receivers.smtp(running.mailbox, mail_port))
        stack.enter_context(receivers.http(running.honouring, honouring_port))
        stack.callback(connection.close)
        stack.callback(running.stop_all)
        yield running


def _set_environment(data: Path, mail_port: int, honouring_port: int) -> None:
    for name in [name for name in os.environ if name.startswith("ACLF_")]:
        del os.environ[name]
    os.environ.update(
        embedded.DEMO_ENVIRONMENT
        | embedded.keys(data)
        | embedded.files_folder(data)
        | {
            "ACLF_MODE": "test",
            "ACLF_LOG_LEVEL": "WARNING",
            "ACLF_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "ACLF_PRIVATE_NETWORKS": "127.0.0.0/8",
            "ACLF_VOICE_PROVIDER": "generic",
            "ACLF_VOICE_URL": f"http://127.0.0.1:{honouring_port}/",
            "ACLF_VOICE_SECRET": VOICE_SECRET,
        }
    )


def forward(by: timedelta) -> None:
    """Move the product's clock."""
    from django.db import transaction

    from accounts import clock

    with transaction.atomic():
        clock.forward(by)
