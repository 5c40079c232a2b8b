"""Celery adapters."""

from celery import shared_task

from accounts import clock, housekeeping


@shared_task
def purge_sign_ins() -> None:
    """Forgets what is long over; called by beat every hour."""
    housekeeping.purge(clock.now())
