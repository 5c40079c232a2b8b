"""WeCom (企业微信): a robot in a group."""

from notifications.channels.wecom.channel import WeComChannel

__all__ = ["WeComChannel"]
