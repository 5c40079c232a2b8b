"""Celery adapters."""

from celery import shared_task

from accounts import clock
from api.idempotency import prune


@shared_task
def purge_answers() -> None:
    """Deletes stored answers that nobody asks for again; called by beat every hour."""
    now = clock.now()
    while prune(now):
        pass
