"""What a coordinator has to know now: where open cases stand, who has not answered, what was delivered."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Count, QuerySet

from accounts.models import Network, User
from notifications.selectors import Health, delivery_health
from referral.models import Case, Offer
from referral.pathway.vocabulary import ENDED, State

RECENT = timedelta(days=7)


def open_by_state(user: User, network: Network) -> Mapping[State, int]:
    """How many visible open cases of the network are in each state."""
    counted = (
        Case.objects.visible_to(user)
        .filter(network=network)
        .exclude(state__in=ENDED)
        .order_by()
        .values_list("state")
        .annotate(cases=Count("*"))
    )
    counts = dict(counted)
    return {state: counts.get(state, 0) for state in State if state not in ENDED}


def unanswered_offers(user: User, network: Network) -> QuerySet[Offer]:
    """Open offers of visible cases, the oldest first."""
    return (
        Offer.objects.filter(
            case__in=Case.objects.visible_to(user), case__network=network, state=Offer.State.OPEN
        )
        .select_related("case__hospital", "ward__hospital")
        .order_by("offered_at")
    )


def recent_health(network: Network, *, now: datetime) -> Health:
    """What became of the last week's messages to the people of the network."""
    people = User.objects.filter(memberships__network=network)
    return delivery_health(people, since=now - RECENT)
