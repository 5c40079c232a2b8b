"""Several engines over the same cases: whatever one of them holds at a moment, every miss is alerted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from threading import Event

import pytest
from django.db import connection, transaction

from notifications.models import Notification
from referral.deadlines.claiming import claim
from referral.deadlines.engine import run_cycle
from referral.models import Case, Deadline
from referral.pathway.vocabulary import Kind
from tests.notifications.conftest import until
from tests.world import HOUR, NOW, World, build

WHO_WAITS_FAILS = "SET LOCAL lock_timeout = '1s'"
SOMEBODY_WAITS = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = %s"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@contextmanager
def held(row: Case | Deadline) -> Iterator[Event]:
    """Another transaction has `row`; it ends when the event is set."""
    taken, enough = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                type(row).objects.select_for_update().get(pk=row.pk)
                taken.set()
                enough.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        taken.wait(60)
        try:
            yield enough
        finally:
            enough.set()
            holding.result()


def cycle(now: datetime) -> int:
    try:
        return run_cycle(now)
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(SOMEBODY_WAITS, [connection.settings_dict["NAME"]])
        return bool(cursor.fetchone()[0])


def test_a_case_that_somebody_holds_keeps_no_other_waiting(world: World) -> None:
    busy, other = world.flagged(name="甲一"), world.flagged(name="甲二")
    later = NOW + HOUR
    with held(busy), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(WHO_WAITS_FAILS)
        assert {deadline.case_id for deadline in claim(later)} == {other.pk}
    with transaction.atomic():
        assert {deadline.case_id for deadline in claim(later)} == {busy.pk, other.pk}


def test_a_miss_is_alerted_that_another_engine_holds_when_the_offer_expires(world: World) -> None:
    case = world.flagged()
    unseen = case.deadlines.get(kind=Kind.ACKNOWLEDGE)

    with ThreadPoolExecutor(1) as pool, held(unseen) as enough:
        engine = pool.submit(cycle, NOW + 24 * HOUR)
        until(lambda: engine.done() or somebody_waits())
        enough.set()
        engine.result()
    run_cycle(NOW + 24 * HOUR)

    unseen.refresh_from_db()
    assert unseen.missed_at == unseen.due_at
    alerted = Notification.objects.filter(alert__subject_id=str(unseen.pk), alert__kind="missed")
    assert world.lead.pk in alerted.values_list("recipient", flat=True)
