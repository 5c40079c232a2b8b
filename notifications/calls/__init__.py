"""Calls that can be answered with the telephone's keys: a code that only the voice says acknowledges."""

__all__ = []
