"""Starts processes of the product at once: forked from one that has imported it and never used it."""

import contextlib
import importlib
import multiprocessing
import os
import signal
import sys
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NoReturn

from config.spawning import before_exec
from tests.chaos.faults import Faults

WORKER = "worker"
NEEDED = (
    "celery.apps.worker",
    "celery.bin.celery",
    "celery.concurrency.solo",
    "celery.fixups.django",
    "celery.worker.consumer",
    "config.urls",
    "kombu.transport.redis",
    "notifications.channels.email.channel",
    "notifications.management.commands.run_delivery",
    "referral.management.commands.receive_hl7",
    "referral.management.commands.run_engine",
    "tests.chaos.channel",
)
"""What the processes import late; here it is imported once."""


class Nursery:
    """Make it before this process has threads or connections: what it forks inherits neither."""

    def __init__(self) -> None:
        self._ours, theirs = multiprocessing.Pipe()
        for name in NEEDED:
            importlib.import_module(name)
        ends_with_us = before_exec(signal.SIGKILL)
        if os.fork() == 0:
            ends_with_us()
            self._ours.close()
            _serve(theirs)
        theirs.close()

    def start(self, command: tuple[str, ...], faults: Faults, log: Path) -> int:
        """The pid of a new process that runs a management command, or a worker, in a session of its own."""
        self._ours.send((command, faults, log))
        return int(self._ours.recv())

    def status(self, pid: int) -> int | None:
        """How `pid` ended: its exit status, or minus the signal that killed it. None while it runs."""
        self._ours.send(pid)
        return self._ours.recv()


def _serve(orders: Connection) -> NoReturn:
    ended: dict[int, int] = {}
    with contextlib.suppress(EOFError):
        while True:
            order = orders.recv()
            if isinstance(order, int):
                orders.send(_status(order, ended))
            else:
                orders.send(_fork(orders, *order))
    os._exit(0)


def _status(pid: int, ended: dict[int, int]) -> int | None:
    if pid not in ended:
        done, code = os.waitpid(pid, os.WNOHANG)
        if done:
            ended[pid] = os.waitstatus_to_exitcode(code)
    return ended.get(pid)


def _fork(orders: Connection, command: tuple[str, ...], faults: Faults, log: Path) -> int:
    ends_with_us = before_exec(signal.SIGKILL)
    pid = os.fork()
    if pid == 0:
        orders.close()
        ends_with_us()
        _live(command, faults, log)
    return pid


def _live(command: tuple[str, ...], faults: Faults, log: Path) -> NoReturn:
    status = 1
    try:
        os.setsid()
        with log.open("ab") as output:
            for stream in (1, 2):
                os.dup2(output.fileno(), stream)
        faults.install()
        status = _run(command)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _run(command: tuple[str, ...]) -> int:
    if command[0] == WORKER:
        from config.celery import app

        app.worker_main(list(command))
    else:
        from django.core.management import call_command

        call_command(*command)
    return 0
