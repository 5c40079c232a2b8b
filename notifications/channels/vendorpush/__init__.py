"""The app on telephones without Google's services, through a push gateway of the vendor."""

from notifications.channels.vendorpush.channel import VendorPushChannel

__all__ = ["VendorPushChannel"]
