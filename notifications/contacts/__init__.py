"""How a person can be reached: their contact methods, what they wish, and how each fared."""

__all__ = ["contact_methods", "subscriptions", "test_messages"]
