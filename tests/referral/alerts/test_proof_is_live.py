"""Open pages of a case hear at once what became of its alerts; lists of cases are left alone."""

from collections.abc import Iterator
from typing import Any

import pytest

from notifications.live import Update
from notifications.models import Delivery, Notification, Subscription
from notifications.reports import services as reports
from notifications.reports.formats import Report
from notifications.services import acknowledge, mark_read
from referral.alerts import compose
from referral.models import Case
from tests.world import MINUTE, NOW, World, build

Heard = list[Update]


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Heard]:
    updates: Heard = []
    monkeypatch.setattr(compose, "publish_all", lambda rows: updates.extend(rows))
    yield updates


def alert_of(case: Case, world: World) -> Notification:
    own = Notification.objects.filter(alert__payload__case=str(case.pk), recipient=world.specialist)
    return own.earliest("pk")


def proofs(heard: Heard, world: World, case: Case) -> int:
    """How many updates said that the proof has changed; each goes to both sides and names the case alone."""
    rows = [update for update in heard if update.kind == "proof"]
    places = {f"hospital:{world.hospital.pk}", f"network:{world.network.pk}", f"ward:{world.ward.pk}"}
    assert all(update.topics == places and update.ids == {"case": str(case.pk)} for update in rows)
    return len(rows)


def test_a_carriers_report_is_heard_once_however_often_it_comes(
    world: World, heard: Heard, django_capture_on_commit_callbacks: Any
) -> None:
    case = world.flagged()
    subscription = Subscription.objects.create(user=world.specialist, channel="sms", address="+8613800000042")
    row = Delivery.objects.create(
        notification=alert_of(case, world), channel="sms", subscription=subscription, urgent=True,
        state="sent", available_at=NOW, next_hint_at=NOW, sent_at=NOW,
    )  # fmt: skip
    report = Report("", str(row.pk), has_arrived=True, code="")
    for _again in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            reports.take([report], channel="sms", now=NOW + MINUTE)
    assert proofs(heard, world, case) == 1
    with django_capture_on_commit_callbacks(execute=True):
        reports.take([Report("", "of nothing", has_arrived=True, code="")], channel="sms", now=NOW)
    assert proofs(heard, world, case) == 1


def test_an_alert_that_is_opened_and_then_acknowledged_is_heard_each_time(
    world: World, heard: Heard, django_capture_on_commit_callbacks: Any
) -> None:
    case = world.flagged()
    alert = alert_of(case, world)
    for act, expected in ((mark_read, 1), (mark_read, 1), (acknowledge, 2), (acknowledge, 2)):
        with django_capture_on_commit_callbacks(execute=True):
            act(notification=alert, user=world.specialist, now=NOW + MINUTE)
        assert proofs(heard, world, case) == expected
