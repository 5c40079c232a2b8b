"""New rules for a network: the administration's form, its checks, and what a change means in words."""

__all__ = []
