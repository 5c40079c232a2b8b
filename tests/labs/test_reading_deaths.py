"""A process that dies before any statement of a reading loses no report, and asks nobody twice."""

from datetime import timedelta

import pytest

from files.models import FileState
from labs.models import LEASE, LabReading, ReadingState
from labs.readings import worker
from labs.readings.requests import ask_for
from tests.files.test_deaths import MOST_STEPS, die_at
from tests.labs.conftest import READ, TakeChecked
from tests.world import NOW, World

LATER = NOW + LEASE + timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _reads_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reading itself runs in a process of its own, which another test kills."""
    monkeypatch.setattr("labs.readings.sandbox.read", lambda _pages, _form: READ)
    monkeypatch.setattr(worker, "is_installed", lambda: True)
    monkeypatch.setattr("labs.readings.requests.is_installed", lambda: True)


@pytest.mark.django_db(transaction=True)
def test_dying_anywhere_while_a_reading_is_asked_for(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(MOST_STEPS):
        file = picture()
        died = die_at(monkeypatch, nth, lambda file=file: ask_for(user=world.doctor, file=file, now=NOW))
        asked = ask_for(user=world.doctor, file=file, now=NOW)  # no answer came: the person asks again
        assert worker.read_next(NOW) and not worker.read_next(NOW)
        (reading,) = LabReading.objects.filter(file=file)
        assert (reading.pk, reading.state) == (asked.pk, ReadingState.READ)
        if not died:
            break
    assert 2 < nth < MOST_STEPS - 1


@pytest.mark.django_db(transaction=True)
def test_dying_anywhere_while_a_report_is_read(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nth in range(MOST_STEPS):
        file = picture()
        reading = ask_for(user=world.doctor, file=file, now=NOW)
        died = die_at(monkeypatch, nth, lambda: worker.read_next(NOW))
        worker.read_next(LATER)
        reading.refresh_from_db()
        file.refresh_from_db()
        assert (reading.state, reading.leased_until) == (ReadingState.READ, None)
        assert (reading.result["findings"][0]["value"], file.state) == (356.8, FileState.CHECKED)
        if not died:
            break
    assert 3 < nth < MOST_STEPS - 1
