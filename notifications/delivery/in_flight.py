"""Many messages under way at once: a provider that takes its time holds up nobody but itself.

Only the channel's call runs in a thread; whatever asks or changes the database stays with the caller. The
messages of one person go one after the other, and no provider gets more at once than its channel says.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from uuid import UUID

from notifications.channels.base import Channel, Message, Receipt
from notifications.channels.registry import channels
from notifications.channels.targets import host_of
from notifications.contacts import subscriptions
from notifications.models import Delivery

MOST_IN_FLIGHT = 50
"""Of one process: what it may have handed over and not confirmed when it is killed, and repeats then."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """One message for one channel, with what the caller has to know when it is over."""

    delivery: Delivery
    channel: Channel
    message: Message
    deliveries: Sequence[Delivery]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How it ended: with a receipt, or with an error."""

    hand_over: HandOver
    receipt: Receipt | None = None
    error: Exception | None = None


Prepare = Callable[[Delivery], HandOver | None]
"""What is to be sent of a delivery, as of now; None if nothing is."""


class InFlight:
    """Sends `deliveries` in order, as far as persons and providers allow."""

    def __init__(self, deliveries: Iterable[Delivery], prepare: Prepare) -> None:
        self._prepare = prepare
        self._waiting: dict[UUID, deque[Delivery]] = {}
        for delivery in deliveries:
            self._waiting.setdefault(delivery.notification.recipient_id, deque()).append(delivery)
        self._busy: set[UUID] = set()
        self._at_provider: Counter[tuple[str, str]] = Counter()

    def outcomes(self, must_stop: Callable[[], bool]) -> Iterator[list[Outcome]]:
        """What has ended, group by group, as soon as it has; after `must_stop` nothing new is begun."""
        if len(self._waiting) == 1:
            yield from self._one_by_one(must_stop)
            return
        with ThreadPoolExecutor(min(MOST_IN_FLIGHT, len(self._waiting)) or 1) as threads:
            under_way, ended = 0, SimpleQueue[Outcome]()
            while True:
                for hand_over in self._ready(MOST_IN_FLIGHT - under_way, must_stop):
                    threads.submit(_send_and_tell, hand_over, ended)
                    under_way += 1
                if not under_way:
                    return
                group = [ended.get(), *_at_hand(ended)]
                under_way -= len(group)
                for outcome in group:
                    self._free(outcome.hand_over)
                yield group

    def left(self) -> list[Delivery]:
        """What was not begun."""
        return [delivery for waiting in self._waiting.values() for delivery in waiting]

    def _one_by_one(self, must_stop: Callable[[], bool]) -> Iterator[list[Outcome]]:
        """Of one person, without threads: nothing would be at once."""
        while ready := self._ready(1, must_stop):
            (hand_over,) = ready
            self._free(hand_over)
            yield [_send(hand_over)]

    def _ready(self, most: int, must_stop: Callable[[], bool]) -> list[HandOver]:
        """At most so many more that may begin now."""
        ready: list[HandOver] = []
        for person, waiting in self._waiting.items():
            while waiting and person not in self._busy and len(ready) < most and not must_stop():
                if not self._has_room(waiting[0]):
                    break
                hand_over = self._prepare(waiting.popleft())
                if hand_over is not None:
                    self._busy.add(person)
                    self._at_provider[_provider(hand_over.delivery)] += 1
                    ready.append(hand_over)
        return ready

    def _has_room(self, delivery: Delivery) -> bool:
        channel = channels().get(delivery.channel)
        return channel is None or self._at_provider[_provider(delivery)] < channel.most_in_flight

    def _free(self, hand_over: HandOver) -> None:
        self._busy.discard(hand_over.delivery.notification.recipient_id)
        self._at_provider[_provider(hand_over.delivery)] -= 1


def _provider(delivery: Delivery) -> tuple[str, str]:
    """Who takes the message: the channel's provider, or the host that the person named."""
    channel = channels().get(delivery.channel)
    is_one = channel is None or channel.has_one_provider
    return delivery.channel, "" if is_one else host_of(subscriptions.address_of(delivery)[2])


def _at_hand(ended: SimpleQueue[Outcome]) -> Iterator[Outcome]:
    """What else has ended, without waiting for more."""
    try:
        while True:
            yield ended.get_nowait()
    except Empty:
        return


def _send_and_tell(hand_over: HandOver, ended: SimpleQueue[Outcome]) -> None:
    ended.put(_send(hand_over))


def _send(hand_over: HandOver) -> Outcome:
    try:
        return Outcome(hand_over, receipt=hand_over.channel.send(hand_over.message))
    except Exception as error:
        return Outcome(hand_over, error=error)
