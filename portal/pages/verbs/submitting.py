"""One submitted verb form: done once however often it arrives."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.retention import ANSWERS_KEPT_FOR
from portal.models import SentForm
from portal.pages.verbs.forms import NEEDS_NO_VERSION
from portal.pages.verbs.typed_inputs import raw_inputs, typed_inputs
from referral.intake.unannounced import auditing_wrong_answers
from referral.models import Case
from referral.pathway.inputs import ON_AN_OFFER, parse_inputs
from referral.pathway.perform import apply
from referral.pathway.refusals import InputError
from referral.pathway.settlement import settling
from referral.pathway.vocabulary import Verb


@dataclass(frozen=True, slots=True)
class Submission:
    """What a verb form sent: the typed inputs and its hidden fields."""

    verb: Verb
    typed: Mapping[str, str]
    version: int | None
    offer: UUID | None
    once: UUID | None
    back: str

    @classmethod
    def of(cls, verb: Verb, posted: Mapping[str, str]) -> "Submission":
        """Read a form's values. Hidden fields that were tampered with count as not sent."""
        version = posted.get("version", "")
        return cls(
            verb=verb,
            typed=typed_inputs(verb, posted),
            version=int(version) if version.isdecimal() and len(version) < 9 else None,
            offer=_id(posted.get("offer", "")),
            once=_id(posted.get("once", "")),
            back="board" if posted.get("back") == "board" else "",
        )


def submit(sent: Submission, *, case: Case, user: User, now: datetime) -> Case:
    """Perform the verb and return the case as it is then; a repetition of the same form changes nothing.

    Raises what `perform` raises.
    """
    offer = sent.offer if sent.verb in ON_AN_OFFER else None
    version = None if sent.verb in NEEDS_NO_VERSION else sent.version
    # The second of two clicks waits here until the first is committed.
    with auditing_wrong_answers(user, now), settling(case.pk, now) as settlement:
        if sent.once is None or is_first(user, sent.once, now):
            apply(
                settlement,
                sent.verb,
                actor=user,
                offer=offer,
                if_version=version,
                read=lambda locked: read_inputs_of(sent, case=locked, user=user, now=now),
            )
    return settlement.case


def is_first(user: User, once: UUID, now: datetime) -> bool:
    """Note that a form was sent; what then refuses it takes the note back with everything else."""
    return SentForm.objects.get_or_create(user=user, once=once, defaults={"sent_at": now})[1]


def purge(now: datetime) -> int:
    """Forget which forms were sent long ago; return how many."""
    return SentForm.objects.filter(sent_at__lt=now - ANSWERS_KEPT_FOR).delete()[0]


def read_inputs_of(sent: Submission, *, case: Case, user: User, now: datetime) -> dict[str, Any]:
    """What was typed as keyword arguments for `perform`. Raises InputError with a row for every mistake."""
    meant, refused = raw_inputs(sent.verb, sent.typed, zone=case.hospital.zone, now=now)
    named = {row[0] for row in refused}
    try:
        inputs = parse_inputs(sent.verb, meant, case=case, user=user)
    except InputError as error:
        raise InputError(*refused, *(row for row in error.rows if row[0] not in named)) from error
    if refused:
        raise InputError(*refused)
    return inputs


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
