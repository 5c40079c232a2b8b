"""Open pages hear within milliseconds that something changed; they then ask for it under their own rights."""

from notifications.live.publishing import Update, publish, publish_all

__all__ = ["Update", "publish", "publish_all"]
