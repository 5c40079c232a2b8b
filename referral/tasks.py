"""Celery adapters."""

from celery import shared_task

from accounts import clock
from referral.alerts import morning, rota_gaps
from referral.deadlines import engine
from referral.intake import results


@shared_task
def run_engine_cycle() -> None:
    """The engine's second net, called by beat: harmless beside running engines."""
    engine.run_cycle(clock.now())


@shared_task
def look_for_gaps() -> None:
    """Tells ward leads of gaps in the duty rota before they happen; called by beat every hour."""
    rota_gaps.look_ahead(clock.now())


@shared_task
def send_morning_digests() -> None:
    """Tells coordinators at seven what waits for them; called by beat every few minutes, sent once a day."""
    morning.send_digests(clock.now())


@shared_task
def read_results() -> None:
    """Matches what laboratory systems sent; called by a hint, and by beat as a second net."""
    while results.process_waiting(clock.now()):
        pass


@shared_task
def seal_what_is_settled() -> None:
    """Keeps what is over as columns, for the statistics; called by beat every hour."""
    # NumPy and the columns are loaded by the process that seals, and by no other.
    from referral.statistics.columns import notification_days, seal

    seal.seal_settled(clock.now())
    notification_days.seal_days(clock.now())
