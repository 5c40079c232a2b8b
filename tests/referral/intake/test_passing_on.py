"""A ward that closes passes its open requests on: it has not failed to answer them."""

from datetime import timedelta

from notifications.hooks import render
from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.intake.ward_status import close_ward, open_ward
from referral.models import Case, CaseFacts, Deadline, Offer
from referral.pathway import timeline
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Kind, State, Verb
from tests.world import HOUR, MINUTE, NOW, World, open_offer


def closed(world: World, *, after: timedelta = MINUTE) -> None:
    close_ward(ward=world.ward, actor=world.lead, reason="感染控制", now=NOW + after)


def titles(world: World, person: str) -> list[str]:
    notifications = Notification.objects.filter(recipient=getattr(world, person), withdrawn_at=None)
    return [render(row, "zh-hans").title for row in notifications if row.alert.kind == "done"]


def test_the_request_ends_as_passed_on_and_not_as_unanswered(world: World) -> None:
    case = world.flagged()
    closed(world)
    offer = Offer.objects.get(case=case, ward=world.ward)
    assert (offer.state, offer.get_state_display()) == ("ward_closed", "passed on, the ward closed")
    assert [event.what for event in case.events.all()][-1] == Verb.PASS_ON
    case_facts = CaseFacts.objects.get(case=case)
    assert (case_facts.offers, case_facts.expiries, case_facts.declines) == (2, 0, 0)
    assert not Deadline.objects.filter(offer=offer).exclude(outcome="cancelled").exists()


def test_the_doctor_is_told_once_that_the_ward_stopped_and_the_coordinator_is_left_in_peace(
    world: World,
) -> None:
    cases = [world.flagged(name=f"甲{number}") for number in range(5)]
    closed(world)
    assert len(titles(world, "doctor")) == len(cases)
    assert all("病房停止接收，请求已转下一病房" in title for title in titles(world, "doctor"))
    assert not titles(world, "coordinator")
    assert not Notification.objects.filter(
        alert__severity__in=("severe", "critical"), recipient=world.doctor
    ).exists()


def test_where_there_is_no_other_ward_the_line_says_so_and_the_coordinator_is_alerted(world: World) -> None:
    close_ward(ward=world.second_ward, actor=world.coordinator, reason="x", now=NOW - HOUR)
    case = world.flagged()
    closed(world)
    case.refresh_from_db()
    assert case.state == State.UNPLACED
    line = case.events.get(what=Verb.PASS_ON)
    assert "no other ward" in str(timeline.label(line.what, line.state_after))
    assert world.coordinator.notifications.filter(alert__kind="unplaced").exists()


def test_a_ward_that_opens_again_can_be_asked_again(world: World) -> None:
    case = world.flagged()
    closed(world)
    open_ward(ward=world.ward, actor=world.lead, now=NOW + HOUR)
    perform(case, Verb.DECLINE, actor=world.second_specialist, now=NOW + 2 * HOUR, reason="no_bed")
    assert open_offer(case).ward == world.ward


def test_a_miss_before_the_ward_closed_stays_a_miss(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 20 * MINUTE)
    closed(world, after=25 * MINUTE)
    assert missed(case) == [Kind.ACKNOWLEDGE]


def missed(case: Case) -> list[str]:
    return list(case.deadlines.filter(outcome="missed").values_list("kind", flat=True))


def test_only_a_doctor_is_told_to_call_and_only_a_coordinator_to_redirect(world: World) -> None:
    for ward in (world.ward, world.second_ward):
        close_ward(ward=ward, actor=world.coordinator, reason="x", now=NOW)
    world.flagged()

    def body(person: str) -> str:
        return render(getattr(world, person).notifications.get(alert__kind="unplaced"), "en").body

    assert "redirect" not in body("doctor") and "call a ward" in body("doctor")
    assert "redirect" in body("coordinator")


def test_what_was_done_late_is_told_apart_from_what_was_not_done(world: World) -> None:
    late, never = world.flagged(name="甲一"), world.flagged(name="甲二")
    now = NOW + 20 * MINUTE
    run_cycle(now)
    perform(late, Verb.ACKNOWLEDGE, actor=world.specialist, now=now)
    perform(never, Verb.WITHDRAW, actor=world.doctor, now=now, reason="improved")
    rows = [case.deadlines.get(kind=Kind.ACKNOWLEDGE) for case in (late, never)]
    assert [(row.outcome, row.done_late) for row in rows] == [("missed", True), ("missed", False)]
