"""Notifications reach a real server: in order, as often as it takes, and never past what was not accepted."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from accounts import clock
from fhir.subscriptions.sending import send, send_due
from integrations import subscriptions
from integrations.counterparts import save_integration
from integrations.models import EventSubscription, Integration
from integrations.subscriptions import FIRST_PAUSE, LONGEST_PAUSE, PATIENCE, WARNED_AFTER
from notifications.delivery.send import deliver
from notifications.models import Notification
from tests.fhir.conftest import Program
from tests.fhir.subscribing import events, extension, numbers, status_of, subscribe
from tests.fhir.validator import findings
from tests.notifications.channels.provider import Provider, Reply, replies_with, serving
from tests.world import HOUR, MINUTE, World

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


class Hook:
    """A hospital's server on one port, which can die and return."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.provider: Provider = self._stack.enter_context(serving())
        self.url = self.provider.url

    def die(self) -> None:
        self._stack.close()

    def return_(self) -> None:
        asked = self.provider.asked
        self.provider = self._stack.enter_context(serving(int(self.url.rpartition(":")[2])))
        self.provider.asked = asked

    @property
    def bundles(self) -> list[dict[str, Any]]:
        return [asked.json for asked in self.provider.asked]

    @property
    def kinds(self) -> list[str]:
        return [status_of(bundle)["type"] for bundle in self.bundles]


@pytest.fixture(autouse=True)
def _local(settings: Any) -> None:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]


@pytest.fixture
def hook() -> Iterator[Hook]:
    running = Hook()
    yield running
    running.die()


def flagged(world: World, *names: str) -> None:
    for name in names:
        world.flagged(clock.now(), name=name)


