"""The inbox of the portal: there as soon as it is stored."""

from notifications.channels.inapp.channel import InAppChannel

__all__ = ["InAppChannel"]
