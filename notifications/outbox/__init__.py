"""What is to be sent to whom, stored in the transaction of its change; nothing is sent here."""

__all__ = []
