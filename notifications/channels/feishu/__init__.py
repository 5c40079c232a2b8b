"""Feishu: a robot in a group, its calls signed."""

from notifications.channels.feishu.channel import FeishuChannel

__all__ = ["FeishuChannel"]
