"""The database's clock, and who may move it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from accounts import clock
from accounts.models import ClockOffset

pytestmark = pytest.mark.django_db


def database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]


def test_now_is_the_databases_time_in_utc() -> None:
    assert clock.now() == database_time()
    assert clock.now().tzinfo is UTC


def test_the_clock_moves_forward_by_the_sum_of_its_steps() -> None:
    clock.forward(timedelta(hours=36))
    assert clock.forward(timedelta(minutes=5)) == timedelta(hours=36, minutes=5)
    assert clock.now() == database_time() + timedelta(hours=36, minutes=5)


@pytest.mark.parametrize("step", [timedelta(0), timedelta(seconds=-1)])
def test_the_clock_never_stands_still_or_goes_back(step: timedelta) -> None:
    with pytest.raises(ValueError, match="forward"):
        clock.forward(step)
    assert not ClockOffset.objects.exists()


def test_production_cannot_move_the_clock(settings: Settings) -> None:
    settings.CLOCK_MAY_MOVE = False
    with pytest.raises(ImproperlyConfigured):
        clock.forward(timedelta(hours=1))
    with pytest.raises(CommandError):
        call_command("fast_forward", "1h")
    assert not ClockOffset.objects.exists()


def test_production_ignores_a_stored_offset_and_refuses_to_start_with_one(settings: Settings) -> None:
    clock.refuse_stored_offset()
    clock.forward(timedelta(hours=1))
    clock.refuse_stored_offset()
    settings.CLOCK_MAY_MOVE = False
    assert clock.now() == database_time()
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        clock.refuse_stored_offset()


def test_there_is_one_offset() -> None:
    ClockOffset.objects.create(pk=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        ClockOffset.objects.create(pk=2)


@pytest.mark.parametrize("said", ["36", "h", "1.5h", "-3h", "36 hours"])
def test_fast_forward_says_how_to_write_a_length_of_time(said: str) -> None:
    with pytest.raises(CommandError, match="36h"):
        call_command("fast_forward", "--", said)


def test_fast_forward_moves_the_clock(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("fast_forward", "36h")
    assert clock.now() == database_time() + timedelta(hours=36)
    assert "It is now" in capsys.readouterr().out
