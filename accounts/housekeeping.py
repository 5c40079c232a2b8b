"""What is forgotten of sign-ins, and when."""

from datetime import datetime, timedelta

from django.db.models import Q

from accounts import clock, tries
from accounts.devices import KEPT_SECONDS
from accounts.models import KnownDevice, Session, SignIn

SIGN_INS_KEPT_FOR = timedelta(days=90)
"""So long the address of a sign-in is kept after it ended or was last used."""


def purge(now: datetime) -> None:
    """Remove expired sessions and counts, sign-ins that are long over, devices not seen for long."""
    Session.objects.filter(expire_date__lt=clock.wall()).delete()
    over = Q(refresh_until=None) | Q(refresh_until__lt=now)
    long_ago = now - SIGN_INS_KEPT_FOR
    ended = Q(ended_at__lt=long_ago) | over & Q(last_used_at__lt=long_ago)
    SignIn.objects.filter(ended, sessions=None).delete()
    KnownDevice.objects.filter(last_seen_at__lt=now - timedelta(seconds=KEPT_SECONDS)).delete()
    tries.purge(now)
