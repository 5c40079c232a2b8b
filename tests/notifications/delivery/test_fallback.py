"""When handing over fails: again later, by another channel, to another person, and at last to an operator."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

import pytest

from accounts.models import User
from notifications import selectors
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery import fallback
from notifications.delivery.fallback import PATIENCE, wait_before
from notifications.delivery.send import deliver
from notifications.models import Alert, Delivery, Notification, Subscription
from notifications.services import notify
from tests.notifications.conftest import (
    NOW,
    Case,
    PagerChannel,
    RecordingChannel,
    deliveries_of,
    email_of,
    fails,
    new_notification,
    notice,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]


def test_a_temporary_failure_is_tried_again_later_and_not_before(user: User) -> None:
    RecordingChannel.behave = fails(retry_after=timedelta(seconds=40))
    delivery = email_of(new_notification(user))

    deliver(now=NOW)
    deliver(now=NOW + timedelta(seconds=39))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("sending", 1, "421 try later")
    assert delivery.leased_until is None

    RecordingChannel.behave = lambda message: Receipt()
    deliver(now=NOW + timedelta(seconds=42))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.last_error) == ("sent", 2, "")
    assert {m.delivery_id for m in RecordingChannel.sent} == {delivery.pk}


@pytest.mark.parametrize(
    ("severity", "longest"),
    [
        ("critical", [5, 10, 20, 40, 60, 60, 60]),
        ("severe", [5, 10, 20, 40, 80, 120, 120]),
        ("warning", [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]),
        ("info", [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]),
    ],
)
def test_waiting_times_double_are_capped_and_spread(
    severity: str, longest: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    for drawn in (1.0, 0.25, 0.0):
        monkeypatch.setattr("random.random", partial(float, drawn))
        waits = [wait_before(attempt, severity) for attempt in range(2, 2 + len(longest))]
        assert waits == [_seconds(drawn * bound) for bound in longest]
        assert wait_before(5000, severity) == _seconds(drawn * longest[-1])


def test_each_failure_is_followed_by_a_wait_twice_as_long(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    RecordingChannel.behave = fails()
    delivery = email_of(new_notification(user, severity="critical"))
    now, waits = NOW, []
    for _attempt in range(5):
        deliver(now=now)
        delivery.refresh_from_db()
        waits.append((delivery.available_at - now).total_seconds())
        now = delivery.available_at
    assert [round(wait) for wait in waits] == [5, 10, 20, 40, 60]


def test_a_provider_is_left_alone_as_long_as_it_asks_up_to_a_quarter_of_the_useful_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    asked = [wait_before(2, "critical", _seconds(seconds)) for seconds in (4, 300, 1800, 1801, 9999)]
    assert asked == [_seconds(seconds) for seconds in (5, 300, 1800, 1800, 1800)]


@pytest.mark.parametrize(
    ("severity", "hours", "minutes"),
    [("critical", 2, 1), ("severe", 6, 2), ("warning", 24, 15), ("info", 24, 60)],
)
def test_the_graver_a_message_the_shorter_it_is_of_use_and_the_sooner_it_is_repeated(
    severity: str, hours: int, minutes: int
) -> None:
    longest = max(wait_before(40, severity) for _ in range(300))
    assert timedelta(minutes=0.9 * minutes) < longest <= timedelta(minutes=minutes)
    assert PATIENCE[severity].useful_for == timedelta(hours=hours)


def _seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_after_its_useful_time_a_message_is_given_up_and_somebody_is_told(user: User, case: Case) -> None:
    RecordingChannel.behave = fails()
    notification = new_notification(user, severity="critical")
    late = NOW + PATIENCE["critical"].useful_for

    for attempt in range(3):
        assert case.undeliverable == []
        deliver(now=late + timedelta(minutes=5 * attempt))

    assert email_of(notification).state == "undeliverable"
    assert case.undeliverable == [notification]


def test_a_message_that_waited_thirty_days_is_still_sent(user: User) -> None:
    notification = new_notification(user, severity="critical")

    deliver(now=NOW + timedelta(days=30))

    assert email_of(notification).state == "sent"


def test_a_refused_address_is_not_used_again_until_it_changes(user: User, case: Case) -> None:
    RecordingChannel.behave = fails(permanent=True)
    new_notification(user)
    deliver(now=NOW)
    [reach] = selectors.reachability(user)
    assert (reach.works, reach.last_error) == (False, "421 try later")

    second = notify(notices=[notice(user, "second")], now=NOW)[0]
    deliver(now=NOW)
    assert len(RecordingChannel.sent) == 1
    assert email_of(second).state == "undeliverable"
    assert len(case.undeliverable) == 2

    user.email = "new@example.org"
    user.save()
    RecordingChannel.behave = lambda message: Receipt()
    third = notify(notices=[notice(user, "third")], now=NOW)[0]
    deliver(now=NOW)
    assert email_of(third).state == "sent"
    [reach] = selectors.reachability(user)
    assert (reach.address, reach.works) == ("new@example.org", True)


def test_a_refusal_moves_on_to_the_persons_next_channel(user: User, case: Case) -> None:
    RecordingChannel.behave = fails(permanent=True)
    Subscription.objects.create(user=user, channel="pager", address="1", min_severity="severe")
    notification = new_notification(user)

    deliver(now=NOW)
    deliver(now=NOW + timedelta(seconds=1))

    assert email_of(notification).state == "failed"
    assert notification.deliveries.get(channel="pager").state == "sent"
    assert case.undeliverable == []


def test_the_last_browser_that_is_gone_moves_on_to_the_mail_that_was_kept_for_louder_alerts(
    user: User, case: Case
) -> None:
    Subscription.objects.create(user=user, channel="email", address=user.email, min_severity="severe")
    Subscription.objects.create(user=user, channel="pager", address="1")
    PagerChannel.behave = fails(permanent=True)
    notification = new_notification(user)
    assert [delivery.channel for delivery in deliveries_of(notification)] == ["pager"]

    deliver(now=NOW)
    deliver(now=NOW + timedelta(seconds=1))

    assert email_of(notification).state == "sent"
    assert case.undeliverable == []


def test_mail_that_was_switched_off_stays_so_for_what_is_not_severe(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    case.audience = [make_user("li").pk]
    Subscription.objects.create(user=user, channel="email", address=user.email, enabled=False)
    Subscription.objects.create(user=user, channel="pager", address="1")
    PagerChannel.behave = fails(permanent=True)
    notification = new_notification(user)

    deliver(now=NOW)

    assert not notification.deliveries.filter(channel="email").exists()
    assert [one.recipient_id for one in notification.substitutes.all()] == case.audience


def test_nobody_else_is_troubled_while_another_way_is_open(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    case.audience = [make_user("li").pk]
    Subscription.objects.create(user=user, channel="pager", address="1")
    RecordingChannel.behave = fails(permanent=True)
    notification = new_notification(user)

    deliver(now=NOW)

    assert email_of(notification).state == "failed"
    assert Notification.objects.count() == 1
    assert [m.user_id for m in PagerChannel.sent] == [user.pk]


def test_someone_out_of_reach_is_replaced_by_the_next_person_and_at_last_somebody_is_told(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    li, zhao = make_user("li"), make_user("zhao")
    case.audience = [user.pk, li.pk, zhao.pk]
    RecordingChannel.behave = fails(permanent=True)
    notification = new_notification(user, severity="critical")

    for second in range(5):
        deliver(now=NOW + timedelta(seconds=second))

    assert [m.user_id for m in RecordingChannel.sent] == [user.pk, li.pk, zhao.pk]
    assert [email_of(n).state for n in Notification.objects.order_by("pk")] == [
        "failed",
        "failed",
        "undeliverable",
    ]
    assert set(notification.substitutes.values_list("recipient", flat=True)) == {li.pk, zhao.pk}
    assert [n.recipient for n in case.undeliverable] == [zhao]


@pytest.mark.parametrize(
    ("about", "change"),
    [
        ("thing", {"acknowledged_at": NOW, "read_at": NOW}),
        ("thing", {"withdrawn_at": NOW}),
        ("contact_method", {}),
        ("contact_method_trouble", {}),
    ],
)
def test_what_concerns_nobody_else_any_more_is_not_taken_to_the_next_person_when_it_is_lost(
    user: User, make_user: Callable[..., User], case: Case, about: str, change: dict[str, datetime]
) -> None:
    case.audience = [user.pk, make_user("li").pk]
    notification = new_notification(user, severity="critical")
    deliver(now=NOW)
    Alert.objects.filter(pk=notification.alert_id).update(subject_type=about)
    Notification.objects.filter(pk=notification.pk).update(**change)

    delivery = Delivery.objects.get(notification=notification, channel="email")
    assert fallback.reported_lost(delivery, error="absent", now=NOW)
    assert Delivery.objects.get(pk=delivery.pk).state == "failed"
    assert (Notification.objects.count(), case.undeliverable) == (1, [])


def test_of_a_carriers_long_report_the_first_three_hundred_signs_are_kept(user: User, case: Case) -> None:
    notification = new_notification(user)
    deliver(now=NOW)
    report = "".join(chr(ord("a") + at % 26) for at in range(400))
    assert fallback.reported_lost(email_of(notification), error=report, now=NOW)
    assert email_of(notification).last_error == report[:300]


def test_a_channel_that_was_removed_does_not_swallow_messages(user: User, case: Case) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1")
    notification = new_notification(user)
    deliveries_of(notification).filter(channel="pager").update(channel="carrier-pigeon")

    deliver(now=NOW)

    assert notification.deliveries.get(channel="carrier-pigeon").state == "failed"
    assert email_of(notification).state == "sent"


def test_a_hook_that_raises_does_not_stop_the_others(user: User, case: Case) -> None:
    case.audience = None  # type: ignore[assignment]
    RecordingChannel.behave = lambda message: _refuse() if len(RecordingChannel.sent) == 1 else Receipt()
    notify(notices=[notice(user, "a", severity="critical"), notice(user, "b")], now=NOW)

    deliver(now=NOW)

    states = Delivery.objects.filter(channel="email").values_list(
        "notification__alert__dedup_key", "state", "attempts"
    )
    assert sorted(states) == [("a", "sending", 1), ("b", "sent", 1)]


def _refuse() -> Receipt:
    raise ChannelError("554", permanent=True, address_is_dead=False)


def test_one_message_that_raises_does_not_stop_the_others(user: User) -> None:
    def breaks_for_the_first(message: Message) -> Receipt:
        if len(RecordingChannel.sent) == 1:
            raise KeyError("a bug")
        return Receipt()

    RecordingChannel.behave = breaks_for_the_first
    notify(notices=[notice(user, "a"), notice(user, "b")], now=NOW)

    deliver(now=NOW)

    states = (
        Delivery.objects.filter(channel="email")
        .order_by("attempts", "state")
        .values_list("state", "last_error")
    )
    assert sorted(states) == [("sending", "internal error"), ("sent", "")]
