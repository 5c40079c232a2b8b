"""What a person's alarm rings for: requests to their wards, critical alerts to them, and nothing else."""

from datetime import timedelta

import pytest

from accounts.models import DutyShift, Membership, Role, User
from notifications.services import acknowledge_all, notify, withdraw
from notifications.types import Notice
from referral.alerts import compose
from referral.alerts.alarm import Cause, causes, is_expected
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import MINUTE, NOW, World, build, open_offer

SOON = NOW + MINUTE


@pytest.fixture
def world(db: None) -> World:
    return build()


def alert(case: Case, user: User, severity: str = "critical", now: object = NOW) -> None:
    notice = Notice(
        dedup_key=f"{case.pk}:{user.pk}:{severity}:{now}",
        recipients=[user.pk],
        subject_type=compose.CASE,
        subject_id=str(case.pk),
        kind=compose.DONE,
        severity=severity,
        payload=compose.about(case),
    )
    notify(notices=[notice], now=now)  # type: ignore[arg-type]


def kinds(user: User) -> list[str]:
    return [cause.kind for cause in causes(user)]


def test_a_request_rings_for_everybody_of_its_ward_until_one_acknowledges_it(world: World) -> None:
    case = world.flagged()
    expected = [Cause(open_offer(case).pk, "request", case.pk, case.number, NOW)]  # type: ignore[arg-type]
    assert causes(world.specialist) == causes(world.lead) == expected
    assert causes(world.second_specialist) == causes(world.doctor) == causes(world.coordinator) == []

    perform(case, Verb.ACKNOWLEDGE, actor=world.lead, now=SOON)
    assert causes(world.specialist) == causes(world.lead) == []


@pytest.mark.parametrize(
    "verb, inputs", [(Verb.ACCEPT, {}), (Verb.DECLINE, {"reason": "no_bed"})], ids=["accepted", "declined"]
)
def test_an_answer_is_an_acknowledgement(world: World, verb: Verb, inputs: dict[str, str]) -> None:
    perform(world.flagged(), verb, actor=world.specialist, now=SOON, **inputs)
    assert causes(world.specialist) == []


def test_a_request_that_was_declined_rings_for_the_next_ward(world: World) -> None:
    perform(world.flagged(), Verb.DECLINE, actor=world.specialist, now=SOON, reason="no_bed")
    assert kinds(world.second_specialist) == ["request"]


def test_a_withdrawn_request_rings_no_more(world: World) -> None:
    perform(world.flagged(), Verb.WITHDRAW, actor=world.doctor, now=SOON, reason="improved")
    assert causes(world.specialist) == []


def test_the_oldest_comes_first(world: World) -> None:
    later, earlier = world.flagged(now=SOON), world.flagged(now=NOW, name="测试乙")
    assert [cause.case_id for cause in causes(world.specialist)] == [earlier.pk, later.pk]


def test_a_critical_alert_rings_for_its_recipient_until_they_acknowledge_it(world: World) -> None:
    case = world.accepted()
    alert(case, world.coordinator)
    alert(case, world.coordinator, now=SOON)
    [cause] = causes(world.coordinator)
    assert (cause.kind, cause.case_id, cause.since) == ("alert", case.pk, NOW)
    assert causes(world.specialist) == []

    acknowledge_all(notifications=world.coordinator.notifications.all(), user=world.coordinator, now=SOON)
    assert causes(world.coordinator) == []


def test_an_alert_whose_reason_is_gone_rings_no_more(world: World) -> None:
    case = world.accepted()
    alert(case, world.coordinator)
    withdraw(subject_type=compose.CASE, subject_ids=[str(case.pk)], now=SOON)
    assert causes(world.coordinator) == []


def test_less_than_critical_does_not_ring(world: World) -> None:
    alert(world.accepted(), world.specialist, severity="severe")
    assert causes(world.specialist) == []


def test_a_request_and_the_alert_about_it_are_one_reason(world: World) -> None:
    alert(world.flagged(), world.specialist)
    assert kinds(world.specialist) == ["request"]


def test_an_alert_about_a_case_that_is_no_longer_seen_does_not_ring(world: World) -> None:
    case = world.flagged()
    alert(case, world.specialist)
    Membership.objects.filter(user=world.specialist).delete()
    assert causes(User.objects.get(pk=world.specialist.pk)) == []


def test_who_is_on_duty_is_expected_to_hear(world: World) -> None:
    assert is_expected(world.specialist, NOW)
    assert not is_expected(world.lead, NOW)
    assert not is_expected(world.coordinator, NOW)
    assert not is_expected(world.doctor, NOW)


def test_the_lead_is_expected_to_hear_when_nobody_is_on_duty(world: World) -> None:
    DutyShift.objects.filter(ward=world.ward).delete()
    assert is_expected(world.lead, NOW)
    assert not is_expected(world.specialist, NOW)


def test_duty_on_one_of_several_wards_is_enough(world: World) -> None:
    Membership.objects.create(user=world.second_specialist, role=Role.SPECIALIST, ward=world.ward)
    assert is_expected(User.objects.get(pk=world.second_specialist.pk), NOW + timedelta(hours=5))
