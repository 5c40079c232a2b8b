"""The contract of a channel. docs/channels.md is the checklist for adding one."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.utils.functional import Promise

from notifications.types import Rendered


@dataclass(frozen=True)
class Message:
    """What a channel hands over. `delivery_id` is the idempotency key: the same message, the same key.

    `link` is absolute and opens a page that asks for sign-in; opening it changes nothing.
    `code`: the digits that acknowledge it by telephone, which `rendered` says; empty where none do.
    """

    delivery_id: UUID
    user_id: UUID
    address: str
    language: str
    severity: str
    kind: str
    rendered: Rendered
    link: str
    options: Mapping[str, Any] = field(default_factory=dict)
    code: str = ""


@dataclass(frozen=True)
class Ask:
    """One thing a person types to add an address; `help` says where to find it."""

    name: str
    label: str | Promise
    help: str | Promise
    optional: bool = False


@dataclass(frozen=True)
class Target:
    """An address as it is stored: what is sent to, and the keys that go with it.

    `keeps_options`: keys that are stored with the address already stay, as when nothing was said of them.
    """

    address: str
    options: Mapping[str, Any] = field(default_factory=dict)
    keeps_options: bool = False


class AddressError(Exception):
    """`field` of what was given for an address is of no use; `message` says what to do."""

    def __init__(self, field: str, message: str | Promise) -> None:
        super().__init__(str(message))
        self.field, self.message = field, message


@dataclass(frozen=True)
class Receipt:
    """The provider's acceptance; `is_delivered` when it vouches that the message has arrived."""

    reference: str = ""
    is_delivered: bool = False


class Fault(Enum):
    """What was wrong when a provider refused, and so what follows.

    GONE: the address is dead; it is not used again and its person is told.
    REFUSED_THERE: whoever owns the address has to change something there (a keyword, a secret, a list of
    addresses); the message goes another way and the person is told.
    MESSAGE: this message is not passed on; it goes another way.
    MISCONFIGURED: the operator has to change something (a template, a key); the message goes another way, and
    the channel rests.
    OUT_OF_SERVICE: the operator has to see to it (an unpaid account), and then the same message goes; the
    channel rests. BUSY: the provider wants a pause. ENOUGH: this address had enough for now.
    PASSING: trouble there. UNKNOWN: a code that we do not know, tried again a few times.
    """

    GONE = "gone"
    REFUSED_THERE = "refused_there"
    MESSAGE = "message"
    MISCONFIGURED = "misconfigured"
    OUT_OF_SERVICE = "out_of_service"
    BUSY = "busy"
    ENOUGH = "enough"
    PASSING = "passing"
    UNKNOWN = "unknown"

    @property
    def is_of_operator(self) -> bool:
        return self in (Fault.MISCONFIGURED, Fault.OUT_OF_SERVICE)

    @property
    def is_of_person(self) -> bool:
        return self in (Fault.GONE, Fault.REFUSED_THERE)


class ChannelError(Exception):
    """Handing over failed.

    `permanent`: trying again will not help. `address_is_dead`: and the address itself is why, so that it
    is not used again. `retry_after`: how long the provider asks us to wait. `is_of_address`: the trouble is
    this address's alone (the number has had enough for now) and says nothing about the provider. `fault` and
    `code` say what the provider's answer means, and by which code.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        address_is_dead: bool | None = None,
        retry_after: timedelta | None = None,
        is_of_address: bool = False,
        fault: Fault = Fault.PASSING,
        code: str = "",
    ) -> None:
        super().__init__(message)
        self.fault, self.code = fault, code
        self.permanent = permanent
        self.address_is_dead = permanent if address_is_dead is None else address_is_dead
        self.retry_after, self.is_of_address = retry_after, is_of_address


class Channel(ABC):
    """A way to tell someone something.

    `is_stored`: told once the notification is committed; it has no deliveries, and proves no one was reached.
    `is_of_account`: everybody has it, at the e-mail address of their account; others need a subscription.
    `most_per_hour`: messages to one person; critical alerts and missed deadlines do not count.
    `most_in_flight`: messages at once from one process to the provider, or to each host that people named.
    `has_one_provider`: whose trouble is everybody's; a webhook that fails says nothing about another one.
    `asks_for_keys`: it speaks, so that its person can answer with a telephone's keys.
    `is_floor`: severe and critical alerts come this way whatever the person wishes.
    `first_wish`: the quietest severity that a new address is sent, until its person wishes otherwise.
    `asks`: what a person types to add an address. `is_device`: a browser or phone adds itself instead.
    `reveals_secret`: the options hold a secret of ours that the person must copy to the other side.
    """

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    is_stored: ClassVar[bool] = False
    is_of_account: ClassVar[bool] = False
    most_per_hour: ClassVar[int] = 60
    most_in_flight: ClassVar[int] = 50
    has_one_provider: ClassVar[bool] = True
    asks_for_keys: ClassVar[bool] = False
    is_floor: ClassVar[bool] = False
    first_wish: ClassVar[str] = "info"
    is_device: ClassVar[bool] = False
    reveals_secret: ClassVar[bool] = False
    asks: ClassVar[tuple[Ask, ...]] = ()

    @abstractmethod
    def send(self, message: Message) -> Receipt:
        """Hand `message` over within a bounded time, outside any transaction. Raises ChannelError."""

    def read(self, given: Mapping[str, str]) -> Target:
        """The address that a person or a device gave, checked. Raises AddressError."""
        raise NotImplementedError

    @property
    def takes_secret(self) -> bool:
        """Whether messages are signed with a secret that the person was given by the other side."""
        return "secret" in {ask.name for ask in self.asks}

    def shown(self, address: str) -> str:
        """Enough of `address` to recognise it, and no more."""
        return address

    @property
    def settings(self) -> Mapping[str, Any]:
        """What the operator set for this channel."""
        return settings.CHANNEL_SETTINGS[self.name]

    def setting(self, name: str) -> Any:
        return self.settings[name]


def templates_of(folder: Path) -> DjangoTemplates:
    """The templates that lie beside a channel's code."""
    return DjangoTemplates(
        {"NAME": folder.name, "DIRS": [folder / "templates"], "APP_DIRS": False, "OPTIONS": {}}
    )
