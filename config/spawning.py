"""What a child process does between fork and exec: leave root behind, and end when its parent ends."""

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_SECUREBITS, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE = 1, 28, 47, 2
SECBIT_NO_SETUID_FIXUP = 4
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522


def before_exec(
    end_signal: signal.Signals, *, run_as: os.stat_result | None = None, reaching: tuple[Path, ...] = ()
) -> Callable[[], None]:
    """The `preexec_fn` of a child that gets `end_signal` when this process ends, however it ends.

    As root, the child becomes the owner `run_as`, and still reaches the paths `reaching`.
    """
    parent = os.getpid()
    leaves_root = os.geteuid() == 0 and run_as is not None
    shut_away = not all(_is_open_to_all(path) for path in reaching)
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        if leaves_root and run_as is not None:
            _leave_root(libc, run_as.st_uid, run_as.st_gid, keep_reaching=shut_away)
        if sys.platform == "linux":
            _succeed(libc.prctl(PR_SET_PDEATHSIG, int(end_signal), 0, 0, 0))
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def _is_open_to_all(path: Path) -> bool:
    return all(folder.stat().st_mode & 0o001 for folder in path.parents)


def _leave_root(libc: ctypes.CDLL, uid: int, gid: int, *, keep_reaching: bool) -> None:
    """Become `uid`; where a parent folder is closed to it (a clone in /root), keep the right to pass through.

    Opening those folders to everyone would be the alternative, and theirs to decide.
    """
    if keep_reaching:
        # Without this bit setuid() would drop every right, and access() would answer as if it had.
        _succeed(libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0))
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
