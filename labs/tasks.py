"""Celery adapters."""

from celery import shared_task

from accounts import clock
from labs.readings import requests, worker


@shared_task(name="labs.tasks.read_waiting")
def read_waiting() -> None:
    """Read what waits. The second net, called by beat every 15 s, is the same."""
    while worker.read_next(clock.now()):
        pass


@shared_task(name="labs.tasks.purge")
def purge() -> None:
    """Called by beat every hour."""
    requests.purge(clock.now())
