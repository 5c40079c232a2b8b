"""Sending what was stored: leases, bundles, limits, and what happens when handing over fails."""

__all__ = ["bundles"]
