"""Closing and opening a ward: what it has been asked passes on, what it has promised it keeps."""

from contextlib import suppress
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.duty import may_arrange
from accounts.models import User, Ward
from referral.models import Offer
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, OfferNotOpen, VerbNotAllowed
from referral.pathway.vocabulary import Verb


@transaction.atomic
def close_ward(*, ward: Ward, actor: User, reason: str, now: datetime) -> Ward:
    """Take no new requests; the open ones go to the next ward at once. Raises AccessError."""
    _authorise(actor, ward)
    Ward.objects.filter(pk=ward.pk, closed_at=None).update(closed_at=now, closed_reason=reason)
    _record("close_ward", ward, actor, now)
    for offer in Offer.objects.filter(ward=ward, state=Offer.State.OPEN):
        # One that was answered in the meantime needs no passing on.
        with suppress(OfferNotOpen, VerbNotAllowed):
            perform(offer.case_id, Verb.PASS_ON, actor=None, now=now, offer=offer.pk)
    ward.refresh_from_db()
    return ward


@transaction.atomic
def open_ward(*, ward: Ward, actor: User, now: datetime) -> Ward:
    """Take requests again. Raises AccessError."""
    _authorise(actor, ward)
    Ward.objects.filter(pk=ward.pk).update(closed_at=None, closed_reason="")
    _record("open_ward", ward, actor, now)
    ward.refresh_from_db()
    return ward


def _authorise(actor: User, ward: Ward) -> None:
    if not may_arrange(actor, ward):
        raise AccessError


def _record(action: str, ward: Ward, actor: User, now: datetime) -> None:
    network = ward.hospital.network_id
    audit.record(
        actor=actor, action=action, subject_type="ward", subject_id=ward.pk, now=now, network=network
    )
