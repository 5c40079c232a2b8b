"""Leases: nobody sends what another is sending, and what a dead one was sending is sent again."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from structlog.testing import capture_logs

from accounts.models import User
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery.send import BATCH_SECONDS, Stopwatch, deliver, deliver_waiting
from notifications.models import Delivery, DeliveryState, DropReason, Notification, Subscription
from notifications.outbox import store
from notifications.outbox.store import LEASE
from notifications.services import notify
from tests.notifications.conftest import (
    NOW,
    Case,
    PagerChannel,
    RecordingChannel,
    deliveries_of,
    email_of,
    new_notification,
    notice,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]


def test_a_lease_keeps_others_away_until_it_runs_out(user: User) -> None:
    delivery = email_of(new_notification(user))
    store.claim(ids=[delivery.pk], limit=1, now=NOW)

    assert deliver_waiting(ids=[delivery.pk], now=NOW + LEASE - timedelta(seconds=1)) == 0
    assert deliver_waiting(ids=[delivery.pk], now=NOW + LEASE) == 1

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts, delivery.uncertain_attempts) == ("sent", 2, 1)


def test_what_was_sent_without_its_lease_is_in_the_log(user: User) -> None:
    delivery = email_of(new_notification(user))

    def taken_meanwhile(message: Message) -> Receipt:
        Delivery.objects.filter(pk=delivery.pk).update(lease_token=uuid4())
        return Receipt()

    RecordingChannel.behave = taken_meanwhile
    with capture_logs() as logs:
        deliver(now=NOW)
    lost = [line["delivery"] for line in logs if line["event"] == "lease_lost_before_confirmation"]
    assert lost == [str(delivery.pk)]


def test_a_worker_that_lost_its_lease_changes_nothing(user: User) -> None:
    delivery = email_of(new_notification(user))
    [slow] = store.claim(limit=1, now=NOW)
    [fast] = store.claim(limit=1, now=NOW + LEASE)

    assert not store.confirm({slow: Receipt("slow")}, now=NOW)
    assert not store.postpone(slow, until=NOW, error="slow")
    assert not store.drop(slow, reason=DropReason.WITHDRAWN)
    assert not store.give_up(slow, state=DeliveryState.FAILED, error="slow")
    assert store.confirm({fast: Receipt("fast")}, now=NOW) == {fast}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.provider_reference) == ("sent", "fast")


def test_losing_the_lease_while_giving_up_troubles_nobody_else(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    case.audience = [make_user("li").pk]
    delivery = email_of(new_notification(user))

    def is_overtaken(message: Message) -> Receipt:
        store.claim(ids=[delivery.pk], limit=1, now=NOW + LEASE)
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


@pytest.mark.parametrize(("seconds", "sent"), [(45.0, 2), (45.1, 1)])
def test_a_batch_begins_nothing_more_after_three_quarters_of_a_minute(
    user: User, monkeypatch: pytest.MonkeyPatch, seconds: float, sent: int
) -> None:
    notify(notices=[notice(user, key) for key in "ab"], now=NOW)
    passed = property(lambda watch: seconds if RecordingChannel.sent else 0.0)
    monkeypatch.setattr(Stopwatch, "seconds", passed)
    deliver(now=NOW)
    assert len(RecordingChannel.sent) == sent


def test_a_batch_takes_a_hundred_that_are_new_unless_told_otherwise(user: User) -> None:
    notify(notices=[notice(user, str(number)) for number in range(102)], now=NOW)
    taken = deliver(now=NOW, must_stop=lambda: True)
    assert (taken, RecordingChannel.sent) == (100, [])


def test_a_stop_gives_back_what_was_not_sent(user: User) -> None:
    notify(notices=[notice(user, key) for key in "ab"], now=NOW)

    deliver(now=NOW, must_stop=lambda: bool(RecordingChannel.sent))

    assert len(RecordingChannel.sent) == 1
    assert deliver(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_message_once(user: User) -> None:
    notify(notices=[notice(user, str(number)) for number in range(40)], now=NOW)
    start = threading.Barrier(2)

    def work() -> None:
        start.wait()
        while deliver(now=NOW, limit=3):
            pass
        connections.close_all()

    workers = [threading.Thread(target=work) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    ids = Delivery.objects.filter(channel="email").values_list("pk", flat=True)
    assert len(ids) == 40
    assert sorted(m.delivery_id for m in RecordingChannel.sent) == sorted(ids)
    assert set(Delivery.objects.filter(channel="email").values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_sent_inside_a_transaction(user: User) -> None:
    seen: list[bool] = []

    def peek(message: Message) -> Receipt:
        seen.append(connection.in_atomic_block)
        return Receipt()

    RecordingChannel.behave = peek
    new_notification(user)
    deliver(now=NOW)

    assert seen == [False]


@pytest.mark.django_db(transaction=True)
def test_a_worker_killed_between_send_and_confirmation_leads_to_the_same_message_again(
    user: User, tmp_path: object
) -> None:
    delivery = email_of(new_notification(user))
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
    notification = new_notification(user)
    together = threading.Barrier(2)

    def fail_together(message: Message) -> Receipt:
        together.wait(timeout=120)
        raise ChannelError("gone", permanent=True)

    RecordingChannel.behave = PagerChannel.behave = fail_together
    ids = list(deliveries_of(notification).values_list("pk", flat=True))

    def work(id: object) -> None:
        deliver_waiting(ids=[id], now=NOW)  # type: ignore[list-item]
        connections.close_all()

    workers = [threading.Thread(target=work, args=[id]) for id in ids]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    states = notification.deliveries.values_list("state", flat=True)
    assert sorted(states) == ["failed", "undeliverable"]
    assert case.undeliverable == [notification]
