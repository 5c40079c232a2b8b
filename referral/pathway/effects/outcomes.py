"""The verbs of the outcome: recorded by either side, corrected by who said it, settled by the coordinator."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from accounts.local_time import day_in_full
from referral.codes import OutcomeSource, OutcomeStatus
from referral.intake.readmission import earlier_in_follow_up
from referral.intake.routing import close_open_offer
from referral.models import Case, Offer, Outcome
from referral.outcomes.resolve import AN_EVENT, Outcomes, in_force, keep_what_holds, side_of, statements_of
from referral.pathway.case_roles import parties_of
from referral.pathway.change import Change
from referral.pathway.perform import ADMISSION, effect, perform
from referral.pathway.refusals import InputError, PathwayError
from referral.pathway.vocabulary import FOLLOW_UPS, IN_WARD, Kind, State, Verb

OUTCOME_DAYS = {28: Kind.FOLLOW_UP_28, 90: Kind.FOLLOW_UP_90}


@effect(Verb.RECORD_OUTCOME)
def record_outcome(
    change: Change, *, day: int, status: str, organ_failure: str = "", note: str = ""
) -> State | None:
    """How the patient was at day 28 or 90; `occurred_at`: when seen, died or transplanted."""
    if status == OutcomeStatus.LOST and change.case.state in IN_WARD:
        raise InputError(
            ("status", "in_ward", _("The patient is in a ward, so not lost. Discharge the patient first."))
        )
    said = statements_of(change.case)
    _one_date_of_death(change, status, said)
    return _closed_if_final(change, state(change, said, day, status, organ_failure=organ_failure, note=note))


@effect(Verb.CORRECT_OUTCOME)
def correct_outcome(change: Change, *, day: int, status: str, note: str, organ_failure: str = "") -> None:
    """Say it anew after the case was closed. It replaces one's own statement, and disputes others'."""
    said = statements_of(change.case)
    state(change, said, day, status, organ_failure=organ_failure, note=note, source=OutcomeSource.CORRECTED)


@effect(Verb.SETTLE_OUTCOME)
def settle_outcome(
    change: Change, *, day: int, status: str, note: str, organ_failure: str = ""
) -> State | None:
    """The coordinator says what holds, after asking both sides; all statements stay readable."""
    if not change.case.outcome_disputed:
        raise PathwayError(
            "nothing_disputed",
            _("No statements contradict each other here, so there is nothing to settle. Reload the case."),
        )
    said = statements_of(change.case)
    settled = state(
        change, said, day, status, organ_failure=organ_failure, note=note, source=OutcomeSource.SETTLED
    )
    return _closed_if_final(change, settled)


@effect(Verb.RECORD_DEATH)
def record_death(change: Change, *, note: str = "") -> State:
    """The patient died; every deadline ends."""
    _check_death(change)
    said = statements_of(change.case)
    _one_date_of_death(change, OutcomeStatus.DEAD, said)
    if _add(change, said, None, OutcomeStatus.DEAD, "", note, OutcomeSource.REPORTED).is_disputed:
        _notify_of_dispute(change)
    close_open_offer(change.case, Offer.State.WITHDRAWN, now=change.now)
    settle_earlier_episodes(change)
    return State.CLOSED


def settle_earlier_episodes(change: Change) -> None:
    """A death also answers for the patient's earlier episodes that still wait for an outcome."""
    for earlier in earlier_in_follow_up(change.case):
        perform(earlier, Verb.RECORD_DEATH, actor=None, now=change.now, occurred_at=change.occurred_at)


def state(
    change: Change,
    said: Sequence[Outcome],
    day: int,
    status: str,
    *,
    organ_failure: str,
    note: str,
    source: OutcomeSource = OutcomeSource.REPORTED,
) -> Outcomes:
    """Keep one side's statement and say on the timeline whether it contradicts another; what holds now."""
    _check(change, day, status)
    outcomes = _add(change, said, day, status, organ_failure, note, source)
    change.details.update(
        day=day, status=status, **({"organ_failure": organ_failure} if organ_failure else {})
    )
    if outcomes.is_disputed:
        _notify_of_dispute(change)
    change.also_meets |= FOLLOW_UPS if status == OutcomeStatus.DEAD else {OUTCOME_DAYS[day]}
    return outcomes


def _notify_of_dispute(change: Change) -> None:
    change.details["disputed"] = change.contradicts = True


def _add(
    change: Change,
    said: Sequence[Outcome],
    day: int | None,
    status: str,
    organ_failure: str,
    note: str,
    source: OutcomeSource,
) -> Outcomes:
    """Store the statement; return what it and those `said` before say together."""
    case = change.case
    new = Outcome.objects.create(
        case=case,
        number=len(said) + 1,
        day=day,
        status=status,
        at=change.occurred_at,
        organ_failure=organ_failure,
        side=side_of(parties_of(change.actor, case, change.offer)),
        source=source,
        note=note or None,
        actor=change.actor,
        recorded_at=change.now,
    )
    change.note = note
    outcomes = keep_what_holds(case, [*said, new])
    change.details["holds"] = {
        "outcome_28": case.outcome_28,
        "outcome_90": case.outcome_90,
        "organ_failure_28": case.organ_failure_28,
        "died_at": case.died_at.isoformat() if case.died_at else None,
    }
    return outcomes


def _closed_if_final(change: Change, outcomes: Outcomes) -> State | None:
    if change.case.state == State.CLOSED or not outcomes.is_final:
        return None
    if outcomes.died_at is not None:
        settle_earlier_episodes(change)
    return State.CLOSED


def _check(change: Change, day: int, status: str) -> None:
    """Raise InputError for a statement that cannot be about that day."""
    end = change.case.first_visit_at + timedelta(days=day)
    if status in AN_EVENT and change.occurred_at > end:
        raise InputError(
            (
                "occurred_at",
                "after_the_day",
                _(
                    "Day %(day)s was %(date)s. Say when it happened; if it was later than that, "
                    "the patient was alive at day %(day)s."
                )
                % {"day": day, "date": _date(change.case, end)},
            )
        )
    if status not in AN_EVENT and change.occurred_at < end:
        raise InputError(
            (
                "day",
                "too_early",
                _(
                    "Day %(day)s is %(date)s: what was seen before cannot say how the patient was then. "
                    "Record it from that day on; a death or a transplant can be recorded now."
                )
                % {"day": day, "date": _date(change.case, end)},
            )
        )
    if status == OutcomeStatus.DEAD:
        _check_death(change)


def _check_death(change: Change) -> None:
    change.not_before(change.case.admitted_at, ADMISSION)


def _one_date_of_death(change: Change, status: str, said: Sequence[Outcome]) -> None:
    """Raise InputError where the same side has given another date of death before."""
    if status != OutcomeStatus.DEAD:
        return
    case, zone = change.case, ZoneInfo(change.case.hospital.zone)
    own = side_of(parties_of(change.actor, case, change.offer))
    for row in in_force(said, zone):
        if (
            row.side == own
            and row.status == OutcomeStatus.DEAD
            and _date(case, row.at) != _date(case, change.occurred_at)
        ):
            raise InputError(
                (
                    "occurred_at",
                    "other_date_of_death",
                    _("You recorded the death for %(date)s. If that was wrong, tell the coordinator.")
                    % {"date": _date(case, row.at)},
                )
            )


def _date(case: Case, moment: datetime) -> str:
    return day_in_full(moment, case.hospital.zone)
