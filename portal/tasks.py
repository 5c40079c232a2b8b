"""Celery adapters."""

from celery import shared_task

from accounts import clock
from portal import drafts


@shared_task
def purge_drafts() -> None:
    """Deletes unfinished forms that are too old; called by beat every hour."""
    drafts.purge(clock.now())
