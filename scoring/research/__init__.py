"""Fitting and validating risk models on cohorts. Only commands with the `research` extra use it."""

__all__ = ["agreement", "competing", "observed"]
