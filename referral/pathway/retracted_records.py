"""What of the ward's records was entered in error and is still to be corrected, and how long the stay was."""

from collections.abc import Mapping
from datetime import datetime

from referral.models import Case, Event, Retraction
from referral.pathway.vocabulary import AFTER_WARD, IN_WARD, State, Verb
from referral.ward.codes import RecordKind

KIND_OF: Mapping[Verb, RecordKind] = {
    Verb.RECORD_KIT_RESULT: RecordKind.KIT_RESULT,
    Verb.ASSESS_ORGAN_FAILURE: RecordKind.ORGAN_FAILURE,
    Verb.RECORD_PRECIPITANT: RecordKind.PRECIPITANT,
    Verb.RECORD_INTERVENTION: RecordKind.INTERVENTION,
    Verb.RECORD_ARTIFICIAL_LIVER: RecordKind.ARTIFICIAL_LIVER,
    Verb.RECORD_IMMUNE_STATUS: RecordKind.IMMUNE_STATUS,
    Verb.RECORD_PANEL: RecordKind.PANEL,
    Verb.DECIDE_TRANSPLANT: RecordKind.TRANSPLANT_DECISION,
}
"""What the verbs whose record can be taken back record."""


def to_correct(case: Case) -> list[Retraction]:
    """What was entered in error and has not been entered rightly since."""
    # Lists of cases know of all at once.
    if not getattr(case, "has_mistakes", True):
        return []
    retractions = [row for row in case.retractions.all() if not row.with_admission]
    if not retractions:
        return []
    corrections = case.events.filter(what__in=KIND_OF, details__has_key="corrects")
    done = set(corrections.values_list("details__corrects", flat=True))
    return [row for row in retractions if str(row.record) not in done]


def verbs_without_cause(case: Case) -> frozenset[Verb]:
    """After the ward: verbs with nothing of their kind to correct."""
    if case.state not in AFTER_WARD:
        return frozenset()
    kinds = {row.kind for row in to_correct(case)}
    return frozenset(verb for verb, kind in KIND_OF.items() if kind not in kinds)


def left_ward(case: Case) -> Event:
    """The line with which the patient of a case that was in a ward left it."""
    return case.events.filter(state_before__in=IN_WARD, state_after__in=AFTER_WARD).earliest("number")


def end_of_stay(case: Case, left: Event | None = None) -> datetime:
    """When the patient left the ward; where the case was closed there, the death, or when that was said.

    `left` is the line of `left_ward` where it was read already.
    """
    left = left or left_ward(case)
    if left.state_after == State.CLOSED:
        return case.died_at or left.recorded_at
    return left.occurred_at
