"""Commands of the product, run to their end as a terminal runs them."""

import io
import os
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from subprocess import CompletedProcess
from unittest.mock import patch

from django.core.management import get_commands, load_command_class

from config.embedded import ROOT


def run_here(command: str, *arguments: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """Run a command in the process of the tests, which spares the second that a process takes to start.

    A test without the fixture `db` reaches no database from here either.
    """
    with (
        patch.dict(os.environ, environment),
        patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()))),
        redirect_stdout(io.StringIO()) as out,
        redirect_stderr(io.StringIO()) as err,
    ):
        status = _status(command, *arguments)
    return CompletedProcess([command, *arguments], status, out.getvalue(), err.getvalue())


def _status(command: str, *arguments: str) -> int:
    try:
        load_command_class(get_commands()[command], command).run_from_argv(["manage.py", command, *arguments])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def run_apart(command: str, *arguments: str, stdin: str = "", **environment: str) -> CompletedProcess[str]:
    """Run `manage.py` in a process of its own, where no database can be reached."""
    return subprocess.run(
        [sys.executable, "manage.py", command, *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "DATABASE_URL": "postgresql://127.0.0.1:1/none",
            "DJANGO_SETTINGS_MODULE": "config.settings",
            **environment,
        },
        input=stdin,
        capture_output=True,
        text=True,
        timeout=300,
    )
