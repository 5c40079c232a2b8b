"""Registering a first visit: the case that begins, and who loses where two begin at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError
from django.utils.translation import gettext_lazy as _

from accounts.ids import is_identifier, new_id
from accounts.models import Hospital, User
from referral.identity.matching import OpenCaseExists
from referral.identity.meetings import reporting_meetings
from referral.intake.first_visit import FirstVisit
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import ACUTE, UNREGISTERED, Verb

NO_ID = _("This is no id that was made to be unique: make a UUID of version 7, or leave it out.")
ID_TAKEN = _("A case with this id was already registered.")


def register(*, actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Case:
    """Record a first visit and open its deadlines; the case waits for its indicators.

    Raises AccessError if `actor` does not refer for `hospital`, InputError for an impossible time or a
    namesake, PathwayError if the id or the patient already has a case. That a patient of another
    hospital was met is recorded, and that hospital told, although nothing is registered.
    """
    with beginning(actor, hospital, visit, now) as case:
        return perform(case, Verb.REGISTER, actor=actor, now=now, visit=visit)


@contextmanager
def beginning(actor: User, hospital: Hospital, visit: FirstVisit, now: datetime) -> Iterator[Case]:
    """The case that `Verb.REGISTER` is to begin, around the transaction in which it does.

    Reports whom a refused registration met. Whoever registers the same person under another name and number
    at the same moment as somebody else loses here.
    """
    case = Case(pk=visit.case_id or new_id(), state=UNREGISTERED, hospital=hospital, network=hospital.network)
    with reporting_meetings(actor, hospital, now):
        try:
            yield case
        except IntegrityError as error:
            refuse_taken(case.pk)
            open_cases = Case.objects.filter(person=case.person_id, state__in=ACUTE)
            rival = open_cases.select_related("hospital").first()
            if rival is None:
                raise
            raise OpenCaseExists(rival, own=rival.hospital_id == hospital.pk) from error


def check_id(case_id: UUID | None) -> None:
    """Refuse an id that nobody made to be unique (InputError) or that a case has (PathwayError)."""
    if case_id is not None and not is_identifier(case_id):
        raise InputError(("id", "invalid", NO_ID))
    refuse_taken(case_id)


def refuse_taken(case_id: UUID | None) -> None:
    """Raise PathwayError for an id that a case has, before anything is learnt of the patient."""
    if case_id is not None and Case.objects.filter(pk=case_id).exists():
        raise PathwayError("id_taken", ID_TAKEN)
