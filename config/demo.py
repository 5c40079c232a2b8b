"""`make demo`: the whole product in the foreground, on real servers, until Ctrl-C.

Starts the embedded servers, brings the database up to date, seeds it once, then runs every line of the
Procfile and a mail server. What dies is started again, and the log says so.
"""

import contextlib
import itertools
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from config import embedded
from config.servers import EmbeddedError, Server, free_port
from config.spawning import before_exec

BIN = Path(sys.executable).parent
COLOURS = (36, 33, 32, 35, 34, 31)
STOP_SECONDS = 8
LET_GO_SECONDS = 4
READY_SECONDS = 120
QUICK_DEATH_SECONDS = 5
QUICK_DEATHS_ALLOWED = 5
BOLD = 1
OF_ANOTHER_VERSION = (
    "The demo's data was made by another version of the product. `make demo-reset` forgets it."
)


class DemoError(Exception):
    """The demo cannot go on; the message is a sentence for a person."""


EXTRAS: Mapping[str, tuple[str, str]] = {
    "ocr": ("rapidocr", "pictures of laboratory reports are not read; their text can be pasted"),
    "pdf": ("weasyprint", "letters are not made as PDF; their pages can be printed"),
    "parquet": ("pyarrow", "the tables for research are CSV only"),
}
"""By extra, a module that it brings, and what is not there without it."""


def lacking_extras() -> list[str]:
    """A sentence for each extra that is not installed."""
    return [
        f"the extra “{name}” is not installed: {without}"
        for name, (module, without) in EXTRAS.items()
        if find_spec(module) is None
    ]


def say(name: str, line: str, colour: int = BOLD) -> None:
    label = f"{name:>9} |"
    print(f"\033[{colour}m{label}\033[0m {line}" if sys.stdout.isatty() else f"{label} {line}", flush=True)


class Child:
    """One process, in a session of its own so that Ctrl-C reaches the supervisor alone."""

    def __init__(self, name: str, command: str, environment: Mapping[str, str], colour: int) -> None:
        self.name, self.colour, self.environment = name, colour, environment
        self.command = [part.replace("$PORT", environment["PORT"]) for part in shlex.split(command)]
        self.last_line = "it said nothing"
        self.quick_deaths = 0

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=embedded.ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
            preexec_fn=before_exec(signal.SIGTERM),
        )
        threading.Thread(target=self._relay, args=[self.process.stdout], daemon=True).start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def restart(self) -> None:
        """Start again after a death, unless it keeps dying at once."""
        self.signal_all(signal.SIGKILL)
        quick = time.monotonic() - self.started < QUICK_DEATH_SECONDS
        self.quick_deaths = self.quick_deaths + 1 if quick else 0
        if self.quick_deaths >= QUICK_DEATHS_ALLOWED:
            raise DemoError(f"{self.name} does not start; its last words: {self.last_line}")
        say(self.name, f"ended ({_how(self.process.returncode)}); starting it again")
        time.sleep(min(self.quick_deaths, 3))
        self.start()

    def signal_all(self, number: signal.Signals) -> None:
        """Reach the process and whatever it started (pool workers outlive a killed parent)."""
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return

    def _relay(self, output: Iterable[str]) -> None:
        for line in output:
            if line.strip():
                self.last_line = line.strip()
                say(self.name, line.rstrip(), self.colour)


