"""Text messages to a telephone, through the gateway of the settings."""

from notifications.channels.sms.channel import SmsChannel

__all__ = ["SmsChannel"]
