"""Sending what was stored: once, only while its reason holds, and under the same id when sent again."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections

from accounts.models import User
from notifications import outbox, selectors
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery import BATCH_SECONDS, Stopwatch, deliver
from notifications.failing import PATIENCE, wait_before
from notifications.models import Delivery, DeliveryState, DropReason, Notification, Subscription
from notifications.outbox import LEASE
from notifications.services import acknowledge, notify, withdraw
from tests.notifications.conftest import NOW, Case, PagerChannel, RecordingChannel, email_of, notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]

Fail = Callable[[Message], Receipt]


def fails(*, permanent: bool = False, retry_after: timedelta | None = None) -> Fail:
    def behave(message: Message) -> Receipt:
        raise ChannelError("421 try later", permanent=permanent, retry_after=retry_after)

    return behave


def told(user: User, **changes: object) -> Notification:
    return notify(notices=[notice(user, **changes)], now=NOW)[0]


def test_a_delivery_is_handed_over_and_confirmed(user: User) -> None:
    delivery = email_of(told(user))

    assert deliver(ids=[delivery.pk], now=NOW) == 1

    delivery.refresh_from_db()
    [message] = RecordingChannel.sent
    assert (delivery.state, delivery.provider_reference, delivery.attempts) == ("sent", "accepted", 1)
    assert delivery.lease_token is delivery.leased_until is None
    assert (message.delivery_id, message.address, message.language) == (delivery.pk, user.email, "zh-hans")
    assert message.link == "http://localhost:8000/thing/7"
    assert "严重" in message.rendered.title or "severe" in message.rendered.title


def test_a_provider_that_vouches_for_arrival_makes_it_delivered(user: User) -> None:
    RecordingChannel.behave = lambda message: Receipt("r", is_delivered=True)
    delivery = email_of(told(user))

    deliver(ids=[delivery.pk], now=NOW)

    delivery.refresh_from_db()
    assert delivery.state == "delivered"
    assert delivery.delivered_at is not None


def test_repeated_and_reordered_hints_send_nothing_twice(user: User) -> None:
    ids = [email_of(n).pk for n in notify(notices=[notice(user, key) for key in "abc"], now=NOW)]

    for hint in (ids, ids[::-1], ids[:1]):
        deliver(ids=hint, now=NOW)

    assert sorted(m.delivery_id for m in RecordingChannel.sent) == sorted(ids)


def test_a_hint_for_an_unknown_delivery_is_ignored(user: User) -> None:
    assert deliver(ids=[user.pk], now=NOW) == 0


def test_the_loudest_goes_first(user: User) -> None:
    notify(notices=[notice(user, "a"), notice(user, "b", severity="critical")], now=NOW)

    deliver(now=NOW)

    assert [m.severity for m in RecordingChannel.sent] == ["critical", "warning"]


@pytest.mark.parametrize("limit", [1, 2])
def test_a_batch_takes_no_more_than_its_limit(user: User, limit: int) -> None:
    notify(notices=[notice(user, key) for key in "abc"], now=NOW)

    assert deliver(now=NOW, limit=limit) == limit
    assert len(RecordingChannel.sent) == limit


def withdrawn(notification: Notification, case: Case) -> None:
    withdraw(subject_type="thing", subject_id="7", now=NOW)


def acknowledged(notification: Notification, case: Case) -> None:
    acknowledge(notification=notification, user=notification.recipient, now=NOW)


def left(notification: Notification, case: Case) -> None:
    User.objects.update(is_active=False)


def moved_ward(notification: Notification, case: Case) -> None:
    case.entitled = False


def switched_off(notification: Notification, case: Case) -> None:
    user = notification.recipient
    Subscription.objects.create(user=user, channel="email", address=user.email, enabled=False)


@pytest.mark.parametrize(
    ("happens", "reason"),
    [
        (withdrawn, DropReason.WITHDRAWN),
        (acknowledged, DropReason.ACKNOWLEDGED),
        (left, DropReason.INACTIVE),
        (moved_ward, DropReason.NOT_ENTITLED),
        (switched_off, DropReason.UNSUBSCRIBED),
    ],
)
def test_what_lost_its_reason_is_dropped_and_not_sent(
    user: User, case: Case, happens: Callable[[Notification, Case], None], reason: str
) -> None:
    notification = told(user)
    happens(notification, case)

    deliver(now=NOW)

    assert (email_of(notification).state, email_of(notification).dropped_reason) == ("dropped", reason)
    assert RecordingChannel.sent == []


def test_what_waits_for_a_repetition_is_dropped_too_once_withdrawn(user: User, case: Case) -> None:
    RecordingChannel.behave = fails()
    notification = told(user)
    deliver(now=NOW)
    withdrawn(notification, case)

    deliver(now=NOW + timedelta(hours=1))

    assert email_of(notification).dropped_reason == "withdrawn"
    assert len(RecordingChannel.sent) == 1


def test_a_temporary_failure_is_tried_again_later_and_not_before(user: User) -> None:
    RecordingChannel.behave = fails(retry_after=timedelta(seconds=40))
    delivery = email_of(told(user))

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


def test_waiting_times_double_are_capped_and_spread() -> None:
    waits = [[wait_before(attempt, "critical") for _ in range(200)] for attempt in (2, 3, 40)]

    assert all(wait <= bound for wait, bound in zip(map(max, waits), map(_seconds, (5, 10, 60)), strict=True))
    assert max(waits[2]) > _seconds(40) > _seconds(20) > min(waits[2])
    assert wait_before(2, "critical", _seconds(300)) == _seconds(300)


def _seconds(number: int) -> timedelta:
    return timedelta(seconds=number)


def test_after_its_useful_time_a_message_is_given_up_and_somebody_is_told(user: User, case: Case) -> None:
    RecordingChannel.behave = fails()
    notification = told(user, severity="critical")
    late = NOW + PATIENCE["critical"].useful_for

    for attempt in range(3):
        assert case.undeliverable == []
        deliver(now=late + timedelta(minutes=5 * attempt))

    assert email_of(notification).state == "undeliverable"
    assert case.undeliverable == [notification]


def test_a_message_that_waited_thirty_days_is_still_sent(user: User) -> None:
    notification = told(user, severity="critical")

    deliver(now=NOW + timedelta(days=30))

    assert email_of(notification).state == "sent"


def test_a_refused_address_is_not_used_again_until_it_changes(user: User, case: Case) -> None:
    RecordingChannel.behave = fails(permanent=True)
    told(user)
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
    notification = told(user)

    deliver(now=NOW)
    deliver(now=NOW + timedelta(seconds=1))

    assert email_of(notification).state == "failed"
    assert notification.deliveries.get(channel="pager").state == "sent"
    assert case.undeliverable == []


def test_nobody_else_is_troubled_while_another_way_is_open(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    case.audience = [make_user("li").pk]
    Subscription.objects.create(user=user, channel="pager", address="1")
    RecordingChannel.behave = fails(permanent=True)
    notification = told(user)

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
    notification = told(user, severity="critical")

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


def test_a_channel_that_was_removed_does_not_swallow_messages(user: User, case: Case) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1")
    notification = told(user)
    notification.deliveries.filter(channel="pager").update(channel="carrier-pigeon")

    deliver(now=NOW)

    assert notification.deliveries.get(channel="carrier-pigeon").state == "failed"
    assert email_of(notification).state == "sent"


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


def test_a_lease_keeps_others_away_until_it_runs_out(user: User) -> None:
    delivery = email_of(told(user))
    outbox.claim(ids=[delivery.pk], limit=1, now=NOW)

    assert deliver(ids=[delivery.pk], now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert deliver(ids=[delivery.pk], now=NOW + LEASE) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.uncertain_attempts) == ("sent", 2, 1)


def test_a_worker_that_lost_its_lease_changes_nothing(user: User) -> None:
    delivery = email_of(told(user))
    [slow] = outbox.claim(limit=1, now=NOW)
    [fast] = outbox.claim(limit=1, now=NOW + LEASE)

    assert not outbox.confirm(slow, reference="slow", is_delivered=False, now=NOW)
    assert not outbox.postpone(slow, until=NOW, error="slow")
    assert not outbox.drop(slow, reason=DropReason.WITHDRAWN)
    assert not outbox.give_up(slow, state=DeliveryState.FAILED, error="slow")
    assert outbox.confirm(fast, reference="fast", is_delivered=False, now=NOW)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_reference) == ("sent", "fast")


def test_losing_the_lease_while_giving_up_troubles_nobody_else(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    case.audience = [make_user("li").pk]
    delivery = email_of(told(user))

    def is_overtaken(message: Message) -> Receipt:
        outbox.claim(ids=[delivery.pk], limit=1, now=NOW + LEASE)
        raise ChannelError("550", permanent=True)

    RecordingChannel.behave = is_overtaken
    deliver(now=NOW)

    assert Notification.objects.count() == 1
    assert case.undeliverable == []


def test_what_does_not_fit_into_the_time_is_given_back(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    notify(notices=[notice(user, key) for key in "ab"], now=NOW)
    monkeypatch.setattr(
        Stopwatch, "seconds", property(lambda watch: BATCH_SECONDS * 2 * len(RecordingChannel.sent))
    )

    assert deliver(now=NOW) == 2
    assert len(RecordingChannel.sent) == 1
    waiting = Delivery.objects.get(state="sending")
    assert (waiting.leased_until, waiting.attempts) == (None, 0)


def test_a_stop_gives_back_what_was_not_sent(user: User) -> None:
    notify(notices=[notice(user, key) for key in "ab"], now=NOW)

    deliver(now=NOW, must_stop=lambda: bool(RecordingChannel.sent))

    assert len(RecordingChannel.sent) == 1
    assert deliver(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(user: User) -> None:
    ids = [
        email_of(n).pk for n in notify(notices=[notice(user, str(number)) for number in range(40)], now=NOW)
    ]
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while deliver(ids=ids, now=NOW, limit=3):
            pass
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert sorted(m.delivery_id for m in RecordingChannel.sent) == sorted(ids)
    assert set(Delivery.objects.filter(channel="email").values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(user: User) -> None:
    seen: list[bool] = []

    def look(message: Message) -> Receipt:
        seen.append(connection.in_atomic_block)
        return Receipt()

    RecordingChannel.behave = look
    told(user)
    deliver(now=NOW)

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_send_and_confirmation_leads_to_the_same_message_again(
    user: User, tmp_path: object
) -> None:
    delivery = email_of(told(user))
    reader, writer = os.pipe()

    def send_and_die(message: Message) -> Receipt:
        os.write(writer, message.delivery_id.bytes)
        os.kill(os.getpid(), signal.SIGKILL)
        return Receipt()

    RecordingChannel.behave = send_and_die
    connections.close_all()
    victim = multiprocessing.get_context("fork").Process(target=deliver, kwargs={"now": NOW})
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    assert os.read(reader, 16) == delivery.pk.bytes

    RecordingChannel.behave = lambda message: Receipt()
    assert deliver(now=NOW + timedelta(seconds=5)) == 0
    assert deliver(now=NOW + LEASE) == 1

    [again] = RecordingChannel.sent
    delivery.refresh_from_db()
    assert (again.delivery_id, delivery.state, delivery.uncertain_attempts) == (delivery.pk, "sent", 1)


@pytest.mark.django_db(transaction=True)
def test_two_ways_that_fail_at_the_same_moment_find_that_nobody_was_reached(user: User, case: Case) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1")
    notification = told(user)
    together = threading.Barrier(2)

    def fail_together(message: Message) -> Receipt:
        together.wait(timeout=10)
        raise ChannelError("gone", permanent=True)

    RecordingChannel.behave = PagerChannel.behave = fail_together
    ids = notification.deliveries.exclude(channel="inapp").values_list("pk", flat=True)

    def work(id: object) -> None:
        deliver(ids=[id], now=NOW)  # type: ignore[list-item]
        connections.close_all()

    workers = [threading.Thread(target=work, args=[id]) for id in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    states = notification.deliveries.exclude(channel="inapp").values_list("state", flat=True)
    assert sorted(states) == ["failed", "undeliverable"]
    assert case.undeliverable == [notification]
