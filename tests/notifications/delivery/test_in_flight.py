"""Many messages under way at once: what waits for what, and what a stop or a death leaves."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import FrozenInstanceError
from datetime import timedelta
from queue import Empty, SimpleQueue
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery import in_flight
from notifications.delivery.send import deliver
from notifications.models import Delivery, Subscription
from notifications.outbox import store
from notifications.outbox.store import LEASE
from notifications.services import notify
from tests.notifications.conftest import NOW, PagerChannel, RecordingChannel, notice, until

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]
PATIENCE = 120


@pytest.fixture
def people(make_user: Callable[..., User]) -> list[User]:
    return [make_user(f"person{number}") for number in range(6)]


class Watch:
    """How many messages are under way, and how many were at most."""

    def __init__(self) -> None:
        self.lock, self.now, self.most = threading.Lock(), 0, 0

    def __enter__(self) -> None:
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)

    def __exit__(self, *_: object) -> None:
        with self.lock:
            self.now -= 1


@pytest.fixture
def watch() -> Iterator[Watch]:
    yield Watch()


def states() -> list[str]:
    return sorted(Delivery.objects.filter(channel="email").values_list("state", flat=True))


def test_a_slow_provider_has_many_messages_at_once(people: list[User]) -> None:
    all_under_way = threading.Barrier(len(people))

    def answers_when_all_are_there(message: Message) -> Receipt:
        all_under_way.wait(PATIENCE)
        return Receipt()

    RecordingChannel.behave = answers_when_all_are_there
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    assert deliver(now=NOW) == len(people)
    assert states() == ["sent"] * len(people)


def test_the_messages_of_one_person_go_one_after_the_other(people: list[User], watch: Watch) -> None:
    first, other = people[:2]

    def answers(message: Message) -> Receipt:
        if message.user_id == first.pk:
            with watch:
                return Receipt()
        return Receipt()

    RecordingChannel.behave = answers
    notices = [notice(first, str(number), payload={"number": number}) for number in range(8)]
    notify(notices=[*notices, notice(other, "other")], now=NOW)
    deliver(now=NOW)
    sent = [message for message in RecordingChannel.sent if message.user_id == first.pk]
    in_order = Delivery.objects.filter(notification__recipient=first).order_by("available_at", "pk")
    assert watch.most == 1
    assert [message.delivery_id for message in sent] == [delivery.pk for delivery in in_order]


def test_a_provider_gets_no_more_at_once_than_its_channel_says(
    people: list[User], watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingChannel, "most_in_flight", 2)
    two = threading.Barrier(2)

    def answers_in_pairs(message: Message) -> Receipt:
        with watch:
            two.wait(PATIENCE)
            return Receipt()

    RecordingChannel.behave = answers_in_pairs
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    deliver(now=NOW)
    assert watch.most == 2
    assert states() == ["sent"] * len(people)


class OneByOne(SimpleQueue[in_flight.Outcome]):
    """What ended is heard of one by one, however quick the threads are."""

    def get_nowait(self) -> in_flight.Outcome:
        raise Empty


def begun_when_each_ended(deliveries: list[Delivery]) -> list[int]:
    """Of how many messages the sending had begun each time that one had ended."""
    begun: list[Delivery] = []
    message: Any = None

    def prepare(delivery: Delivery) -> in_flight.HandOver:
        begun.append(delivery)
        return in_flight.HandOver(delivery, RecordingChannel(), message, [delivery])

    return [len(begun) for _group in in_flight.InFlight(deliveries, prepare).outcomes(lambda: False)]


def test_one_process_has_fifty_messages_under_way_at_most(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RecordingChannel, "most_in_flight", 99)
    monkeypatch.setattr(in_flight, "SimpleQueue", OneByOne)
    crowd = User.objects.bulk_create(User(email=f"{number}@example.org") for number in range(53))
    notify(notices=[notice(user, user.email) for user in crowd], now=NOW)
    begun = begun_when_each_ended(store.open_deliveries(limit=99, now=NOW))
    assert begun == [50, 51, 52, *[53] * 50]


def test_the_next_message_goes_to_a_provider_when_one_has_ended(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingChannel, "most_in_flight", 2)
    monkeypatch.setattr(in_flight, "SimpleQueue", OneByOne)
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    assert begun_when_each_ended(store.open_deliveries(limit=99, now=NOW)) == [2, 3, 4, 5, 6, 6]


@pytest.mark.parametrize(("has_one_provider", "at_once"), [(True, 1), (False, 2)])
def test_receivers_that_people_named_are_providers_of_their_own_by_their_host(
    people: list[User], monkeypatch: pytest.MonkeyPatch, has_one_provider: bool, at_once: int
) -> None:
    for user, place in zip(people, ("a.example/1", "a.example/2", "b.example/1"), strict=False):
        Subscription.objects.create(user=user, channel="pager", address=f"https://{place}")
        notify(notices=[notice(user, user.name)], now=NOW)
    for name, value in (("has_one_provider", has_one_provider), ("most_in_flight", 1)):
        monkeypatch.setattr(PagerChannel, name, value)
    monkeypatch.setattr(in_flight, "SimpleQueue", OneByOne)
    deliveries = store.open_deliveries(limit=99, now=NOW)
    begun = begun_when_each_ended([one for one in deliveries if one.channel == "pager"])
    assert (begun[0], begun[-1]) == (at_once, 3)


def test_what_is_handed_from_thread_to_thread_cannot_be_changed_on_the_way(people: list[User]) -> None:
    def prepare(delivery: Delivery) -> in_flight.HandOver:
        return in_flight.HandOver(delivery, RecordingChannel(), message, [delivery])

    message: Any = None
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    in_order = in_flight.InFlight(store.open_deliveries(limit=9, now=NOW), prepare)
    for [outcome, *_] in in_order.outcomes(lambda: False):
        for one, name in ((outcome, "receipt"), (outcome.hand_over, "message")):
            assert not hasattr(one, "__dict__")
            with pytest.raises(FrozenInstanceError):
                setattr(one, name, None)


def test_what_one_refuses_and_what_breaks_hold_up_nobody_else(people: list[User]) -> None:
    refused, broken = people[0].pk, people[1].pk

    def answers(message: Message) -> Receipt:
        if message.user_id == refused:
            raise ChannelError("421 try later")
        if message.user_id == broken:
            raise ValueError("a bug of the channel")
        return Receipt()

    RecordingChannel.behave = answers
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    deliver(now=NOW)
    assert states() == ["sending"] * 2 + ["sent"] * 4
    errors = Delivery.objects.filter(state="sending").values_list("last_error", "leased_until")
    assert set(errors) == {("421 try later", None), ("internal error", None)}


def test_a_stop_waits_for_what_is_under_way_and_gives_back_the_rest(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_flight, "MOST_IN_FLIGHT", 2)
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    deliver(now=NOW, must_stop=lambda: len(RecordingChannel.sent) >= 2)
    sent = len(RecordingChannel.sent)
    assert 2 <= sent < len(people)
    waiting = Delivery.objects.filter(state="sending")
    assert states() == ["sending"] * (len(people) - sent) + ["sent"] * sent
    assert set(waiting.values_list("leased_until", "attempts")) == {(None, 0)}
    assert deliver(now=NOW) == len(people) - sent


def test_what_ends_together_is_confirmed_together(
    people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    class EndedTogether(SimpleQueue[in_flight.Outcome]):
        def get(self, *_: Any, **__: Any) -> in_flight.Outcome:
            until(lambda: self.qsize() == len(people))
            return super().get()

    def answers_together(message: Message) -> Receipt:
        return Receipt(str(message.user_id))

    monkeypatch.setattr(in_flight, "SimpleQueue", EndedTogether)

    def statements(messages: int) -> int:
        notify(notices=[notice(user, f"{messages} {user.name}") for user in people[:messages]], now=NOW)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            deliver(now=NOW)
        return len(asked)

    one = statements(1)
    RecordingChannel.behave = answers_together
    assert statements(len(people)) < one + len(people)
    together_sent = Delivery.objects.filter(channel="email").exclude(provider_reference="accepted")
    references = together_sent.values_list("notification__recipient", "provider_reference")
    assert {str(person) for person, _reference in references} == {reference for _, reference in references}


@pytest.mark.django_db(transaction=True)
def test_whoever_dies_with_several_under_way_leaves_each_to_be_sent_again_and_counted(
    people: list[User],
) -> None:
    reader, writer = os.pipe()
    all_under_way = threading.Barrier(len(people))

    def die_when_all_are_there(message: Message) -> Receipt:
        os.write(writer, message.delivery_id.bytes)
        all_under_way.wait(PATIENCE)
        os.kill(os.getpid(), signal.SIGKILL)
        return Receipt()

    RecordingChannel.behave = die_when_all_are_there
    notify(notices=[notice(user, user.name) for user in people], now=NOW)
    connections.close_all()
    victim = multiprocessing.get_context("fork").Process(target=deliver, kwargs={"now": NOW})
    victim.start()
    victim.join()
    assert victim.exitcode == -signal.SIGKILL
    handed_over = os.read(reader, 16 * len(people))

    RecordingChannel.behave = lambda message: Receipt()
    assert deliver(now=NOW + timedelta(seconds=5)) == 0
    assert deliver(now=NOW + LEASE) == len(people)
    again = {message.delivery_id.bytes for message in RecordingChannel.sent}
    assert again == {handed_over[start : start + 16] for start in range(0, len(handed_over), 16)}
    counted = Delivery.objects.filter(channel="email").values_list("state", "uncertain_attempts")
    assert set(counted) == {("sent", 1)}
