"""The verbs on an offer: acknowledge, accept, decline, expire, pass on, redirect, release, withdraw."""

from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from accounts.models import Ward
from referral.intake.free_beds import ask_if_full, refuse_promised_bed
from referral.intake.routing import close_open_offer, offer_to, offer_to_next_ward
from referral.models import Offer, Transport
from referral.pathway.change import Change
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError, OfferNotOpen
from referral.pathway.vocabulary import State, Verb


def asked(change: Change) -> Offer:
    """The open offer that the verb is about; the fact cannot have happened before it was made."""
    if change.offer is None:
        raise OfferNotOpen
    change.not_before(change.offer.offered_at, _("the referral request"))
    change.details["offer"] = str(change.offer.pk)
    change.details["ward"] = str(change.offer.ward_id)
    return change.offer


def answer(change: Change, state: Offer.State, reason: str = "") -> Offer:
    offer = asked(change)
    offer.state, offer.reason = state, reason
    offer.answered_at, offer.answered_by = change.occurred_at, change.actor
    offer.save()
    return offer


@effect(Verb.ACKNOWLEDGE)
def acknowledge(change: Change, *, number_ending: str = "") -> None:
    """Say that the ward has seen the request. Saying it again changes nothing but the timeline.

    `number_ending`: the last digits of the telephone by whose keys it was said.
    """
    offer = asked(change)
    if number_ending:
        change.details["number_ending"] = number_ending
    acknowledge_offer(offer, change)
    offer.save()


def acknowledge_offer(offer: Offer, change: Change) -> None:
    """Whoever does something about a request has seen it; the first time counts. The caller saves it."""
    if offer.acknowledged_at is None:
        offer.acknowledged_at, offer.acknowledged_by = change.occurred_at, change.actor


@effect(Verb.ACCEPT)
def accept(change: Change, *, bed: str = "", confirmed: Collection[str] = ()) -> State:
    """Promise a bed; its number may follow at admission. One that is promised already is no bed to promise.

    Raises ConfirmationNeeded where the ward has said that none is free, until `confirmed` names the bed.
    """
    ward = asked(change).ward
    ask_if_full(change, ward, confirmed)
    refuse_promised_bed(change.case, ward, bed)
    offer = answer(change, Offer.State.ACCEPTED)
    change.details["bed"] = bed
    case = change.case
    case.ward, case.bed, case.accepted_at = offer.ward, bed, change.occurred_at
    return State.ACCEPTED


@effect(Verb.DECLINE)
def decline(change: Change, *, reason: str, note: str = "") -> State:
    """Decline with a coded reason; the next ward of the catchment is asked at once."""
    answer(change, Offer.State.DECLINED, reason)
    change.details["reason"], change.note = reason, note
    return offer_to_next_ward(change)


@effect(Verb.EXPIRE_OFFER)
def expire_offer(change: Change) -> State:
    """Nobody answered in time, or no bed became free until the time named: the next ward is asked."""
    offer = answer(change, Offer.State.EXPIRED)
    if offer.bed_promised_until is not None:
        change.details["promised_until"] = offer.bed_promised_until.isoformat()
    return offer_to_next_ward(change)


@effect(Verb.PASS_ON)
def pass_on(change: Change) -> State:
    """The ward closed before it answered, which is no failure to answer: the next ward is asked."""
    answer(change, Offer.State.WARD_CLOSED)
    return offer_to_next_ward(change)


@effect(Verb.REDIRECT)
def redirect(change: Change, *, ward: Ward, note: str = "") -> State:
    """Ask a chosen ward, also one that was asked before; an open offer is superseded."""
    if ward.hospital.network_id != change.case.network_id:
        raise InputError(("ward", "other_network", _("Choose a ward of this network.")))
    if not ward.is_open:
        raise InputError(("ward", "ward_closed", _("This ward is closed. Choose another one.")))
    close_open_offer(change.case, Offer.State.SUPERSEDED, now=change.now)
    change.details["ward"], change.note = str(ward.pk), note
    return offer_to(change, ward)


@effect(Verb.RELEASE)
def release(change: Change, *, reason: str, note: str = "") -> State:
    """Take back the promise of a bed; the next ward is asked at once."""
    change.details["reason"], change.note = reason, note
    end_promise(change, Offer.State.RELEASED)
    return offer_to_next_ward(change)


@effect(Verb.WITHDRAW)
def withdraw(change: Change, *, reason: str, note: str = "") -> State:
    """The first hospital takes its request back and watches the patient on."""
    change.details["reason"], change.note = reason, note
    close_open_offer(change.case, Offer.State.WITHDRAWN, now=change.now)
    end_promise(change, Offer.State.WITHDRAWN)
    return State.WATCHED


def end_promise(change: Change, state: Offer.State) -> None:
    """Undo what an acceptance wrote into the case."""
    case = change.case
    Offer.objects.filter(case=case, state=Offer.State.ACCEPTED).update(state=state)
    case.ward, case.bed, case.accepted_at = None, "", None
    case.departed_at = case.expected_arrival_at = None
    Transport.objects.filter(case=case).update(arrived_at=None)
