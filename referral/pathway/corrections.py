"""The right record for one of the ward that was entered in error, also after the patient has left it."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from referral.deadlines import lifecycle
from referral.models import Deadline, Event, Record
from referral.pathway.refusals import InputError, Text
from referral.pathway.retracted_records import KIND_OF, end_of_stay, left_ward, to_correct
from referral.pathway.vocabulary import Kind

if TYPE_CHECKING:
    from referral.pathway.change import Change


END_OF_STAY: Text = _("the end of the stay in the ward")


def accept_correction(change: "Change", record: Record | None) -> None:
    """Keep which mistake the new record takes the place of. After the ward there must be one."""
    if record is None:
        if change.row.corrects:
            message = _(
                "The patient has left the ward. Only what was marked as entered in error can be entered "
                "rightly now: choose that record."
            )
            raise InputError(("corrects", "required", message))
        return
    kind = KIND_OF.get(change.row.verb)
    if not any(row.record == record.pk and row.kind == kind for row in to_correct(change.case)):
        message = _("This is no record of this kind that was entered in error and is still to be corrected.")
        raise InputError(("corrects", "not_found", message))
    change.corrects = record
    change.details["corrects"] = str(record.pk)


def hold_to_the_stay(change: "Change") -> None:
    """Raise InputError if a correction after the ward is of a time after the patient had left it."""
    if change.row.corrects:
        change.not_after(end_of_stay(change.case, _left(change)), END_OF_STAY)


def _left(change: "Change") -> Event:
    change.left = change.left or left_ward(change.case)
    return change.left


def judge_in_its_place(change: "Change", kind: Kind) -> None:
    """A correction answers for the deadline that was closed later, or never, because of the mistake."""
    if change.corrects is None:
        return
    moment = change.occurred_at
    closed = change.case.deadlines.filter(kind=kind, starts_at__lte=moment, closed_at__gt=moment).last()
    if closed is not None:
        change.details.update(kind=kind.value, met_by_another=moment.isoformat())
        lifecycle.close_by_another(closed, moment)


def judge_past(change: "Change", kind: Kind, fulfilled_at: datetime | None) -> None:
    """Judge a deadline that this correction would have begun, had it been entered rightly at first.

    It never runs and alerts nobody: the patient has left the ward.
    """
    case = change.case
    starts_at, due_at = lifecycle.span(case, kind, change.occurred_at)
    past = Deadline(case=case, kind=kind, starts_at=starts_at, due_at=due_at, first_due_at=due_at)
    past.next_at = change.now
    change.details["kind"] = kind.value
    if fulfilled_at is not None:
        change.details["met_by_another"] = fulfilled_at.isoformat()
        lifecycle.close_by_another(past, fulfilled_at)
        return
    left_at = _left(change).recorded_at
    change.details["unmet_by"] = left_at.isoformat()
    lifecycle.close_unmet(past, left_at)
