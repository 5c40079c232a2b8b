"""Reports that wait for their reading: asked for once, read by one worker, and lost by none that dies."""

from datetime import timedelta

import pytest

from files import checking
from files.refusals import StoreAway
from labs.models import LEASE, LabReading, ReadingState
from labs.readings import requests, sandbox, worker
from labs.readings.requests import MOST_WAITING, ask_for, read_pasted, reading_of
from labs.refusals import UnreadableReportError
from tests.files.pictures import jpeg, pdf, sheet
from tests.labs.conftest import READ, TakeChecked
from tests.world import NOW, World


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The reading itself is another test's matter: here it gives one finding and counts its pages."""
    pages: list[int] = []

    def read(contents: list[bytes], form: str) -> object:
        pages.append(len(contents))
        return READ

    monkeypatch.setattr("labs.readings.sandbox.read", read)
    return pages


def test_a_checked_picture_is_read_into_proposals(
    world: World, picture: TakeChecked, reads: list[int]
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)
    assert worker.read_next(NOW) and not worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.form, reads) == (ReadingState.READ, "photo", [1])
    assert reading.result["findings"][0]["value"] == 356.8
    assert reading.cutouts == READ.cutouts


@pytest.mark.django_db(transaction=True)
def test_a_picture_is_read_as_soon_as_its_check_is_over(
    world: World, picture: TakeChecked, reads: list[int], hints: list[str]
) -> None:
    file = picture(is_checked=False)
    reading = ask_for(user=world.doctor, file=file, now=NOW)
    assert not worker.read_next(NOW)
    hints.clear()
    checking.check(now=NOW)
    assert hints == ["labs.tasks.read_waiting"]
    assert worker.read_next(NOW)
    assert reading_of(world.doctor, reading.pk).state == ReadingState.READ


def test_what_the_check_refuses_is_said_at_the_reading(world: World, picture: TakeChecked) -> None:
    file = picture(b"\xff\xd8\xff broken", is_checked=False)
    reading = ask_for(user=world.doctor, file=file, now=NOW)
    checking.check(now=NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.reason) == (ReadingState.FAILED, "broken")


def test_asking_twice_for_one_picture_gives_one_reading(world: World, picture: TakeChecked) -> None:
    file = picture()
    first, second = (ask_for(user=world.doctor, file=file, now=NOW) for _ in range(2))
    assert first.pk == second.pk


def test_a_worker_that_dies_costs_one_lease_and_nothing_else(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch, reads: list[int]
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)

    def die(*_arguments: object) -> None:
        raise SystemExit

    with monkeypatch.context() as dying:
        dying.setattr("labs.readings.sandbox.read", die)
        with pytest.raises(SystemExit):
            worker.read_next(NOW)
    assert not worker.read_next(NOW + LEASE - timedelta(seconds=1))
    assert worker.read_next(NOW + LEASE + timedelta(seconds=1))
    reading.refresh_from_db()
    assert reading.state == ReadingState.READ


def test_a_report_for_which_a_busy_machine_had_no_time_is_read_again(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)
    with monkeypatch.context() as busy:
        busy.setattr(sandbox, "LONGEST_SECONDS", 0.01)
        assert worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.attempts, reading.leased_until) == (ReadingState.WAITING, 1, None)
    monkeypatch.setattr(sandbox, "read", lambda _pages, _form: READ)
    assert worker.read_next(NOW)
    reading.refresh_from_db()
    assert reading.state == ReadingState.READ


def test_a_report_for_which_the_time_never_suffices_is_given_up_with_a_sentence(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)
    monkeypatch.setattr(sandbox, "LONGEST_SECONDS", 0.01)
    for _ in range(worker.MOST_ATTEMPTS + 1):
        assert worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.reason) == (ReadingState.FAILED, "took_too_long")


def test_a_report_that_ends_every_worker_is_given_up_with_a_sentence(
    world: World, picture: TakeChecked, reads: list[int]
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)
    LabReading.objects.update(attempts=worker.MOST_ATTEMPTS)
    assert worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.reason, reads) == (ReadingState.FAILED, "took_too_long", [])


def test_while_the_store_is_away_a_reading_waits_without_losing_an_attempt(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = ask_for(user=world.doctor, file=picture(), now=NOW)

    def away(_part: object) -> bytes:
        raise StoreAway

    monkeypatch.setattr("files.contents.read", away)
    worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.state, reading.attempts, reading.leased_until) == (ReadingState.WAITING, 0, None)


def test_a_document_with_more_pages_than_a_report_has_is_refused(
    world: World, picture: TakeChecked, reads: list[int]
) -> None:
    reading = ask_for(user=world.doctor, file=picture(pdf(pages=6)), now=NOW)
    worker.read_next(NOW)
    reading.refresh_from_db()
    assert (reading.reason, reading.params) == ("too_many_pages", {"limit": 5})


def test_one_person_cannot_fill_the_queue(world: World, picture: TakeChecked) -> None:
    for number in range(MOST_WAITING):
        ask_for(
            user=world.doctor, file=picture(jpeg(sheet(text=f"page {number}")), is_checked=False), now=NOW
        )
    with pytest.raises(UnreadableReportError) as refusal:
        ask_for(user=world.doctor, file=picture(is_checked=False), now=NOW)
    assert refusal.value.code == "too_many_waiting"


def test_without_the_extra_a_picture_is_refused_and_text_is_read(
    world: World, picture: TakeChecked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(requests, "is_installed", lambda: False)
    with pytest.raises(UnreadableReportError) as refusal:
        ask_for(user=world.doctor, file=picture(), now=NOW)
    assert refusal.value.code == "pictures_not_installed"
    assert read_pasted(user=world.doctor, text="TBIL 356.8 umol/L", now=NOW).state == ReadingState.READ


def test_a_reading_is_seen_by_nobody_but_who_asked(world: World) -> None:
    reading = read_pasted(user=world.doctor, text="TBIL 356.8 umol/L", now=NOW)
    assert reading_of(world.doctor, reading.pk) == reading
    with pytest.raises(LabReading.DoesNotExist):
        reading_of(world.specialist, reading.pk)


def test_readings_are_forgotten_after_three_days(world: World) -> None:
    read_pasted(user=world.doctor, text="TBIL 356.8 umol/L", now=NOW)
    assert requests.purge(NOW + timedelta(days=3)) == 0
    assert requests.purge(NOW + timedelta(days=3, seconds=1)) == 1
