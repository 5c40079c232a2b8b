"""A signed call to an address of one's own."""

from notifications.channels.webhook.channel import WebhookChannel

__all__ = ["WebhookChannel"]
