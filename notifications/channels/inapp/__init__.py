from notifications.channels.inapp.channel import InAppChannel

__all__ = ["InAppChannel"]
