from notifications.channels.feishu.channel import FeishuChannel

__all__ = ["FeishuChannel"]
