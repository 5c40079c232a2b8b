from notifications.channels.webpush.channel import WebPushChannel

__all__ = ["WebPushChannel"]
