"""When people cannot be reached: who comes instead, and how those who run the platform learn of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from accounts.models import DutyShift, Membership, Role, User
from notifications import hooks
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.channels.email import EmailChannel
from notifications.delivery.send import deliver
from notifications.models import Delivery, Notification
from referral.alerts import delivery_hooks
from referral.deadlines.engine import quarantine, run_cycle
from referral.models import Case, Deadline
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Kind, Verb
from tests.world import HOUR, MINUTE, NOW, World


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[str]]:
    """Addresses that do not exist; add to it."""
    dead: set[str] = set()
    send = EmailChannel.send

    def refuses(channel: EmailChannel, message: Message) -> Receipt:
        if message.address in dead:
            raise ChannelError("550 5.1.1 no such mailbox", permanent=True)
        return send(channel, message)

    monkeypatch.setattr(EmailChannel, "send", refuses)
    yield dead


def deliver_all() -> None:
    for turn in range(6):
        deliver(now=NOW + turn * MINUTE)


def mailed(user: User) -> list[Any]:
    return [one for one in mail.outbox if one.to == [user.email]]


def asked(world: World) -> Case:
    """A flagged case whose first alert is written and not yet sent."""
    case = world.flagged()
    run_cycle(NOW)
    return case


def names(notification: Notification) -> list[str]:
    expected = dict(User.objects.values_list("pk", "name"))
    return [expected[person] for person in delivery_hooks.next_recipients(notification)]


def words(notification: Notification) -> str:
    with translation.override("en"):
        return hooks.render(notification, "en").body


def test_after_the_duty_comes_its_lead_and_then_the_coordinator(world: World) -> None:
    Membership.objects.create(user=world.researcher, role=Role.SPECIALIST, ward=world.ward)
    for weekday in range(7):
        DutyShift.objects.create(
            ward=world.ward, user=world.researcher, weekday=weekday, starts="00:00", ends="00:00"
        )
    asked(world)
    alert = Notification.objects.get(recipient=world.specialist, alert__kind="new_offer")
    assert names(alert) == ["researcher", "lead", "coordinator"]


def test_for_a_clinician_the_colleagues_of_the_hospital_come_first(world: World) -> None:
    nurse = User.objects.create_user("nurse@test.example", name="nurse")
    Membership.objects.create(user=nurse, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    world.register()
    run_cycle(NOW + 2 * HOUR)
    assert names(Notification.objects.get(recipient=world.doctor, alert__kind="reminder")) == [
        "nurse",
        "coordinator",
    ]


def test_when_nobody_at_all_was_reached_the_timeline_and_the_operator_know(
    world: World, unreachable: set[str]
) -> None:
    unreachable |= {world.specialist.email, world.lead.email, world.coordinator.email}
    case = asked(world)
    deliver_all()
    assert case.events.filter(what="alert_undeliverable").count() == 1
    [alert] = Notification.objects.filter(alert__kind="undeliverable")
    assert alert.recipient == world.administrator
    [sent] = mailed(world.administrator)
    assert case.number in sent.subject
    assert "/operations/" in sent.body


def test_an_operator_who_is_out_of_reach_too_is_the_end_of_it(world: World, unreachable: set[str]) -> None:
    unreachable |= {user.email for user in User.objects.all()}
    asked(world)
    deliver_all()
    assert Notification.objects.filter(alert__kind="undeliverable").count() == 1
    assert set(Delivery.objects.values_list("state", flat=True)) == {"failed", "undeliverable"}


def test_without_an_administrator_the_superusers_are_told(world: World, unreachable: set[str]) -> None:
    root = User.objects.create_superuser("root@test.example", name="root")
    Membership.objects.filter(user=world.administrator).delete()
    unreachable |= {world.specialist.email, world.lead.email, world.coordinator.email}
    asked(world)
    deliver_all()
    assert len(mailed(root)) == 1


def test_the_operator_is_mailed_of_a_deadline_that_was_set_aside(world: World) -> None:
    case = world.accepted()
    mail.outbox.clear()
    quarantine(Deadline.objects.get(case=case, kind=Kind.ADMIT).pk, NOW)
    deliver_all()
    [sent] = mailed(world.administrator)
    assert case.number in sent.subject
    assert "/operations/" in sent.body and "/cases/" not in sent.body


def test_an_operators_alert_leads_from_the_inbox_to_a_page_that_is_theirs(
    world: World, client: Client
) -> None:
    case = world.accepted()
    quarantine(Deadline.objects.get(case=case, kind=Kind.ADMIT).pk, NOW)
    alert = Notification.objects.get(recipient=world.administrator, alert__kind="quarantined")
    client.force_login(world.administrator)
    assert client.post(f"/inbox/{alert.pk}/open/", follow=True).status_code == 200


def test_who_no_longer_runs_the_network_is_not_mailed(world: World) -> None:
    case = world.accepted()
    quarantine(Deadline.objects.get(case=case, kind=Kind.ADMIT).pk, NOW)
    Membership.objects.filter(user=world.administrator).delete()
    deliver_all()
    assert mailed(world.administrator) == []


def ask(world: World) -> Case:
    return perform(world.watched(), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="?")


def depart(world: World) -> Case:
    inputs = {"expected_arrival_at": NOW + 2 * HOUR}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **inputs)


@pytest.mark.parametrize("change", [ask, depart])
def test_what_is_told_to_an_empty_duty_goes_to_the_lead_and_the_coordinator(
    world: World, change: Callable[[World], Case]
) -> None:
    DutyShift.objects.all().delete()
    case = change(world)
    last = Notification.objects.filter(alert__kind="done", alert__payload__verb__in=["ask_advice", "depart"])
    assert {one.recipient for one in last} == {world.lead, world.coordinator}
    assert all("Nobody is on duty" in words(one) for one in last)
    assert case.events.filter(what="nobody_on_duty", details__has_key="verb").exists()
    assert [one.number for one in case.events.order_by("number")] == list(
        range(1, Case.objects.get(pk=case.pk).event_count + 1)
    )


def test_the_alert_of_an_empty_duty_says_so(world: World) -> None:
    DutyShift.objects.all().delete()
    asked(world)
    alerts = Notification.objects.filter(alert__kind="new_offer")
    assert {one.recipient for one in alerts} == {world.lead, world.coordinator}
    assert all("Nobody is on duty" in words(one) for one in alerts)


def test_where_somebody_is_on_duty_no_alert_says_otherwise(world: World) -> None:
    case = ask(world)
    assert not any("Nobody is on duty" in words(one) for one in Notification.objects.all())
    assert not case.events.filter(what="nobody_on_duty").exists()


def test_the_timeline_says_in_words_which_alert_was_lost(
    world: World, unreachable: set[str], client: Client
) -> None:
    unreachable |= {world.specialist.email, world.lead.email, world.coordinator.email}
    case = asked(world)
    deliver_all()
    client.force_login(world.coordinator)
    page = client.get(f"/cases/{case.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "new_offer" not in page
    line = case.events.get(what="alert_undeliverable")
    assert line.details == {"kind": "acknowledge"}
