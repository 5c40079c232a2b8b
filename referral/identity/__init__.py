"""Who a patient is: what a hospital wrote, whom that may mean, and what a person confirmed.

An *identity* is what one hospital wrote of a patient at one registration; it stays as it was written until a
*correction* says otherwise and keeps the old version. An identifier finds *candidates*, persons of the
network whom what was typed may mean. A *match* is a candidate that is the same person: by itself only where
the same hospital wrote the same, in every other case by the *confirmation* of a person. Nothing is
overwritten by a match. The rules of comparison are in `docs/identity.md`.
"""

__all__ = ["birth", "candidates", "matching", "national_id", "text", "written"]
