from notifications.channels.webhook.channel import WebhookChannel

__all__ = ["WebhookChannel"]
