"""Requests answered with a telephone's keys: the code, the next person, and everything that is too late."""

from datetime import datetime

import pytest
from django.utils import translation

from accounts.models import Membership, User
from notifications.calls import services as calls
from notifications.calls.codes import code_of
from notifications.calls.outcomes import CallOutcome
from notifications.models import CallAnswer, Delivery, Notification, Subscription
from notifications.reports.formats import KeysPressed
from portal.pages.case.timeline_texts import lines
from referral.alerts.telephone import spoken
from referral.deadlines.engine import run_cycle
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from tests.world import MINUTE, NOW, World, open_offer

SOON = NOW + 2 * MINUTE


def call_to(user: User, case: Case) -> Delivery:
    """A call that was placed to tell `user` of the request of `case`."""
    deadline = Deadline.objects.filter(case=case, kind="acknowledge").latest("starts_at")
    alert = Notification.objects.filter(recipient=user, alert__subject_id=str(deadline.pk)).latest(
        "created_at"
    )
    number = f"+86138{user.pk.int % 10**8:08}"
    telephone = Subscription.objects.filter(user=user, channel="voice").first()
    telephone = telephone or Subscription.objects.create(user=user, channel="voice", address=number)
    return Delivery.objects.create(
        notification=alert,
        channel="voice",
        subscription=telephone,
        urgent=True,
        state="sent",
        available_at=NOW,
        next_hint_at=NOW,
        sent_at=NOW,
        provider_reference=f"call-{user.name}",
    )


def press(call: Delivery, keys: str = "", now: datetime = SOON, *, is_all: bool = True) -> CallOutcome | None:
    """The carrier reports `keys`, or the code that the voice said."""
    pressed = KeysPressed("", str(call.pk), keys or code_of(call.pk), is_all)
    replies = calls.take([pressed], now=now)
    return replies[0].outcome if replies else None


def acknowledgements(case: Case) -> list[str | None]:
    """Who acknowledged, line by line."""
    return [row.actor and row.actor.name for row in case.events.filter(what=Verb.ACKNOWLEDGE)]


def another_code(call: Delivery) -> str:
    return code_of(call.pk)[::-1]


