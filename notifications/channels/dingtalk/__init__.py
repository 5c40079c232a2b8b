"""DingTalk: a robot in a group of a person or ward, its calls signed."""

from notifications.channels.dingtalk.channel import DingTalkChannel

__all__ = ["DingTalkChannel"]
