"""How the stay in the ward ended, for the letter to the first hospital."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from referral.codes import DischargeTo, OutcomeStatus
from referral.models import BackReferral, Case, Event
from referral.pathway.refusals import Text
from referral.pathway.retracted_records import end_of_stay, left_ward
from referral.pathway.vocabulary import State, Verb

STAYS_NEAR = (DischargeTo.HOME, DischargeTo.AGAINST_ADVICE)
"""Whither a patient was discharged who comes to the first hospital when something is wrong."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """How a stay ended without a way back: in words, when, and what was noted with it."""

    words: Text
    at: datetime
    note: str
    recorded_by: str


def leaving(case: Case, back: BackReferral | None) -> dict[str, Any]:
    """The context of how the stay of a case ended, and of what still makes sense to be said after it."""
    has_died = case.died_at is not None
    if back is not None:
        said = {"says_next": not has_died, "follows_up": not has_died, "died_later": has_died}
        return {"leaving": None, "left_at": back.occurred_at, **said}
    line = left_ward(case)
    ended = Leaving(
        _words(case, line),
        end_of_stay(case, line),
        line.note or "",
        line.actor.name if line.actor else "",
    )
    is_followed = case.state == State.FOLLOW_UP and not has_died
    return {
        "leaving": ended,
        "left_at": ended.at,
        "says_next": is_followed and line.details.get("to") in STAYS_NEAR,
        "follows_up": is_followed,
        "died_later": has_died and line.what == Verb.DISCHARGE,
    }


def _words(case: Case, line: Event) -> Text:
    if line.what == Verb.DISCHARGE:
        return _("Discharged") + _(": ") + DischargeTo(line.details["to"]).label
    if case.outcome_disputed:
        return _(
            "What was said of the outcome contradicts itself; the coordinator settles it. Call the ward."
        )
    if case.died_at is not None:
        return _("Died in the ward")
    outcome = OutcomeStatus(case.outcome_90).label if case.outcome_90 else _("not known")
    return _("In the ward at day 90, when the case was closed") + _(": ") + outcome
