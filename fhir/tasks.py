"""Celery adapters."""

from celery import shared_task

from accounts import clock
from fhir.subscriptions import sending


@shared_task(name="fhir.tasks.send_notifications")
def send_notifications() -> None:
    """Send what subscriptions wait for. The second net, called by beat, is the same."""
    sending.send_due(clock.now())
