"""What was told to whom, stored with the change that tells it; nothing is sent here."""

__all__ = []
