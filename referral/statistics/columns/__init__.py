"""Months that are over, kept as columns so that a question of many years is answered at once."""

__all__ = []
