"""The channels that this installation uses, from the setting NOTIFICATION_CHANNELS."""

from functools import cache

from django.conf import settings
from django.core.signals import setting_changed
from django.utils.module_loading import import_string

from notifications.channels.base import Channel


@cache
def channels() -> dict[str, Channel]:
    """Channels by name, in the order in which they are tried."""
    made = [import_string(path)() for path in settings.NOTIFICATION_CHANNELS]
    return {channel.name: channel for channel in made}


def stored_channels() -> list[str]:
    return [channel.name for channel in channels().values() if channel.is_stored]


def account_channels() -> list[str]:
    return [channel.name for channel in channels().values() if channel.is_of_account]


def floor_channels() -> list[str]:
    """Those that severe and critical alerts take whatever a person wishes."""
    return [channel.name for channel in channels().values() if channel.is_floor]


def optional_channels() -> list[str]:
    return [
        channel.name for channel in channels().values() if not channel.is_stored and not channel.is_of_account
    ]


def _forget(*, setting: str, **kwargs: object) -> None:
    if setting == "NOTIFICATION_CHANNELS":
        channels.cache_clear()


setting_changed.connect(_forget)
