"""What this room must know about other rooms' things, told by them when the program starts.

A room that notifies registers each of its subject types here: how to word it, whether a recipient may still
see it, and whom to tell when someone cannot be reached. A room with live pages registers a user's topics.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured
from django.utils import translation

if TYPE_CHECKING:
    from accounts.models import User
    from notifications.models import Notification
from notifications.calls.outcomes import CallOutcome
from notifications.types import Rendered


class Render(Protocol):
    def __call__(self, kind: str, payload: Mapping[str, Any], language: str) -> Rendered: ...


@dataclass(frozen=True)
class Telephone:
    """How notifications of a subject type are answered with a telephone's keys.

    `asks`: whether this one can be. `spoken`: what the voice says, with the code, in the active language.
    `acknowledge` and `alert_next` do it for the recipient, whose number ends in the given digits.
    """

    asks: Callable[["Notification"], bool]
    spoken: Callable[["Notification", str, datetime], Rendered]
    acknowledge: Callable[["Notification", str, datetime], CallOutcome]
    alert_next: Callable[["Notification", str, datetime], CallOutcome]


@dataclass(frozen=True)
class Subject:
    """How one subject type answers what delivery has to ask."""

    render: Render
    still_entitled: Callable[[Sequence["Notification"]], set[UUID]]
    next_recipients: Callable[["Notification"], Sequence[UUID]]
    undeliverable: Callable[["Notification", datetime], None]
    fate_changed: Callable[["Notification"], None]
    telephone: Telephone | None = None


_subjects: dict[str, Subject] = {}
_topics: list[Callable[["User"], set[str]]] = []


def _nobody(notification: "Notification") -> Sequence[UUID]:
    return ()


def _accept_undeliverable(notification: "Notification", now: datetime) -> None:
    return None


def _show_nobody(notification: "Notification") -> None:
    return None


def register_subject(
    subject_type: str,
    *,
    render: Render,
    still_entitled: Callable[[Sequence["Notification"]], set[UUID]],
    next_recipients: Callable[["Notification"], Sequence[UUID]] = _nobody,
    undeliverable: Callable[["Notification", datetime], None] = _accept_undeliverable,
    fate_changed: Callable[["Notification"], None] = _show_nobody,
    telephone: Telephone | None = None,
) -> None:
    """Make `subject_type` known.

    `render` words a kind and payload in a language; the language is also active while it runs.
    `still_entitled` is asked right before sending: of these notifications, the ids of those whose recipient
    may still see the subject.
    `next_recipients` gives the ids of others of the audience, best first, when the recipient is out of reach.
    `undeliverable` is called, in the transaction that records it, when nobody at all could be told.
    `fate_changed` is called after the commit when a carrier has reported about it, or its recipient has
    opened or acknowledged it, so that open pages which show that can look again.
    `telephone`: how a call about it is answered with keys; None where it cannot be.
    """
    _subjects[subject_type] = Subject(
        render, still_entitled, next_recipients, undeliverable, fate_changed, telephone
    )


def subject(subject_type: str) -> Subject:
    """The registered answers of `subject_type`; raises ImproperlyConfigured when nobody registered it."""
    try:
        return _subjects[subject_type]
    except KeyError:
        raise ImproperlyConfigured(f"No room registered the notification subject “{subject_type}”.") from None


def show_fate(notification: "Notification") -> None:
    """Let open pages look again that show what became of `notification`."""
    subject(notification.alert.subject_type).fate_changed(notification)


def render(notification: "Notification", language: str) -> Rendered:
    """The words of `notification` in `language` ("zh-hans" or "en")."""
    alert = notification.alert
    with translation.override(language):
        return subject(alert.subject_type).render(alert.kind, alert.payload, language)


def spoken(notification: "Notification", code: str, now: datetime) -> Rendered | None:
    """What a call says to the recipient that asks for `code`; None where it asks for nothing."""
    telephone = subject(notification.alert.subject_type).telephone
    if telephone is None or not telephone.asks(notification):
        return None
    with translation.override(notification.recipient.language):
        return telephone.spoken(notification, code, now)


def register_topics(topics_of: Callable[["User"], set[str]]) -> None:
    """Add a function that names the live topics a user may hear, such as "ward:<id>"."""
    if topics_of not in _topics:
        _topics.append(topics_of)


def topics_of(user: "User") -> frozenset[str]:
    """Every live topic of `user`, their own included."""
    return frozenset({f"user:{user.pk}"}.union(*(find(user) for find in _topics)))
