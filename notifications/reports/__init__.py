"""What carriers report of messages that were handed over to them: arrived, or not."""

__all__ = ["addresses", "views"]