def test_a_handshake_comes_first_and_makes_it_active(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    flagged(world, "一", "二")
    assert send_due(now) == 3
    assert hook.kinds == ["handshake", "event-notification", "event-notification"]
    assert numbers(hook.bundles) == [1, 2]
    assert ward.get(f"Subscription/{row.pk}").body["status"] == "active"
    assert send_due(now + SECOND) == 0


def test_a_handshake_that_is_refused_is_tried_again_and_nothing_passes_it(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    hook.provider.behave = replies_with(Reply(403))
    flagged(world, "一")
    assert send_due(now) == send_due(now + HOUR) == 0
    assert hook.kinds == ["handshake", "handshake"]
    shown = ward.get(f"Subscription/{row.pk}/$status").body
    assert status_of(events(ward, row).body)["status"] == "requested"
    assert "403" in str(shown)
    hook.provider.behave = replies_with(Reply())
    assert send_due(now + 2 * HOUR) == 2
    assert (hook.kinds[2:], numbers(hook.bundles)) == (["handshake", "event-notification"], [1])


def test_a_notification_is_valid_has_ids_only_and_the_secret_header(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    subscribe(ward, hook.url)
    flagged(world, "王晓明")
    send_due(now)
    assert findings(hook.bundles) == {}
    asked = hook.provider.asked[-1]
    assert asked.headers["authorization"] == "Bearer of-the-hospital"
    assert asked.headers["content-type"] == "application/fhir+json"
    assert asked.headers["idempotency-key"] == asked.json["id"]
    changed = asked.json["entry"][1]
    assert ward.get(changed["request"]["url"]).status == 200
    assert "resource" not in changed
    assert "王晓明" not in asked.body.decode()


def test_an_empty_payload_says_only_that_something_happened(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    empty = {"extension": [extension("payload-content", valueCode="empty")]}
    subscribe(ward, hook.url, channel={"_payload": empty})
    flagged(world, "一")
    send_due(now)
    assert status_of(hook.bundles[-1])["events"] == [(1, None)]
    assert len(hook.bundles[-1]["entry"]) == 1
    assert "Task/" not in str(hook.bundles[-1])


def test_a_server_that_is_down_for_72_hours_gets_everything_in_order_when_it_is_back(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    flagged(world, "一")
    send_due(now)
    hook.die()
    at = now
    for hour in range(72):
        if hour % 12 == 0:
            flagged(world, f"夜{hour}")
        at = now + hour * HOUR
        assert send_due(at) == 0
    row.refresh_from_db()
    assert (row.status, row.accepted) == ("active", 1)
    assert row.failures >= 72
    hook.return_()
    assert send_due(at + LONGEST_PAUSE) == 6
    assert numbers(hook.bundles) == [1, 2, 3, 4, 5, 6, 7]
    row.refresh_from_db()
    assert (row.accepted, row.failures, row.failing_since, row.last_error) == (7, 0, None, "")


def test_pauses_grow_and_are_bounded() -> None:
    pauses = [subscriptions.pause(failures) for failures in range(1, 40)]
    assert FIRST_PAUSE / 2 <= pauses[0] <= FIRST_PAUSE
    assert all(pause <= LONGEST_PAUSE for pause in pauses)
    assert subscriptions.pause(1, HOUR) == HOUR


@pytest.mark.parametrize("status", [301, 400, 401, 404, 410, 500, 503])
def test_whatever_is_no_yes_is_tried_again_and_nothing_passes_it(
    world: World, ward: Program, hook: Hook, now: datetime, status: int
) -> None:
    row = subscribe(ward, hook.url)
    send_due(now)
    flagged(world, "一", "二")
    hook.provider.behave = replies_with(Reply(status, headers={"Location": "http://127.0.0.1:1/"}))
    assert send_due(now) == 0
    assert numbers(hook.bundles) == [1]
    assert send_due(now) == 0
    row.refresh_from_db()
    assert (row.accepted, row.last_error) == (0, f"HTTP {status}")
    hook.provider.behave = replies_with(Reply())
    assert send_due(now + LONGEST_PAUSE) == 2
    assert numbers(hook.bundles) == [1, 1, 2]
    first, again = hook.bundles[1:3]
    assert first["id"] == again["id"]


def test_a_pause_that_the_server_asks_for_is_kept(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    subscribe(ward, hook.url)
    hook.provider.behave = replies_with(Reply(503, headers={"Retry-After": "1800"}))
    send_due(now)
    hook.provider.behave = replies_with(Reply())
    assert send_due(now + 29 * MINUTE) == 0
    assert send_due(now + 30 * MINUTE) == 1


def test_several_events_go_together_where_the_program_wishes(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    subscribe(ward, hook.url, channel={"extension": [extension("max-count", valuePositiveInt=3)]})
    flagged(world, "一", "二", "三", "四")
    assert send_due(now) == 3
    assert [len(status_of(bundle)["events"]) for bundle in hook.bundles] == [0, 3, 1]
    assert findings(hook.bundles) == {}


def test_a_heartbeat_comes_when_nothing_else_did(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    subscribe(ward, hook.url, channel={"extension": [extension("heartbeat-period", valueUnsignedInt=60)]})
    send_due(now)
    assert send_due(now + 59 * SECOND) == 0
    assert send_due(now + 60 * SECOND) == 1
    flagged(world, "一")
    assert send_due(now + 90 * SECOND) == 1
    assert send_due(now + 149 * SECOND) == 0
    assert send_due(now + 150 * SECOND) == 1
    assert hook.kinds == ["handshake", "heartbeat", "event-notification", "heartbeat"]
    assert status_of(hook.bundles[-1])["events-since-subscription-start"] == "1"
    assert findings(hook.bundles) == {}


def test_after_a_week_it_is_in_error_its_person_knows_and_it_can_begin_again(
    world: World, ward: Program, ward_emr: Integration, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    flagged(world, "一")
    hook.die()
    for after in (timedelta(), WARNED_AFTER, WARNED_AFTER + HOUR, PATIENCE, PATIENCE + DAY):
        send_due(now + after)
    notices = Notification.objects.filter(recipient=ward_emr.responsible, alert__subject_id=str(row.pk))
    assert [one.alert.kind for one in notices.order_by("created_at")] == [
        "subscription_failing",
        "subscription_given_up",
    ]
    shown = ward.get(f"Subscription/{row.pk}").body
    assert shown["status"] == "error"
    assert shown["error"]
    assert status_of(ward.get(f"Subscription/{row.pk}/$status").body)["error"]["text"] == shown["error"]
    flagged(world, "二")
    assert numbers([events(ward, row).body]) == [1, 2]
    hook.return_()
    assert send_due(now + PATIENCE + 2 * DAY) == 0
    ward.send("PUT", f"Subscription/{row.pk}", shown | {"status": "requested"})
    assert send_due(now + PATIENCE + 2 * DAY) == 3
    assert (hook.kinds[0], numbers(hook.bundles)) == ("handshake", [1, 2])


def test_the_warning_goes_out_by_mail(
    world: World, ward: Program, ward_emr: Integration, hook: Hook, now: datetime
) -> None:
    subscribe(ward, hook.url)
    hook.die()
    send_due(now)
    send_due(now + WARNED_AFTER)
    deliver(now=now + WARNED_AFTER + HOUR)
    (sent,) = [one for one in mail.outbox if one.to == [ward_emr.responsible.email]]
    assert ward_emr.name in sent.subject


@pytest.mark.parametrize(
    "changes", [{"is_active": False}, {"scopes": ["system/Communication.rs"]}, {"ward": None}]
)
def test_a_program_that_lost_its_right_gets_nothing_more_and_the_reason_is_kept(
    world: World, ward: Program, ward_emr: Integration, hook: Hook, now: datetime, changes: dict[str, Any]
) -> None:
    row = subscribe(ward, hook.url)
    send_due(now)
    flagged(world, "一")
    for name, value in changes.items():
        setattr(ward_emr, name, value)
    save_integration(integration=ward_emr, now=now)
    flagged(world, "二")
    assert send_due(now) == 0
    row.refresh_from_db()
    assert (row.status, row.end_reason) == ("off", "rights_lost")
    assert row.events.count() == 1
    assert hook.kinds == ["handshake"]


def test_a_right_that_was_lost_by_another_door_is_noticed_before_sending(
    world: World, ward: Program, ward_emr: Integration, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    flagged(world, "一")
    ward_emr.account.memberships.all().delete()
    assert send_due(now) == 0
    row.refresh_from_db()
    assert (row.status, row.end_reason, hook.bundles) == ("off", "rights_lost", [])


def test_at_its_end_it_is_off(world: World, ward: Program, hook: Hook, now: datetime) -> None:
    row = subscribe(ward, hook.url, end=(now + HOUR).isoformat())
    assert send_due(now) == 1
    flagged(world, "一")
    assert send_due(now + HOUR) == 0
    row.refresh_from_db()
    assert (row.status, row.end_reason) == ("off", "end_reached")
    assert ward.get(f"Subscription/{row.pk}").body["error"]


def test_two_workers_never_send_at_once_and_a_lease_runs_out(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    lost = subscriptions.take_turn(row.pk, now)
    assert lost is not None
    assert subscriptions.take_turn(row.pk, now) is None
    assert send(row.pk, now + subscriptions.LEASE) == 1
    subscriptions.record_failure(lost, "late", now + subscriptions.LEASE)
    subscriptions.record_success(lost, now + subscriptions.LEASE)
    row.refresh_from_db()
    assert (row.failures, row.status) == (0, "active")


def test_a_server_where_messages_may_not_lead_is_never_called(
    world: World, ward: Program, hook: Hook, settings: Any, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    settings.PRIVATE_NETWORKS = []
    assert send_due(now) == 0
    row.refresh_from_db()
    assert hook.bundles == []
    assert "public internet" in row.last_error


def test_old_events_that_were_accepted_are_forgotten_and_others_never(
    world: World, ward: Program, hook: Hook, now: datetime
) -> None:
    row = subscribe(ward, hook.url)
    flagged(world, "一")
    send_due(now)
    flagged(world, "二")
    subscriptions.purge(clock.now() + subscriptions.EVENTS_KEPT + DAY)
    assert list(row.events.values_list("number", flat=True)) == [None]
    assert EventSubscription.objects.get().accepted == 1
