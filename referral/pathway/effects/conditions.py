"""The verbs of a ward that answers "yes, if": ask back, answer back, accept when a bed is free."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.skew import without_skew
from referral.deadlines import lifecycle
from referral.models import Message, Offer
from referral.pathway.change import Change
from referral.pathway.effects.offers import acknowledge_offer, asked
from referral.pathway.perform import effect
from referral.pathway.refusals import InputError, OfferNotOpen, PathwayError
from referral.pathway.vocabulary import Kind, Verb

LONGEST_WAIT = timedelta(hours=12)
"""How long a ward may let a patient wait for a bed before the next one is asked."""


def _open_request(change: Change) -> Offer:
    """The open request, also for the first hospital, whose verb names no offer."""
    if change.offer is None:
        raise OfferNotOpen
    return change.offer


def _write(change: Change, text: str) -> Message:
    """Put `text` into the talk, which both sides read."""
    message = Message.objects.create(case=change.case, author=change.person, text=text, sent_at=change.now)
    change.details["message"] = str(message.pk)
    return message


@effect(Verb.ASK_BACK)
def ask_back(change: Change, *, text: str) -> None:
    """Ask the first hospital one question before deciding. The time to decide runs on."""
    offer = asked(change)
    if offer.question_id is not None:
        raise PathwayError(
            "asked_back",
            _("Your ward has asked its one question already. Write a message, or call the first hospital."),
        )
    acknowledge_offer(offer, change)
    offer.question = _write(change, text)
    offer.save()


@effect(Verb.ANSWER_BACK)
def answer_back(change: Change, *, text: str) -> None:
    """Answer the ward's question; the ward decides."""
    offer = _open_request(change)
    if offer.question_id is None or offer.answer_id is not None:
        raise PathwayError("no_question", _("No question waits for an answer. Reload the case."))
    offer.answer = _write(change, text)
    offer.save()
    change.details.update(offer=str(offer.pk), ward=str(offer.ward_id))


@effect(Verb.ACCEPT_WHEN_FREE)
def accept_when_free(change: Change, *, until: datetime, note: str = "") -> None:
    """Promise a bed as soon as one is free, `until` then at the latest; after it the next ward is asked."""
    offer = asked(change)
    if offer.bed_promised_until is not None:
        raise PathwayError(
            "promised_already",
            _("Your ward has named a time already. Accept as soon as the bed is free, or decline."),
        )
    offer.bed_promised_until = _within_reach(until, change.now)
    acknowledge_offer(offer, change)
    offer.save()
    for deadline in change.case.deadlines.open().filter(kind=Kind.DECIDE, offer=offer):
        lifecycle.reschedule(deadline, change.case, due_at=offer.bed_promised_until, now=change.now)
    change.details["until"], change.note = offer.bed_promised_until.isoformat(), note


def _within_reach(until: datetime, now: datetime) -> datetime:
    if until <= now:
        raise InputError(("until", "in_the_past", _("This time is over. Give one that is still to come.")))
    until = without_skew(until, now + LONGEST_WAIT)
    if until > now + LONGEST_WAIT:
        message = _("A patient cannot wait more than 12 hours for a bed. Give an earlier time, or decline.")
        raise InputError(("until", "too_far", message))
    return until
