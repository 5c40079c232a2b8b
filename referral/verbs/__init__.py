"""What each verb does beyond the table; importing this package makes them all known to `perform`."""

from referral.verbs import anytime, assessment, journey, offers, window2

__all__ = ["anytime", "assessment", "journey", "offers", "window2"]
