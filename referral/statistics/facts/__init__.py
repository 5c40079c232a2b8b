"""One row of facts for each case, written with the case."""

__all__ = []
