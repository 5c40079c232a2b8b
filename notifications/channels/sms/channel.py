from django.utils.translation import gettext_lazy as _

from notifications.channels.gateways.phones import PhoneChannel


class SmsChannel(PhoneChannel):
    """Text messages: the floor for severe alerts, because they need neither data nor an app."""

    name = "sms"
    label = _("text message")
    most_per_hour = 30
