"""E-mail, over SMTP."""

from notifications.channels.email.channel import EmailChannel

__all__ = ["EmailChannel"]
