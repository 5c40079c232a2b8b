"""Celery adapters."""

from celery import shared_task

from accounts import clock
from referral import engine


@shared_task
def run_engine_cycle() -> None:
    """The engine's second net, called by beat: harmless beside running engines."""
    engine.run_cycle(clock.now())
