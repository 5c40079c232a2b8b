"""The app on Android and iOS, through Firebase Cloud Messaging."""

from notifications.channels.fcm.channel import FcmChannel

__all__ = ["FcmChannel"]
