"""Practice: a network in which people learn with made-up patients. Nothing of it is sent or counted."""

__all__ = ["made_up", "network", "steps"]
