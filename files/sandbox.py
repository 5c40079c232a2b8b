"""The inspection in a process of its own, so that what breaks a decoder breaks nothing else."""

import os
import signal
import subprocess
import sys

from django.conf import settings

from files.inspection import wire
from files.inspection.inspect import Inspected
from files.inspection.kinds import Unfit

LONGEST_SECONDS = 75
ENDED_BY_LIMIT = (-signal.SIGXCPU, -signal.SIGKILL)


def inspect(content: bytes) -> Inspected:
    """What `content` is, with pictures of its pages. Raises Unfit."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "files.inspection"],
            input=content,
            capture_output=True,
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"},
            timeout=LONGEST_SECONDS,
        )
    except subprocess.TimeoutExpired:
        raise Unfit("too_complex") from None
    if done.returncode in ENDED_BY_LIMIT:
        raise Unfit("too_complex")
    if done.returncode != 0:
        raise Unfit("broken")
    try:
        return wire.read(done.stdout)
    except (ValueError, KeyError, TypeError):
        raise Unfit("broken") from None
