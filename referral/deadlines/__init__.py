"""Deadlines: when they begin and end, who is alerted on the way, and the engine that watches them."""

__all__ = ["ladder_texts", "policies", "quarantine"]
