from notifications.channels.vendorpush.channel import VendorPushChannel

__all__ = ["VendorPushChannel"]
