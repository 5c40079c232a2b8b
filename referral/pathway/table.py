"""The pathway as data: states, verbs, deadlines, and the one table that says who may do what, when.

`perform.perform` is the only function that applies it; `docs/pathway.md` is drawn from it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from referral.pathway.vocabulary import (
    AFTER_WARD,
    BEFORE_ADMISSION,
    IN_WARD,
    OPEN,
    UNREGISTERED,
    Audience,
    Kind,
    Party,
    State,
    Verb,
)

S, V, K, P, A = State, Verb, Kind, Party, Audience


@dataclass(frozen=True, slots=True)
class Transition:
    """In any of `sources`, one of the parties `by` may use `verb`; the case ends in one of `targets`.

    No targets: the state stays; `may_stay`: it stays where the inputs say so. `meets`: deadlines that this
    act fulfils. `notifies`: who hears of it. `corrects`: only to enter rightly what was entered in error.
    """

    verb: Verb
    sources: frozenset[str]
    targets: frozenset[State]
    by: frozenset[Party]
    meets: frozenset[Kind]
    notifies: frozenset[Audience]
    may_stay: bool
    corrects: bool


def row(
    verb: Verb,
    sources: Iterable[str],
    targets: Iterable[State],
    by: Iterable[Party],
    meets: Iterable[Kind] = (),
    notifies: Iterable[Audience] = (),
    may_stay: bool = False,
    corrects: bool = False,
) -> Transition:
    return Transition(
        verb,
        frozenset(sources),
        frozenset(targets),
        frozenset(by),
        frozenset(meets),
        frozenset(notifies),
        may_stay,
        corrects,
    )


STAYS: tuple[State, ...] = ()
NEXT_WARD = (S.OFFERED, S.UNPLACED)
SIDES = (P.ORIGIN, P.CARE_WARD, P.COORDINATOR)
SPEAKERS = (*SIDES, P.ENGINE)
BOTH_SIDES = (P.ORIGIN, P.OFFER_WARD, P.CARE_WARD, P.COORDINATOR)
RETRACTABLE = (
    *(V.RECORD_KIT_RESULT, V.ASSESS_ORGAN_FAILURE, V.RECORD_PRECIPITANT, V.RECORD_INTERVENTION),
    *(V.RECORD_ARTIFICIAL_LIVER, V.RECORD_IMMUNE_STATUS, V.RECORD_PANEL),
    V.DECIDE_TRANSPLANT,
)
"""Verbs whose record can be taken back, and then entered rightly however late."""

# The verb, where it may be used, where the case ends, and who; then what it fulfils, and who hears of it.
# fmt: off
TABLE: tuple[Transition, ...] = (
    # the first hospital
    row(V.REGISTER, {UNREGISTERED}, {S.REGISTERED}, {P.ORIGIN}),
    row(V.SAVE_INDICATORS, BEFORE_ADMISSION, STAYS, {P.ORIGIN}),
    row(V.STATE_BACKGROUND, BEFORE_ADMISSION, STAYS, {P.ORIGIN}),
    row(V.STATE_BACKGROUND, IN_WARD, STAYS, {P.ORIGIN, P.CARE_WARD}),
    row(V.ASSESS, {S.REGISTERED, S.WATCHED}, {S.WATCHED, *NEXT_WARD}, {P.ORIGIN},
        meets={K.ASSESS, K.REASSESS}),
    row(V.ASSESS, {S.OFFERED, S.UNPLACED, S.ACCEPTED, S.IN_TRANSIT}, STAYS, {P.ORIGIN}, notifies={A.DUTY}),
    row(V.REFER, {S.REGISTERED, S.WATCHED}, NEXT_WARD, {P.ORIGIN}, meets={K.ASSESS, K.REASSESS}),
    row(V.ASK_ADVICE, {S.WATCHED}, STAYS, {P.ORIGIN}, notifies={A.DUTY}),
    row(V.WITHDRAW, {S.OFFERED, S.UNPLACED, S.ACCEPTED}, {S.WATCHED}, {P.ORIGIN}, notifies={A.DUTY}),
    row(V.DEPART, {S.ACCEPTED}, {S.IN_TRANSIT}, {P.ORIGIN}, notifies={A.DUTY}),
    row(V.DESCRIBE_TRANSPORT, {S.ACCEPTED, S.IN_TRANSIT}, STAYS, {P.ORIGIN, P.COORDINATOR}),
    row(V.CHANGE_ARRIVAL, {S.ACCEPTED, S.IN_TRANSIT}, STAYS, SIDES, notifies={A.CLINICIAN, A.DUTY}),
    row(V.CORRECT_JOURNEY, {S.IN_TRANSIT}, STAYS, {P.ORIGIN, P.COORDINATOR}, notifies={A.CLINICIAN, A.DUTY}),
    # the ward that was asked
    row(V.ANSWER_ADVICE, {S.WATCHED}, STAYS, {P.ADVICE_WARD},
        meets={K.ANSWER_ADVICE}, notifies={A.CLINICIAN}),
    row(V.ACKNOWLEDGE, {S.OFFERED}, STAYS, {P.OFFER_WARD}, meets={K.ACKNOWLEDGE}, notifies={A.CLINICIAN}),
    row(V.ACCEPT, {S.OFFERED}, {S.ACCEPTED}, {P.OFFER_WARD},
        meets={K.ACKNOWLEDGE, K.DECIDE, K.PLACE}, notifies={A.CLINICIAN}),
    row(V.ASK_BACK, {S.OFFERED}, STAYS, {P.OFFER_WARD}, meets={K.ACKNOWLEDGE}, notifies={A.CLINICIAN}),
    row(V.ANSWER_BACK, {S.OFFERED}, STAYS, {P.ORIGIN}, notifies={A.DUTY}),
    row(V.ACCEPT_WHEN_FREE, {S.OFFERED}, STAYS, {P.OFFER_WARD},
        meets={K.ACKNOWLEDGE}, notifies={A.CLINICIAN, A.COORDINATOR}),
    row(V.DECLINE, {S.OFFERED}, NEXT_WARD, {P.OFFER_WARD},
        meets={K.ACKNOWLEDGE, K.DECIDE}, notifies={A.CLINICIAN}),
    row(V.EXPIRE_OFFER, {S.OFFERED}, NEXT_WARD, {P.ENGINE}, notifies={A.CLINICIAN, A.COORDINATOR}),
    row(V.PASS_ON, {S.OFFERED}, NEXT_WARD, {P.ENGINE}, notifies={A.CLINICIAN}),
    row(V.RELEASE, {S.ACCEPTED, S.IN_TRANSIT}, NEXT_WARD, {P.CARE_WARD},
        notifies={A.CLINICIAN, A.COORDINATOR}),
    row(V.DIVERT, {S.IN_TRANSIT}, {S.IN_TRANSIT}, {P.CARE_WARD, P.COORDINATOR},
        meets={K.ARRIVE}, notifies={A.CLINICIAN, A.DUTY}),
    row(V.ARRIVE, {S.IN_TRANSIT}, STAYS, {P.CARE_WARD}, meets={K.ARRIVE}, notifies={A.CLINICIAN}),
    row(V.HAND_OVER, {S.IN_TRANSIT}, {S.ADMITTED}, {P.CARE_WARD},
        meets={K.ADMIT, K.ARRIVE}, notifies={A.CLINICIAN}),
    row(V.HAND_OVER, IN_WARD, STAYS, {P.CARE_WARD}, notifies={A.CLINICIAN}),
    row(V.ADMIT, BEFORE_ADMISSION, {S.ADMITTED}, {P.ANY_WARD},
        meets={K.ADMIT, K.ARRIVE}, notifies={A.CLINICIAN}),
    row(V.UNDO_ADMISSION, IN_WARD, BEFORE_ADMISSION, {P.CARE_WARD, P.COORDINATOR},
        notifies={A.HOSPITAL, A.DUTY, A.COORDINATOR}),
    row(V.CONFIRM_ADMISSION, IN_WARD | AFTER_WARD, STAYS, {P.ENGINE}),
    # the coordinator
    row(V.REDIRECT, {S.OFFERED, S.UNPLACED}, {S.OFFERED}, {P.COORDINATOR}, notifies={A.CLINICIAN}),
    # window 2
    row(V.RECORD_KIT_RESULT, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.ASSESS_ORGAN_FAILURE, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RETRACT_RECORD, IN_WARD | AFTER_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_PRECIPITANT, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_INTERVENTION, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_TREATMENT, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_ARTIFICIAL_LIVER, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.SET_NUTRITION_TARGET, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_INTAKE, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_IMMUNE_STATUS, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.RECORD_PANEL, IN_WARD, STAYS, {P.CARE_WARD}),
    row(V.TRANSFER, IN_WARD, STAYS, {P.CARE_WARD, P.COORDINATOR}, notifies={A.CLINICIAN, A.DUTY}),
    row(V.DIAGNOSE, {S.ADMITTED}, {S.DIAGNOSED}, {P.CARE_WARD}, meets={K.DIAGNOSE}, notifies={A.CLINICIAN}),
    row(V.DECIDE_TRANSPLANT, IN_WARD, STAYS, {P.CARE_WARD}),
    *(row(verb, AFTER_WARD, STAYS, {P.CARE_WARD}, corrects=True) for verb in RETRACTABLE),
    # the way back
    row(V.BACK_REFER, {S.DIAGNOSED}, {S.FOLLOW_UP}, {P.CARE_WARD}, notifies={A.HOSPITAL}),
    row(V.DISCHARGE, {S.DIAGNOSED}, {S.FOLLOW_UP}, {P.CARE_WARD}, notifies={A.CLINICIAN}),
    row(V.DISCHARGE, {S.WATCHED}, {S.FOLLOW_UP}, {P.ORIGIN}),
    row(V.CORRECT_DIAGNOSIS, {S.DIAGNOSED} | AFTER_WARD, STAYS, {P.CARE_WARD}, notifies={A.HOSPITAL}),
    row(V.CORRECT_BACK_REFERRAL, {S.FOLLOW_UP}, STAYS, {P.CARE_WARD}, notifies={A.HOSPITAL}),
    row(V.CONFIRM_RETURN, {S.FOLLOW_UP}, STAYS, {P.ORIGIN}, meets={K.CONFIRM_RETURN}, notifies={A.DUTY}),
    row(V.RECORD_OUTCOME, IN_WARD | {S.FOLLOW_UP}, {S.CLOSED}, SIDES, may_stay=True),
    row(V.SETTLE_OUTCOME, IN_WARD | {S.FOLLOW_UP, S.CLOSED}, {S.CLOSED}, {P.COORDINATOR},
        notifies={A.CLINICIAN, A.DUTY}, may_stay=True),
    row(V.CORRECT_OUTCOME, {S.CLOSED}, STAYS, SIDES, notifies={A.CLINICIAN, A.DUTY}),
    # at any time
    row(V.RECORD_DEATH, OPEN, {S.CLOSED}, SPEAKERS,
        meets={K.FOLLOW_UP_28, K.FOLLOW_UP_90}, notifies={A.CLINICIAN, A.DUTY}),
    row(V.END_REFERRAL, BEFORE_ADMISSION, {S.FOLLOW_UP}, {P.ORIGIN, P.COORDINATOR},
        notifies={A.CLINICIAN, A.DUTY}),
    row(V.MESSAGE, OPEN, STAYS, {*BOTH_SIDES, P.EXPECTING_WARD}),
    row(V.ADD_FILE, OPEN, STAYS, BOTH_SIDES),
    row(V.RETRACT_FILE, OPEN | {S.CLOSED}, STAYS, BOTH_SIDES),
    row(V.CORRECT_FIRST_VISIT, OPEN, STAYS, {P.ORIGIN, P.COORDINATOR}),
    row(V.CORRECT_IDENTITY, OPEN | {S.CLOSED}, STAYS, SIDES, notifies={A.CLINICIAN, A.DUTY}),
    row(V.MARK_ENTERED_IN_ERROR, BEFORE_ADMISSION, {S.CANCELLED, S.REGISTERED}, {P.ORIGIN, P.COORDINATOR},
        notifies={A.DUTY}, may_stay=True),
    row(V.EXTEND, OPEN, STAYS, {P.OFFER_WARD, P.CARE_WARD, P.COORDINATOR}),
    row(V.SNOOZE, OPEN, STAYS, {P.OFFER_WARD, P.CARE_WARD, P.COORDINATOR}),
    row(V.EXPLAIN_DELAY, OPEN | {S.CLOSED}, STAYS, BOTH_SIDES),
)
# fmt: on

OPENS: dict[State, frozenset[Kind]] = {
    S.REGISTERED: frozenset({K.ASSESS, K.FOLLOW_UP_28, K.FOLLOW_UP_90}),
    S.WATCHED: frozenset({K.REASSESS}),
    S.OFFERED: frozenset({K.ADMIT, K.ACKNOWLEDGE, K.DECIDE}),
    S.UNPLACED: frozenset({K.ADMIT, K.PLACE}),
    S.IN_TRANSIT: frozenset({K.ARRIVE}),
    S.ADMITTED: frozenset({K.DIAGNOSE, K.TREAT_PRECIPITANT}),
}
"""Deadlines that entering a state opens, unless the case goes back to it."""

LIVES: dict[Kind, frozenset[State]] = {
    K.ASSESS: frozenset({S.REGISTERED}),
    K.REASSESS: frozenset({S.WATCHED}),
    K.ANSWER_ADVICE: frozenset({S.WATCHED}),
    K.ACKNOWLEDGE: frozenset({S.OFFERED}),
    K.DECIDE: frozenset({S.OFFERED}),
    K.PLACE: frozenset({S.OFFERED, S.UNPLACED}),
    K.ADMIT: frozenset({S.OFFERED, S.UNPLACED, S.ACCEPTED, S.IN_TRANSIT}),
    K.ARRIVE: frozenset({S.IN_TRANSIT}),
    K.DIAGNOSE: frozenset({S.ADMITTED}),
    K.TREAT_PRECIPITANT: IN_WARD,
    K.TRANSPLANT: IN_WARD,
    K.CONFIRM_RETURN: frozenset({S.FOLLOW_UP}),
    K.FOLLOW_UP_28: OPEN,
    K.FOLLOW_UP_90: OPEN,
}
"""States in which a deadline still matters; leaving them cancels it where it was not met."""


def transition(state: str, verb: str) -> Transition | None:
    """The table's row for `verb` in `state`, or None where the table has none."""
    return next((row for row in TABLE if row.verb == verb and state in row.sources), None)


def verbs_in(state: str) -> tuple[Transition, ...]:
    """Every row that can be used in `state`, in the table's order."""
    return tuple(row for row in TABLE if state in row.sources)
