from notifications.channels.dingtalk.channel import DingTalkChannel

__all__ = ["DingTalkChannel"]
