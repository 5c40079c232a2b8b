"""What each verb does beyond the table; importing this package makes them all known to `perform`."""

from referral.verbs import anytime, assessment, journey, offers, organs, treatment, way_back, window_2

__all__ = ["anytime", "assessment", "journey", "offers", "organs", "treatment", "way_back", "window_2"]
