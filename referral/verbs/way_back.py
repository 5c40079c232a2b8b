"""The verbs from discharge to day 90: way back, return, outcome."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from referral.codes import OutcomeStatus
from referral.errors import FactError
from referral.pathway import Kind, State, Verb
from referral.performing import Change, effect

OUTCOME_DAYS = {28: Kind.FOLLOW_UP_28, 90: Kind.FOLLOW_UP_90}


@effect(Verb.BACK_REFER)
def back_refer(change: Change, *, plan: str) -> State:
    """Send the patient back to the first hospital with a plan."""
    change.not_before(change.case.diagnosed_at)
    change.note = plan
    change.also_opens.add(Kind.CONFIRM_RETURN)
    return State.FOLLOW_UP


@effect(Verb.DISCHARGE)
def discharge(change: Change, *, to: str, note: str = "") -> State:
    """Acute care ends without a way back to the first hospital."""
    change.not_before(change.case.diagnosed_at or change.case.first_visit_at)
    change.facts["to"], change.note = to, note
    return State.FOLLOW_UP


@effect(Verb.CONFIRM_RETURN)
def confirm_return(change: Change) -> None:
    """The first hospital has the patient again."""


@effect(Verb.RECORD_OUTCOME)
def record_outcome(change: Change, *, day: int, status: str) -> State:
    """How the patient was at day 28 or 90 (`occurred_at` is the date of the observation or of the death)."""
    if change.now < change.case.first_visit_at + timedelta(days=day) and status == OutcomeStatus.ALIVE:
        raise FactError(("day", "too_early", _("That day has not come yet. Record it when it has.")))
    change.facts.update(day=day, status=status)
    change.also_meets.add(OUTCOME_DAYS[day])
    if status == OutcomeStatus.DEAD:
        change.case.died_at = change.occurred_at
        change.also_meets |= {Kind.FOLLOW_UP_28, Kind.FOLLOW_UP_90}
        return State.CLOSED
    return State.CLOSED if day == 90 else State.FOLLOW_UP
