"""Celery adapters. What looks into files is loaded by the worker that does."""

from uuid import UUID

from celery import shared_task

from accounts import clock
from files import sweeper


@shared_task(name="files.tasks.check")
def check(ids: list[str]) -> None:
    from files import checking

    checking.check(now=clock.now(), ids=[UUID(id) for id in ids])


@shared_task(name="files.tasks.check_waiting")
def check_waiting() -> None:
    """The second net under lost hints and dead workers; called by beat every 15 s."""
    from files import checking

    while checking.check(now=clock.now()):
        pass


@shared_task(name="files.tasks.sweep")
def sweep() -> None:
    """Called by beat every hour."""
    sweeper.forget_loose(clock.now())
    sweeper.sweep(clock.wall())
