"""Celery adapters."""

from celery import shared_task

from accounts import clock
from portal import drafts
from portal.pages.verbs import submitting


@shared_task
def purge_drafts() -> None:
    """Deletes unfinished forms that are too old, and what was sent long ago; called by beat every hour."""
    now = clock.now()
    drafts.purge(now)
    submitting.purge(now)
