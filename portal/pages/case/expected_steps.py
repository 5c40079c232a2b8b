"""Which of the verbs that a person can use a page offers first, and which wait behind them."""

from portal.pages.verbs.texts import TEXTS
from referral.models import Case, Offer
from referral.pathway.vocabulary import State, Verb
from referral.queries.urgency import unanswered_red_flags

EXPECTED: dict[str, tuple[Verb, ...]] = {
    State.REGISTERED: (Verb.ASSESS, Verb.REFER),
    State.WATCHED: (Verb.ASSESS, Verb.REFER, Verb.ANSWER_ADVICE, Verb.ASK_ADVICE),
    State.OFFERED: (Verb.ANSWER_BACK, Verb.ACKNOWLEDGE, Verb.ACCEPT, Verb.DECLINE, Verb.REDIRECT),
    State.UNPLACED: (Verb.REDIRECT,),
    State.ACCEPTED: (Verb.DEPART, Verb.ADMIT, Verb.CHANGE_ARRIVAL),
    State.IN_TRANSIT: (Verb.ARRIVE, Verb.HAND_OVER, Verb.ADMIT, Verb.CHANGE_ARRIVAL, Verb.DESCRIBE_TRANSPORT),
    State.ADMITTED: (Verb.DIAGNOSE, Verb.RECORD_PRECIPITANT, Verb.RECORD_INTERVENTION),
    State.DIAGNOSED: (Verb.BACK_REFER, Verb.DISCHARGE),
    State.FOLLOW_UP: (Verb.CONFIRM_RETURN, Verb.SETTLE_OUTCOME, Verb.RECORD_OUTCOME),
    State.CLOSED: (Verb.SETTLE_OUTCOME,),
}
"""The steps that a page offers first, by state; the others wait under "more"."""

OF_THEIR_OWN = frozenset(
    {
        *(Verb.MESSAGE, Verb.EXPLAIN_DELAY, Verb.STATE_BACKGROUND),
        *(Verb.RETRACT_RECORD, Verb.ADD_FILE, Verb.RETRACT_FILE),
    }
)
"""Verbs that have a place of their own, on the page of a case or of its ward record."""


def sorted_out(case: Case, usable: list[Verb], offer: Offer | None) -> tuple[list[Verb], list[Verb]]:
    """The usable verbs that are expected now, and the others, in the order to offer them."""
    expected = EXPECTED.get(case.state, ())
    shown = [verb for verb in usable if verb in TEXTS and verb not in OF_THEIR_OWN]
    if offer is not None and offer.acknowledged_at is not None:
        shown = [verb for verb in shown if verb != Verb.ACKNOWLEDGE]
    if unanswered_red_flags(case):
        expected = (Verb.REFER, *expected)
    first = list(dict.fromkeys(verb for verb in expected if verb in shown))
    return first, [verb for verb in shown if verb not in first]
