"""Celery adapters."""

from celery import shared_task

from accounts import clock
from referral import engine, rota_alerts
from referral.statistics import sealing, told


@shared_task
def run_engine_cycle() -> None:
    """The engine's second net, called by beat: harmless beside running engines."""
    engine.run_cycle(clock.now())


@shared_task
def look_for_gaps() -> None:
    """Tells ward leads of gaps in the duty rota before they happen; called by beat every hour."""
    rota_alerts.look_ahead(clock.now())


@shared_task
def seal_what_is_settled() -> None:
    """Keeps what is over as columns, for the statistics; called by beat every hour."""
    sealing.seal_settled(clock.now())
    told.seal_days(clock.now())