def test_the_code_acknowledges_as_the_portal_does_and_is_marked_on_the_timeline(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    assert press(call) is CallOutcome.ACKNOWLEDGED
    offer = open_offer(case)
    assert (offer.acknowledged_by, offer.acknowledged_at) == (world.specialist, SOON)
    assert case.deadlines.get(kind="acknowledge").outcome == "met"
    case.refresh_from_db()
    shown = lines(case, case.events.all())[0]
    assert call.subscription is not None
    assert f"by telephone, number ending {call.subscription.address[-4:]}" in shown.details
    call.notification.refresh_from_db()
    assert call.notification.acknowledged_at == SOON


@pytest.mark.parametrize("keys", ["1111", "12345678", "47474747", "99", "#######"])
def test_keys_of_a_mailbox_acknowledge_nothing(world: World, keys: str) -> None:
    case = world.flagged()
    assert press(call_to(world.specialist, case), keys) in (CallOutcome.WRONG, CallOutcome.UNFINISHED)
    assert acknowledgements(case) == []
    assert case.deadlines.get(kind="acknowledge").closed_at is None


def test_after_a_wrong_code_no_other_is_tried_in_that_call(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    assert press(call, another_code(call)) is CallOutcome.WRONG
    assert press(call) is CallOutcome.WRONG
    assert acknowledgements(case) == []


def test_keys_that_come_one_by_one_and_twice_make_the_code(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    first, second = code_of(call.pk)
    assert press(call, first, is_all=False) is CallOutcome.UNFINISHED
    assert press(call, first, is_all=False) is CallOutcome.UNFINISHED
    assert press(call, second, is_all=False) is CallOutcome.ACKNOWLEDGED


def test_the_record_of_the_call_mends_keys_that_came_in_disorder(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    second, first = reversed(code_of(call.pk)), code_of(call.pk)
    assert [press(call, key, is_all=False) for key in second][-1] is CallOutcome.WRONG
    assert press(call, first) is CallOutcome.ACKNOWLEDGED
    assert acknowledgements(case) == ["specialist"]


def test_a_replayed_report_changes_nothing_and_is_answered_alike(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    assert [press(call), press(call), press(call, "0")] == [CallOutcome.ACKNOWLEDGED] * 3
    assert acknowledgements(case) == ["specialist"]


def test_a_key_press_after_somebody_else_acknowledged_says_so_and_adds_no_line(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=NOW + MINUTE)
    assert press(call) is CallOutcome.ALREADY
    assert acknowledgements(case) == ["lead"]
    assert open_offer(case).acknowledged_by == world.lead


def test_a_key_press_after_the_acceptance_is_no_longer_needed(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    perform(case, Verb.ACCEPT, actor=world.lead, now=NOW + MINUTE, bed="1")
    assert press(call) is CallOutcome.ALREADY


def test_a_key_press_after_the_request_went_on_acknowledges_nothing_and_its_person_is_told(
    world: World,
) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    run_cycle(NOW + 46 * MINUTE)
    assert press(call, now=NOW + 47 * MINUTE) is CallOutcome.OVER
    assert acknowledgements(case) == []
    assert open_offer(case).ward == world.second_ward
    assert open_offer(case).acknowledged_at is None
    late = Notification.objects.get(alert__kind="keys_too_late")
    assert late.recipient == world.specialist


def test_who_lost_the_role_or_the_account_acknowledges_nothing(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    Membership.objects.filter(user=world.specialist).delete()
    assert press(call) is CallOutcome.NO_RIGHT
    other = world.flagged(name="测试乙")
    call = call_to(world.lead, run_to_the_lead(other))
    User.objects.filter(pk=world.lead.pk).update(is_active=False)
    assert press(call, now=NOW + 16 * MINUTE) is CallOutcome.NO_RIGHT
    assert acknowledgements(case) == acknowledgements(other) == []


def run_to_the_lead(case: Case) -> Case:
    run_cycle(NOW + 15 * MINUTE)
    return case


def test_zero_alerts_the_next_people_of_the_ladder_at_once_and_the_ladder_goes_on(world: World) -> None:
    case = world.flagged()
    assert press(call_to(world.specialist, case), "0") is CallOutcome.NEXT_ALERTED
    deadline = case.deadlines.get(kind="acknowledge")
    alerts = Notification.objects.filter(alert__subject_id=str(deadline.pk))
    assert {row.recipient.name for row in alerts} == {"specialist", "lead"}
    assert alerts.get(recipient=world.lead).alert.severity == "critical"
    assert case.events.filter(what="next_alerted", actor=world.specialist).count() == 1
    assert open_offer(case).acknowledged_at is None
    run_cycle(NOW + 15 * MINUTE)
    assert alerts.filter(recipient=world.lead).count() == 2


def test_zero_of_the_next_person_goes_on_to_the_coordinator(world: World) -> None:
    case = world.flagged()
    press(call_to(world.specialist, case), "*")
    assert press(call_to(world.lead, case), "0") is CallOutcome.NEXT_ALERTED
    deadline = case.deadlines.get(kind="acknowledge")
    assert Notification.objects.filter(
        alert__subject_id=str(deadline.pk), recipient=world.coordinator
    ).exists()


def test_zero_after_the_acknowledgement_alerts_nobody(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=NOW + MINUTE)
    before = Notification.objects.count()
    assert press(call, "0") is CallOutcome.ALREADY
    assert Notification.objects.count() == before


def test_where_nobody_else_is_there_the_caller_hears_so(world: World) -> None:
    case = world.flagged()
    call = call_to(world.specialist, case)
    Membership.objects.exclude(user=world.specialist).delete()
    assert press(call, "0") is CallOutcome.NOBODY_ELSE


def test_a_call_that_said_no_code_takes_no_keys(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 30 * MINUTE)
    coordinators = call_to(world.coordinator, case)
    assert press(coordinators) is None
    bundled = call_to(world.specialist, case)
    Delivery.objects.filter(pk=coordinators.pk).update(carried_by=bundled)
    assert press(bundled) is None
    assert not CallAnswer.objects.exists()


def test_the_voice_says_hospital_number_time_left_and_code_in_the_persons_language(world: World) -> None:
    case = world.flagged()
    alert = call_to(world.specialist, case).notification
    alert.recipient.language = "en"
    with translation.override("en"):
        body = spoken(alert, "47", SOON).body
    assert f"New referral request {case.number} from 甲" in body
    assert "13 minutes are left. To acknowledge, press 4, 7." in body
    alert.recipient.language = "zh-hans"
    with translation.override("zh-hans"):
        chinese = spoken(alert, "47", SOON).body
    assert "还剩 13 分钟" in chinese
    assert "4、7" in chinese
    assert world.doctor.name not in body
    assert case.patient.name not in body


def test_acknowledging_leaves_the_case_where_it_was(world: World) -> None:
    case = world.flagged()
    press(call_to(world.specialist, case))
    case.refresh_from_db()
    assert case.state == State.OFFERED
