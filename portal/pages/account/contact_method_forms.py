"""What the preferences show of a person's contact methods, and the forms that add one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from notifications.channels.base import AddressError, Channel
from notifications.channels.registry import channels
from notifications.channels.webpush.keys import public_key
from notifications.selectors import absent_floor, is_reachable, reachability
from notifications.types import Severity

WISHES = (Severity.INFO, Severity.WARNING, Severity.SEVERE)


@dataclass(frozen=True)
class AddField:
    """One field of a form that adds a contact method, with what was typed and what is wrong with it."""

    name: str
    label: str
    help: str
    optional: bool
    value: str
    error: str


@dataclass(frozen=True)
class AddForm:
    channel: str
    label: str
    fields: list[AddField]
    is_open: bool


def contact_methods_of(user: User, typed: Mapping[str, str], error: AddressError | None) -> dict[str, Any]:
    """The person's contact methods, whether they can be reached now, and how to add more."""
    contact_methods = reachability(user)
    addable = [channel for channel in channels().values() if channel.asks]
    return {
        "contact_methods": contact_methods,
        "is_reachable": is_reachable(contact_methods),
        "wishes": [(severity.value, severity.label) for severity in WISHES],
        "add_forms": [_add_form(channel, typed, error) for channel in addable],
        "push_key": _push_key(),
        "absent_floor": _absent_floor(),
        "misplaced": error if error and typed.get("channel") not in {one.name for one in addable} else None,
    }


def _absent_floor() -> str:
    """A sentence for the surest channels that are not set up here, each by its name; empty where all are."""
    texts = {
        ("sms", "voice"): _(
            "Text messages and voice calls are not set up in this installation. Ask its operator for them: "
            "they are the surest way for severe alerts."
        ),
        ("sms",): _(
            "Text messages are not set up in this installation. Ask its operator for them: with voice calls "
            "they are the surest way for severe alerts."
        ),
        ("voice",): _(
            "Voice calls are not set up in this installation. Ask its operator for them: with text messages "
            "they are the surest way for severe alerts."
        ),
    }
    return texts.get(tuple(absent_floor()), "")


def _add_form(channel: Channel, typed: Mapping[str, str], error: AddressError | None) -> AddForm:
    is_it = typed.get("channel") == channel.name
    fields = [
        AddField(
            name=ask.name,
            label=str(ask.label),
            help=str(ask.help),
            optional=ask.optional,
            value=typed.get(ask.name, "") if is_it else "",
            error=str(error.message) if is_it and error and error.field == ask.name else "",
        )
        for ask in channel.asks
    ]
    return AddForm(channel.name, str(channel.label), fields, is_open=is_it and error is not None)


def _push_key() -> str:
    """What a browser needs to subscribe; empty where Web Push is not set up."""
    webpush = channels().get("webpush")
    return public_key(webpush.setting("private_key")) if webpush else ""
