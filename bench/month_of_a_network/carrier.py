"""A carrier that refuses, loses, delays and doubles, and the people at the other end of it."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from uuid import UUID

from notifications.channels.base import Channel, ChannelError, Message, Receipt

MINUTE = timedelta(minutes=1)
REFUSED, NOT_REPORTED, LOST, DOUBLED = 0.04, 0.15, 0.08, 0.10
"""Shares: not taken at once; taken and never reported; taken and lost; reported twice."""


@dataclass(frozen=True)
class Handed:
    """A message that the carrier took."""

    delivery: UUID
    person: UUID
    channel: str
    code: str


@dataclass
class Carrier:
    """Stands for text messages, calls and mail; `handed` is what it took since it was last looked at."""

    dice: random.Random
    handed: list[Handed] = field(default_factory=list)
    refused: int = 0
    lock: Lock = field(default_factory=Lock)

    def send(self, channel: Channel, message: Message) -> Receipt:
        with self.lock:
            if self.dice.random() < REFUSED:
                self.refused += 1
                raise ChannelError("the carrier is busy")
            self.handed.append(Handed(message.delivery_id, message.user_id, channel.name, message.code))
        return Receipt(reference=str(message.delivery_id))

    def take_handed(self) -> list[Handed]:
        taken, self.handed = self.handed, []
        return taken


def noticed_after(dice: random.Random, channel: str, hour: int) -> timedelta | None:
    """How long until somebody looks, None where nobody does; longer at night. Assumed, not measured."""
    is_night = hour >= 23 or hour < 7
    share, median = {"voice": (0.8, 1.0), "sms": (0.7, 9.0), "email": (0.15, 60.0)}[channel]
    if dice.random() > share * (0.8 if is_night else 1.0):
        return None
    return median * (2.5 if is_night else 1.0) * dice.lognormvariate(0, 0.7) * MINUTE
