from notifications.channels.fcm.channel import FcmChannel

__all__ = ["FcmChannel"]
