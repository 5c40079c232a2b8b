"""What each verb does beyond the table; importing this package makes them all known to `perform`."""

from referral.verbs import (
    admission,
    advice,
    anytime,
    assessment,
    identity,
    journey,
    offers,
    organs,
    outcomes,
    retraction,
    treatment,
    way_back,
    window_2,
)

__all__ = [
    "admission",
    "advice",
    "anytime",
    "assessment",
    "identity",
    "journey",
    "offers",
    "organs",
    "outcomes",
    "retraction",
    "treatment",
    "way_back",
    "window_2",
]
