"""The referral letter."""
