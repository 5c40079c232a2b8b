"""How a person can be reached: their contact methods, what they wish, and how each fared."""

__all__ = ["contact_methods", "contact_trouble", "subscriptions", "test_messages"]
