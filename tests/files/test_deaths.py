"""A process that dies before any statement or any use of the store loses nothing and leaves no orphan."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from accounts import clock
from accounts.models import User
from files import checking, contents, sandbox, sweeper
from files.inspection.inspect import inspect
from files.intake import Sent, receive
from files.models import LEASE, FileState, StoredFile, StoredPart
from files.store.disk import Disk
from tests.files.pictures import jpeg, pdf
from tests.world import NOW, World

MOST_STEPS = 100
LATER = timedelta(hours=2)


def small_pdf() -> bytes:
    """Two pages that are quickly drawn: they are drawn after each death."""
    return pdf(width=80, height=110)


class Died(BaseException):
    """The process ends here: nothing catches it."""


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, nth: int) -> Iterator[list[str]]:
    """The process dies before its `nth` statement or use of the store; what it did before that."""
    steps: list[str] = []

    def step(name: str) -> None:
        if len(steps) == nth:
            raise Died
        steps.append(name)

    def statement(execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        step(sql)
        return execute(sql, *arguments)

    with monkeypatch.context() as patched, connection.execute_wrapper(statement):
        for name in ("put", "delete"):
            patched.setattr(Disk, name, _watched(getattr(Disk, name), name, step))
        yield steps


def _watched(method: Callable[..., Any], name: str, step: Callable[[str], None]) -> Callable[..., Any]:
    def watched(*arguments: Any) -> Any:
        step(name)
        result = method(*arguments)
        step(f"{name} done")
        return result

    return watched


def send(user: User, id: UUID, content: bytes) -> None:
    receive(user=user, sent=Sent(id, "sheet", content), now=NOW)


def die_at(monkeypatch: pytest.MonkeyPatch, nth: int, work: Callable[[], object]) -> bool:
    """Whether `work` died before its `nth` step, and did not end before."""
    with dying(monkeypatch, nth):
        try:
            work()
        except Died:
            return True
    return False


def recover(folder: Path) -> None:
    """What goes on by itself afterwards: workers check what is due, and the sweeper sweeps."""
    checking.check(now=NOW + LEASE + timedelta(minutes=1))
    sweeper.sweep(clock.wall() + LATER)
    kept = {path.name for path in folder.glob("??/*")}
    assert kept == set(StoredPart.objects.values_list("object_name", flat=True))
    assert not contents.objects_missing()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("make", [jpeg, small_pdf])
def test_dying_anywhere_while_a_file_is_taken_in(
    make: Callable[[], bytes],
    world: World,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "inspect", inspect)  # in this process, which is quicker
    content = make()
    for nth in range(MOST_STEPS):
        id = uuid4()
        died = die_at(monkeypatch, nth, lambda id=id: send(world.doctor, id, content))
        send(world.doctor, id, content)  # the sender has had no answer and sends again
        recover(folder)
        assert StoredFile.objects.get(pk=id).state == FileState.CHECKED
        if not died:
            break
    assert 4 < nth < MOST_STEPS - 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("make", "state"), [(jpeg, "checked"), (small_pdf, "checked"), (lambda: jpeg()[:4000], "refused")]
)
def test_dying_anywhere_while_a_file_is_checked(
    make: Callable[[], bytes],
    state: str,
    world: World,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sandbox, "inspect", inspect)  # in this process, which is quicker
    content = make()
    for nth in range(MOST_STEPS):
        id = uuid4()
        send(world.doctor, id, content)
        died = die_at(monkeypatch, nth, lambda id=id: checking.check(now=NOW, ids=[id]))
        recover(folder)
        assert StoredFile.objects.get(pk=id).state == state
        if not died:
            break
    assert 6 < nth < MOST_STEPS - 1
