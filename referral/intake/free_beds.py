"""The free beds of wards: what a ward states, what a promise takes, and what is given back.

The row of a ward is locked after that of the case, and of two wards in the order of their ids, so that no two
units of work wait for each other.
"""

import re
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from accounts.local_time import written
from accounts.models import User, Ward
from referral.alerts.compose import publish_beds
from referral.codes import BedCause
from referral.models import BedChange, Case, FreeBeds
from referral.pathway.change import Change
from referral.pathway.refusals import AccessError, BedsChanged, ConfirmationNeeded, InputError
from referral.pathway.vocabulary import BEFORE_ADMISSION, IN_WARD, State, Verb

WHOLE_NUMBER = re.compile(r"[+-]?\d{1,9}")
PROMISED = frozenset({State.ACCEPTED, State.IN_TRANSIT})
"""States in which a ward keeps a bed for a patient who is not in it yet."""


@transaction.atomic
def state_beds(*, ward: Ward, actor: User, free: Any, now: datetime, seen: int | None = None) -> FreeBeds:
    """Keep that `ward` can give `free` beds now, as one of its people says.

    `seen`: the version of the figure that the person saw, where they saw one. Raises AccessError for who is
    not of the ward, InputError for a number that it cannot have, BedsChanged where the figure changed since.
    """
    authorise(actor, ward)
    number = read_number(free, ward)
    stated = {"free": number, "stated_at": now, "stated_by": actor}
    row, is_new = FreeBeds.objects.select_for_update().get_or_create(ward=ward, defaults=stated)
    if seen is not None and seen != row.version:
        raise BedsChanged(row.free, row.version)
    if not is_new:
        row.free, row.stated_at, row.stated_by = number, now, actor
    _write(row, BedCause.STATED, None, None, actor, now)
    publish_beds(ward)
    return row


def authorise(actor: User, ward: Ward) -> None:
    """Raise AccessError unless `actor` is of `ward`, and so may say how many beds it has."""
    if ward.pk not in actor.access.wards:
        raise AccessError


def read_number(given: Any, ward: Ward) -> int:
    """What was given as a number of free beds of `ward`. Raises InputError."""
    limits = {"beds": ward.beds}
    text = given.strip() if isinstance(given, str) else given
    if text is None or text == "":
        raise InputError(("free", "required", _("Say how many beds the ward can give now.")))
    if isinstance(text, str) and WHOLE_NUMBER.fullmatch(text):
        text = int(text)
    if type(text) is not int:
        raise InputError(("free", "invalid", _("Enter a whole number from 0 to %(beds)s.") % limits))
    if not 0 <= text <= ward.beds:
        message = _("The ward has %(beds)s beds: enter a number from 0 to %(beds)s.") % limits
        raise InputError(("free", "out_of_range", message))
    return text


def ask_if_full(change: Change, ward: Ward, confirmed: Collection[str]) -> None:
    """Raise ConfirmationNeeded where `ward` has said that no bed is free, until the acceptance is confirmed.

    A stale figure asks nobody. The row stays locked until the acceptance has taken its bed.
    """
    row = (
        FreeBeds.objects.select_for_update(of=("self",)).select_related("stated_by").filter(ward=ward).first()
    )
    full = row is not None and row.free == 0 and not row.is_stale(change.now, change.case.policy.beds_hold)
    if row is None or not full:
        return
    if "bed" in confirmed:
        change.details["beyond_beds"] = True
        return
    message = _(
        "No bed is free, by what %(name)s stated at %(moment)s and was promised since. Confirm that you "
        "accept all the same, or state the free beds of the ward first."
    )
    moment = written(row.stated_at, ward.hospital.zone, change.now)
    raise ConfirmationNeeded(
        ("bed", "needs_confirmation", message % {"moment": moment, "name": row.stated_by.name})
    )


def refuse_promised_bed(case: Case, ward: Ward, bed: str) -> None:
    """Raise InputError where another patient has been promised `bed` of `ward`."""
    if not bed:
        return
    others = Case.objects.filter(ward=ward, bed__iexact=bed, state__in=PROMISED).exclude(pk=case.pk)
    other = others.values_list("number", flat=True).first()
    if other is not None:
        message = _(
            "Bed %(bed)s is promised to the patient of case %(number)s. Name another bed, or leave it empty."
        ) % {"bed": bed, "number": other}
        raise InputError(("bed", "promised", message))


def settle_beds(change: Change, before: str) -> None:
    """Move the figures of the wards that gain or lose a promise by `change` of a case that was `before`."""
    case, verb = change.case, change.row.verb
    left = change.held_by if before in PROMISED else None
    kept = case.ward_id if case.state in PROMISED else None
    undone = change.held_by if verb == Verb.UNDO_ADMISSION else None
    admitted = case.ward_id if before in BEFORE_ADMISSION and case.state in IN_WARD else None
    if left == kept and not (undone or admitted):
        return
    wards = {ward for ward in (left, kept, undone, admitted) if ward}
    rows = FreeBeds.objects.select_for_update(of=("self",)).select_related("ward__hospital")
    for row in rows.filter(ward__in=wards).order_by("ward_id"):
        cause, moved = _move(row, case, kept=kept, undone=undone, admitted=admitted, left=left)
        row.free += moved
        _write(row, cause, case, moved, change.actor, change.now)
        publish_beds(row.ward)


def _move(
    row: FreeBeds,
    case: Case,
    *,
    left: UUID | None,
    kept: UUID | None,
    undone: UUID | None,
    admitted: UUID | None,
) -> tuple[BedCause, int]:
    """Why the figure of a ward changes, and by how much."""
    taken = BedChange.objects.filter(ward=row.ward_id, case=case).aggregate(sum=Sum("change"))["sum"]
    holds = taken is not None and taken < 0
    take, give = -min(row.free, 1), min(row.ward.beds - row.free, 1)
    if row.ward_id == admitted:
        # A bed that was promised is the one that the patient is in now.
        return BedCause.ADMITTED, 0 if row.ward_id == left else take
    if row.ward_id == kept:
        return (BedCause.UNDONE, 0) if holds and undone else (BedCause.PROMISED, take)
    # A promise from before the first figure was kept out of it, so its bed is one more.
    gives = holds or taken is None
    return (BedCause.UNDONE if row.ward_id == undone else BedCause.RETURNED), give if gives else 0


def _write(
    row: FreeBeds, cause: BedCause, case: Case | None, change: int | None, actor: User | None, now: datetime
) -> None:
    row.version += 1
    row.save()
    BedChange.objects.create(
        ward_id=row.ward_id,
        number=row.version,
        cause=cause,
        free=row.free,
        change=change,
        case=case,
        actor=actor,
        at=now,
    )
