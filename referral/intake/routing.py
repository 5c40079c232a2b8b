"""Which ward is asked: the catchment of the case's hospital, in order, looked up live."""

from datetime import datetime

from django.db.models import QuerySet

from accounts.models import Ward
from referral.models import Case, Offer, Question
from referral.pathway.change import Change
from referral.pathway.vocabulary import State

PASSED_OVER = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.RELEASED)


def catchment(case: Case) -> QuerySet[Ward]:
    """The open wards of the hospital's catchment, in its order."""
    return (
        Ward.objects.filter(catchments__hospital=case.hospital_id, closed_at__isnull=True)
        .select_related("hospital")
        .order_by("catchments__rank")
    )


def next_ward(case: Case) -> Ward | None:
    """The first open ward of the hospital's catchment that was not asked since the flag, or None."""
    asked = Offer.objects.filter(case=case, state__in=PASSED_OVER, offered_at__gte=case.flagged_at)
    return catchment(case).exclude(pk__in=asked.values("ward")).first()


def offer_to_next_ward(change: Change) -> State:
    """Offer the case to the next ward of the catchment, and say which state that brings."""
    ward = next_ward(change.case)
    if ward is None:
        return State.UNPLACED
    return offer_to(change, ward)


def offer_to(change: Change, ward: Ward) -> State:
    """Open an offer to `ward`."""
    change.opened = Offer.objects.create(case=change.case, ward=ward, offered_at=change.now)
    return State.OFFERED


def close_open_offer(case: Case, state: Offer.State, *, now: datetime) -> None:
    """End the case's open offer, if it has one, for a reason of the case's own."""
    Offer.objects.filter(case=case, state=Offer.State.OPEN).update(state=state, answered_at=now)


def close_question(case: Case, *, now: datetime) -> None:
    """End the wait for a ward's advice, because the case is no longer watched."""
    Question.objects.open().filter(case=case).update(closed_at=now)
