"""Results that come for a case: its people hear that there are some, and never what they say."""

import json
from datetime import datetime

import pytest

from accounts import clock
from integrations.receiving import Incoming, receive
from notifications.models import Notification
from referral.intake import results
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import integrate
from tests.integrations.hl7_messages import SENDER, obx, oru
from tests.world import HOUR, ILL, World, build


@pytest.fixture
def world(db: None) -> World:
    world = build()
    lis = integrate(world.hospital, world.doctor, name="LIS", kind="laboratory")
    lis.hl7_application, lis.hl7_facility = SENDER
    lis.save()
    return world


def arrive(*lines: str, control_id: str = "1") -> datetime:
    now = clock.now()
    receive([Incoming(oru(*lines, control_id=control_id), "")], now)
    results.process_waiting(now)
    return now


def alerts() -> list[Notification]:
    return list(Notification.objects.filter(alert__kind="results"))


def test_the_hospital_and_the_ward_that_is_asked_hear_that_results_came(world: World) -> None:
    case = world.flagged(clock.now(), local_number="A-17")
    arrive()
    recipients = {row.recipient_id for row in alerts()}
    assert {world.doctor.pk, world.specialist.pk} <= recipients
    assert world.other_doctor.pk not in recipients
    assert {row.alert.subject_id for row in alerts()} == {str(case.pk)}


def test_no_alert_says_a_value_or_names_the_patient(world: World) -> None:
    world.flagged(clock.now(), local_number="A-17")
    arrive()
    for row in alerts():
        said = json.dumps(row.alert.payload, ensure_ascii=False)
        assert "310" not in said
        assert "测试甲" not in said


def test_several_results_before_the_case_moves_on_are_one_alert(world: World) -> None:
    case = world.register(local_number="A-17")
    for number in range(3):
        arrive(obx(1, "2951-2^Na^LN", f"13{number}", "mmol/L"), control_id=str(number))
    assert len(alerts()) == 1
    perform(case, Verb.SAVE_INDICATORS, actor=world.doctor, now=clock.now(), values={"inr": 1.4})
    arrive(obx(1, "2951-2^Na^LN", "135", "mmol/L"), control_id="9")
    assert len(alerts()) == 2


def test_results_without_a_patient_alert_nobody_about_a_case(world: World) -> None:
    world.register(local_number="B-1")
    arrive()
    assert not alerts()


def test_after_admission_the_ward_is_not_alerted_about_the_first_hospitals_results(world: World) -> None:
    world.admitted(clock.now() - HOUR, local_number="A-17")
    arrive()
    assert world.specialist.pk not in {row.recipient_id for row in alerts()}


def test_results_are_untaken_until_values_are_saved_after_them(world: World) -> None:
    case = world.register(local_number="A-17")
    assert results.untaken_since(case) is None
    moment = arrive()
    assert results.untaken_since(case) == moment
    perform(
        case, Verb.ASSESS, actor=world.doctor, now=clock.now(), values=dict(ILL, confirmed=["sampled_at"])
    )
    assert results.untaken_since(Case.objects.get(pk=case.pk)) is None
