"""Celery adapters."""

from celery import shared_task

from accounts import clock
from integrations import messages


@shared_task
def purge() -> None:
    """Forgets what is kept no longer; called by beat every hour."""
    messages.purge(clock.now(), clock.wall())
