"""The web server's workers are copies of a process that has loaded the product."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.answers import status_of
from tests.notifications.conftest import until

TWO_COPIES = """
import os
from accounts.ids import new_id
new_id()
for _ in range(2):
    if os.fork() == 0:
        print(*(new_id() for _ in range(50)), flush=True)
        os._exit(0)
    os.wait()
"""


class Server:
    """A web server of its own, with one worker, that asks no database."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        command = [sys.executable, "-m", "config.web", "--port", str(port)]
        self.process = subprocess.Popen(command, start_new_session=True)

    def workers(self) -> list[int]:
        started = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in started.split()]

    def answers(self) -> bool:
        assert self.process.poll() is None, "the server did not start"
        return status_of(f"{self.url}/healthz") == 200


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    try:
        until(server.answers, seconds=90)
        yield server
    finally:
        os.killpg(server.process.pid, signal.SIGKILL)
        server.process.wait()


def test_a_worker_shares_what_was_loaded_and_another_answers_in_the_place_of_one_that_died(
    server: Server,
) -> None:
    (worker,) = server.workers()
    memory = Path(f"/proc/{worker}/smaps_rollup").read_text()
    sizes = {name: int(kb) for name, kb in re.findall(r"^(\w+):\s+(\d+) kB", memory, re.MULTILINE)}
    its_own = sizes["Private_Clean"] + sizes["Private_Dirty"]
    assert its_own < sizes["Rss"] / 2

    os.kill(worker, signal.SIGKILL)
    until(lambda: server.workers() not in ([], [worker]) and server.answers(), seconds=90)


def test_copies_of_a_process_never_make_the_same_identifier() -> None:
    done = subprocess.run([sys.executable, "-c", TWO_COPIES], capture_output=True, text=True, check=True)
    made = done.stdout.split()
    assert len(made) == len({*made}) == 100
