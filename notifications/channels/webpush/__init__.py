"""Browsers that a person registered, through their push services."""

from notifications.channels.webpush.channel import WebPushChannel

__all__ = ["WebPushChannel"]
