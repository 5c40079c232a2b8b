"""Rounding and clamping as the scores' publications mean it."""

import math

_FLOAT_NOISE_DECIMALS = 9


def half_up(number: float) -> int:
    """The nearest whole number, halves upwards (Python's `round` goes to the even one)."""
    return math.floor(round(number, _FLOAT_NOISE_DECIMALS) + 0.5)


def clamp(number: float, low: float, high: float = math.inf) -> float:
    """The number held within [low, high]."""
    return min(max(number, low), high)
