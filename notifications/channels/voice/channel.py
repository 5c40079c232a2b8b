from django.utils.translation import gettext_lazy as _

from notifications.channels.gateways.phones import PhoneChannel
from notifications.types import Severity


class VoiceChannel(PhoneChannel):
    """A call that reads the alert aloud, and a code where its person can answer with the telephone's keys.

    For severe alerts only, unless the person wishes more.
    """

    name = "voice"
    label = _("voice call")
    most_per_hour = 6
    most_in_flight = 10
    first_wish = Severity.SEVERE
    asks_for_keys = True
