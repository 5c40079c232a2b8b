"""What of the pathway may share a message, and what never does."""

from typing import Any

import pytest

from notifications.delivery.send import deliver, deliver_waiting
from notifications.models import Delivery, Notification
from referral.deadlines.engine import run_cycle
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, MINUTE, NOW, World, make_deliveries

PEOPLE = "甲乙丙丁戊己庚辛"


@pytest.fixture(autouse=True)
def storm(settings: Any) -> None:
    settings.STORM_CONTROL = True
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


def emails(**which: Any) -> Any:
    """The deliveries by mail, made where no worker has made them yet, of notifications."""
    make_deliveries(NOW)
    notifications = Notification.objects.filter(**which)
    return Delivery.objects.filter(notification__in=notifications, channel="email")


def test_many_new_requests_to_a_ward_become_few_messages(world: World, mailoutbox: list[Any]) -> None:
    for name in PEOPLE:
        world.flagged(name=name)
    while deliver(now=NOW):
        pass
    to_duty = [mail for mail in mailoutbox if mail.to == [world.specialist.email]]
    assert len(to_duty) == 1
    assert len(to_duty[0].body.split("•")) == len(PEOPLE) + 1
    keys = {row.bundle_key for row in emails(alert__kind="new_offer")}
    assert keys == {f"{world.specialist.pk}:{world.ward.pk}"}


def test_a_missed_deadline_goes_alone_whatever_its_severity(world: World) -> None:
    for name in PEOPLE:
        world.accepted(name=name)
    run_cycle(NOW + 48 * HOUR)
    missed = emails(alert__kind="missed")
    assert missed.exists()
    assert set(missed.values_list("bundle_key", flat=True)) == {""}
    ids = list(missed.values_list("pk", flat=True))
    deliver_waiting(ids=ids, now=NOW + 48 * HOUR)
    assert set(missed.values_list("state", flat=True)) == {"sent"}
    assert not missed.filter(carried_by__isnull=False).exists()


def test_a_critical_repetition_of_an_unanswered_request_goes_alone(world: World) -> None:
    for name in PEOPLE:
        world.flagged(name=name)
    run_cycle(NOW + 5 * MINUTE)
    critical = emails(alert__severity="critical")
    assert critical.count() == len(PEOPLE)
    assert set(critical.values_list("bundle_key", flat=True)) == {""}


def test_what_other_people_did_is_told_by_ward(world: World) -> None:
    case = world.accepted()
    perform(case, Verb.MESSAGE, actor=world.specialist, now=NOW, text="床位已备好")
    notification = emails(recipient=world.doctor, alert__payload__verb="message").get()
    assert notification.bundle_key == f"{world.doctor.pk}:{world.ward.pk}"
