from notifications.channels.sms.channel import SmsChannel

__all__ = ["SmsChannel"]
