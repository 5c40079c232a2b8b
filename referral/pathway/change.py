"""What a verb changes on one locked case, handed from effect to effect."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.local_time import written
from accounts.models import User, Ward
from accounts.skew import without_skew
from referral.models import Case, Deadline, Event, Offer, Record
from referral.pathway.refusals import AccessError, InputError, Text
from referral.pathway.table import Transition
from referral.pathway.vocabulary import Audience, Kind


def past(moment: datetime, input_name: str, *, now: datetime) -> datetime:
    """`moment` as it is kept. Raises InputError if it lies after `now`, though said to be over."""
    settled = without_skew(moment, now)
    if settled > now:
        raise InputError((input_name, "in_future", _("This time is in the future. Check the date and time.")))
    return settled


@dataclass(slots=True)
class Change:
    """One verb being applied to one locked case: what the effects of `referral.pathway.effects` work on.

    `further_wards` hear of it beside the one that has the case. `goes_back`: the state is entered again with
    the deadlines that it had, so that none is opened. `opened`: the offer that a ward is asked with now.
    `is_repeated`: what is said stands there already, so that nothing is written. `running` reads the case's
    open deadlines, each with its offer as it is when that is first asked. `left`: the line with which the
    patient left the ward, once somebody has read it.
    """

    case: Case
    row: Transition
    actor: User | None
    now: datetime
    occurred_at: datetime
    offer: Offer | None
    ward_before: Ward | None
    held_by: UUID | None
    running: Callable[[], Sequence[Deadline]]
    details: dict[str, Any] = field(default_factory=dict)
    note: str | None = None
    personal: dict[str, Any] = field(default_factory=dict)
    also_meets: set[Kind] = field(default_factory=set)
    also_opens: set[Kind] = field(default_factory=set)
    also_notifies: set[Audience] = field(default_factory=set)
    contradicts: bool = False
    further_wards: set[Ward] = field(default_factory=set)
    goes_back: bool = False
    is_repeated: bool = False
    opened: Offer | None = None
    corrects: Record | None = None
    dated_by: str = "occurred_at"
    left: Event | None = None

    def date(self, moment: datetime, input_name: str) -> None:
        """The change was at `moment`, as the verb's own input `input_name` has it."""
        self.occurred_at, self.dated_by = moment, input_name

    @property
    def person(self) -> User:
        """The actor of a verb that only people use."""
        if self.actor is None:
            raise AccessError
        return self.actor

    def past(self, moment: datetime, input_name: str) -> datetime:
        """`moment` as it is kept. Raises InputError if it lies ahead, though said to be over."""
        return past(moment, input_name, now=self.now)

    def not_before(self, moment: datetime | None, event: Text) -> None:
        """Raise InputError if the change is said to have been before `event`, which was at `moment`."""
        if moment is not None and self.occurred_at < moment:
            message = _("This cannot have happened before %(event)s (%(moment)s). Check the date and time.")
            self._refuse_order(message, moment, event)

    def not_after(self, moment: datetime, event: Text) -> None:
        """Raise InputError if the change is said to have been after `event`, which was at `moment`."""
        if self.occurred_at > moment:
            message = _("This cannot have happened after %(event)s (%(moment)s). Give its own date and time.")
            self._refuse_order(message, moment, event)

    def _refuse_order(self, message: Text, moment: datetime, event: Text) -> None:
        named = {"event": event, "moment": written(moment, self.case.hospital.zone, self.now)}
        raise InputError((self.dated_by, "out_of_order", message % named))
