"""What became of results that were received: on which case they are proposed, or for whom they wait."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from accounts import clock
from integrations import messages
from integrations.models import ReceivedMessage
from integrations.receiving import Incoming, receive
from labs.hl7_report import Results
from labs.models import LabReading
from referral.intake import results
from tests.conftest import Keep
from tests.integrations.hl7_messages import obx, oru
from tests.integrations.laboratory import with_laboratory
from tests.world import World

S = ReceivedMessage.State


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], World]:
    return keep(with_laboratory)


@pytest.fixture
def world(db: None, kept: Callable[[], World]) -> World:
    return kept()


def test_a_message_is_recognised_although_the_secret_key_was_rotated_meanwhile(
    world: World, settings: Any
) -> None:
    receive([Incoming(oru(control_id="1"), "127.0.0.1")], clock.now())
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    receive([Incoming(oru(control_id="1"), "127.0.0.1")], clock.now())
    assert ReceivedMessage.objects.count() == 1


def test_a_sender_on_another_network_is_refused(world: World) -> None:
    lis = world.hospital.integrations.get()
    lis.addresses = ["10.0.0.0/8"]
    lis.save()
    now = clock.now()
    refused, taken = receive([Incoming(oru(), "192.0.2.1"), Incoming(oru(), "10.1.2.3")], now)
    assert (b"|AR|" in refused, b"|AA|" in taken) == (True, True)


def receive_one(**changes: Any) -> ReceivedMessage:
    receive([Incoming(oru(**changes), "127.0.0.1")], clock.now())
    results.process_waiting(clock.now())
    return ReceivedMessage.objects.latest("received_at")


def test_results_of_a_patient_are_proposed_on_the_case(world: World) -> None:
    case = world.register(local_number="A-17")
    row = receive_one()
    assert (row.state, row.case) == (S.PROPOSED, case.pk)
    reading = LabReading.objects.visible_to(world.doctor).get(pk=row.reading)
    assert len(reading.result["findings"]) == 4
    assert list(results.arrived(world.doctor, case)) == [row]
    assert not list(results.arrived(world.other_doctor, case))
    case.refresh_from_db()
    assert (case.draft, case.state) == (None, "registered")


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"number": "B-99"}, "nobody"),
        ({"number": ""}, "nobody"),
        ({"name": "别人"}, "name"),
        ({"sex": "F"}, "sex"),
        ({"born": "19710102"}, "birth_date"),
    ],
)
def test_what_matches_nobody_or_somebody_else_waits_for_a_person(
    world: World, changes: dict[str, str], reason: str
) -> None:
    world.register(local_number="A-17")
    row = receive_one(**changes)
    assert (row.state, row.reason, row.case) == (S.UNMATCHED, reason, None)
    assert row.reading is not None


def test_another_hospitals_patient_of_the_same_number_is_not_meant(world: World) -> None:
    world.register(local_number="A-17", actor=world.other_doctor, hospital=world.other_hospital)
    assert receive_one().state == S.UNMATCHED


def test_a_correction_of_something_never_received_is_a_proposal_with_its_doubt(world: World) -> None:
    world.register(local_number="A-17")
    receive([Incoming(oru(obx(1, "14631-6^T^LN", "99", "umol/L", status="C")), "127.0.0.1")], clock.now())
    results.process_waiting(clock.now())
    row = ReceivedMessage.objects.get()
    finding = LabReading.objects.get(pk=row.reading).result["findings"][0]
    assert finding["doubts"] == ["corrected"]


def test_a_message_that_breaks_its_reader_stops_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.register(local_number="A-17")
    batch = [
        Incoming(oru(control_id="1", name="坏"), "127.0.0.1"),
        Incoming(oru(control_id="2"), "127.0.0.1"),
    ]
    receive(batch, clock.now())
    whole = Results.report

    def report(self: Results) -> Any:
        if self.person.name == "坏":
            raise RuntimeError
        return whole(self)

    monkeypatch.setattr(Results, "report", report)
    assert results.process_waiting(clock.now()) == 2
    states = dict(ReceivedMessage.objects.values_list("control_id", "state"))
    assert states == {"1": S.UNREADABLE, "2": S.PROPOSED}


def test_each_message_is_processed_once(world: World) -> None:
    world.register(local_number="A-17")
    receive_one()
    assert results.process_waiting(clock.now()) == 0
    assert LabReading.objects.count() == 1


def test_what_was_received_is_forgotten_when_the_policy_says_so(world: World, settings: Any) -> None:
    receive_one()
    later = clock.now() + timedelta(days=settings.INTEGRATION_MESSAGES_DAYS, minutes=1)
    messages.purge(later, clock.wall())
    assert not ReceivedMessage.objects.exists()