class Demo:
    def __init__(self, data: Path, port: int) -> None:
        self.data, self.port = data, port
        self.servers = embedded.Servers(data)
        self.children: list[Child] = []

    def run(self) -> None:
        self._acquire()
        try:
            self._start_and_tend()
        finally:
            self.stop()

    def reset(self) -> None:
        self._acquire()
        shutil.rmtree(self.data)
        say("demo", f"{self.data} is empty now")

    def _acquire(self) -> None:
        if not self.servers.acquire():
            raise DemoError(f"The demo in {self.data} is already running (or a command uses its servers).")

    def _start_and_tend(self) -> None:
        self._refuse_data_of_another_version()
        self._start_servers()
        self._prepare_database()
        web, *others = self._children()
        self._start(web)
        self._wait_until_ready()
        for child in others:
            self._start(child)
        self._welcome()
        while True:
            self._tend()
            time.sleep(0.3)

    def _start_servers(self) -> None:
        # A demo that was killed a moment ago may still be letting go of it.
        deadline = time.monotonic() + LET_GO_SECONDS
        while not _is_bindable(self.port) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not _is_bindable(self.port):
            raise DemoError(f"Port {self.port} is taken. Choose another one: PORT={self.port + 1} make demo")
        mail_port, self.push_port = free_port(), free_port()
        chosen = {
            "ACLF_EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
            "ACLF_PUSH_URL": f"http://127.0.0.1:{self.push_port}",
            "ACLF_PUSH_SECRET": secrets.token_urlsafe(24),
            "ACLF_BASE_URL": self.url,
            "PORT": str(self.port),
        }
        self.servers.start(**chosen)
        say("servers", "PostgreSQL and Redis are up")
        self.environment = {
            **os.environ,
            **embedded.DEMO_ENVIRONMENT,
            **embedded.keys(self.data),
            **embedded.files_folder(self.data),
            **self.servers.addresses,
            **chosen,
            "MAIL_PORT": str(mail_port),
            "PUSH_PORT": str(self.push_port),
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
            "PYTHONUNBUFFERED": "1",
            "PYTHONWARNINGS": "ignore:You're running the worker",
            **({"FORCE_COLOR": "1"} if sys.stdout.isatty() else {}),
        }

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    def _prepare_database(self) -> None:
        """Migrate when there is something new to migrate, seed once; the stamps lie beside the data."""
        migrations = _known_migrations()
        if self._migrated() != migrations:
            self._manage("migrate", "--verbosity=0")
            (self.data / "migrated").write_text(migrations)
        if not self._sign_ins.exists():
            made, *sign_ins = self._manage("seed_demo").splitlines()
            say("demo", made)
            sign_ins += self._manage("make_practice_network").splitlines()
            self._sign_ins.write_text("\n".join(sign_ins))

    def _refuse_data_of_another_version(self) -> None:
        if {*self._migrated().splitlines()} - {*_known_migrations().splitlines()}:
            raise DemoError(OF_ANOTHER_VERSION)

    def _migrated(self) -> str:
        """What `migrate` has brought into the database; empty before the first time."""
        migrated = self.data / "migrated"
        return migrated.read_text() if migrated.exists() else ""

    @property
    def _sign_ins(self) -> Path:
        return self.data / "sign-ins"

    def _manage(self, *arguments: str) -> str:
        say("demo", f"manage.py {arguments[0]}")
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=embedded.ROOT,
            env=self.environment,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        if done.returncode != 0:
            raise DemoError(
                f"manage.py {arguments[0]} failed; its messages are above. "
                "If the data are of an older copy, `make demo-reset` forgets them."
            )
        return done.stdout

    def _children(self) -> list[Child]:
        lines = (embedded.ROOT / "Procfile").read_text().splitlines()
        commands = dict(line.split(": ", 1) for line in lines if line.strip())
        commands["mail"] = f"python -m config.mailbox {shlex.quote(str(self.data / 'mail'))}"
        commands["push"] = f"python -m config.pushbox {shlex.quote(str(self.data / 'push'))}"
        return [
            Child(name, command, self.environment, colour)
            for colour, (name, command) in zip(itertools.cycle(COLOURS), commands.items(), strict=False)
        ]

    def _start(self, child: Child) -> None:
        child.start()
        self.children.append(child)

    def _wait_until_ready(self) -> None:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self._tend()
            try:
                with direct.open(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise DemoError(f"The web server did not answer within {READY_SECONDS} seconds.")

    def _welcome(self) -> None:
        say("demo", f"open {self.url}")
        for line in self._sign_ins.read_text().splitlines():
            say("demo", line)
        for sentence in lacking_extras():
            say("demo", sentence)
        say("demo", f"e-mails are kept in {self.data / 'mail'}")
        say("demo", f"pushes to apps are shown at http://localhost:{self.push_port}; Ctrl-C ends the demo")

    def _tend(self) -> None:
        for server in (self.servers.postgres, self.servers.redis):
            if not server.alive:
                self._revive(server)
        for child in self.children:
            if not child.alive:
                child.restart()

    def _revive(self, server: Server) -> None:
        say("servers", f"{server.name} ended; starting it again")
        server.start()

    def stop(self) -> None:
        say("demo", "stopping")
        for child in self.children:
            child.signal_all(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in self.children:
            try:
                child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal_all(signal.SIGKILL)
        self.servers.stop()
        say("demo", "stopped")


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"status {code}"


def _known_migrations() -> str:
    """Whatever `migrate` would bring into the database: migrations, and risk models that come along."""
    files = (*embedded.ROOT.glob("*/migrations/*.py"), *embedded.ROOT.glob("scoring/models_data/*.json"))
    return "\n".join(sorted(f"{file.parts[-3]}/{file.name}" for file in files))


def _is_bindable(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, _interrupt)
    port = os.environ.get("PORT", "8000")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        print(f"PORT is malformed: it should be a number from 1 to 65535, not {port}.", file=sys.stderr)
        return 1
    demo = Demo(embedded.data_folder(), int(port))
    work = demo.reset if sys.argv[1:] == ["reset"] else demo.run
    with contextlib.suppress(KeyboardInterrupt):
        try:
            work()
        except (DemoError, EmbeddedError) as error:
            say("demo", str(error))
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
