"""What holds of a case's outcome: every statement is kept, and what contradicts another is shown.

A side's later statement replaces its own earlier ones of the same day or that it contradicts; the
coordinator's settlement replaces everybody's. What is left either agrees, or is disputed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from referral.codes import OrganFailureSeen, OutcomeSource, OutcomeStatus
from referral.models import Case, Outcome
from referral.outcomes.record_conflicts import contradicts_records, records_of
from referral.pathway.table import SPEAKERS
from referral.pathway.vocabulary import Party

DAYS = (28, 90)
AN_EVENT = frozenset({OutcomeStatus.DEAD, OutcomeStatus.TRANSPLANTED})


@dataclass(frozen=True, slots=True)
class AgreedOutcome:
    """How the patient was at day 28 or 90. `at`: of the death, transplant or observation it rests on."""

    day: int
    status: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Outcomes:
    """By day what holds, the statements not replaced, and the pairs of them that contradict each other.

    `agreed` has no day, and `died_at` no death, that depends on which of two such statements is right.
    `against_records`: statements that the case's own records contradict, until the coordinator settles it.
    `organ_failure`: yes, no, unknown or empty (nobody said, or not the same), within 28 days of the first
    visit.
    """

    agreed: dict[int, AgreedOutcome]
    organ_failure: str
    in_force: tuple[Outcome, ...]
    disputes: tuple[tuple[Outcome, Outcome], ...]
    against_records: tuple[Outcome, ...]
    died_at: datetime | None

    @property
    def is_disputed(self) -> bool:
        return bool(self.disputes or self.against_records)

    @property
    def is_final(self) -> bool:
        """Whether nothing more is asked: known at day 90, dead or lost, and nothing disputed."""
        lost = any(outcome.status == OutcomeStatus.LOST for outcome in self.agreed.values())
        return not self.is_disputed and (90 in self.agreed or self.died_at is not None or lost)


def outcomes_of(case: Case) -> Outcomes:
    """The outcomes of a case, from all its statements."""
    return judged(case, statements_of(case))


def statements_of(case: Case) -> list[Outcome]:
    """All statements about the outcome of a case, in the order in which they were recorded."""
    return list(case.outcomes.order_by("number"))


def judged(case: Case, statements: Sequence[Outcome]) -> Outcomes:
    """The outcomes of a case from `statements`, in the order in which they were recorded."""
    zone = ZoneInfo(case.hospital.zone)
    valid = in_force(statements, zone)
    disputes = tuple((one, other) for one, other in combinations(valid, 2) if contradict(one, other, zone))
    deaths = [row.at for row in valid if row.status == OutcomeStatus.DEAD]
    agreed = (_agreed(case, day, valid, disputes) for day in DAYS)
    in_doubt = any(
        (one.status == OutcomeStatus.DEAD) != (other.status == OutcomeStatus.DEAD) for one, other in disputes
    )
    return Outcomes(
        agreed={row.day: row for row in agreed if row is not None},
        organ_failure=_organ_failure(valid),
        in_force=tuple(valid),
        disputes=disputes,
        against_records=_against_records(case, valid),
        died_at=deaths[0] if deaths and not in_doubt else None,
    )


def _against_records(case: Case, valid: Sequence[Outcome]) -> tuple[Outcome, ...]:
    """Those said after the coordinator's last settlement that the records contradict."""
    if not valid:
        return ()
    records = records_of(case)
    settled = max((row.number for row in valid if row.source == OutcomeSource.SETTLED), default=0)
    return tuple(row for row in valid if row.number > settled and contradicts_records(row, records, case))


def keep_what_holds(case: Case, statements: Sequence[Outcome]) -> Outcomes:
    """Write into the case what all its `statements` say together, and return it."""
    outcomes = judged(case, statements)
    case.died_at = outcomes.died_at
    case.outcome_28, case.outcome_90 = (
        outcomes.agreed[day].status if day in outcomes.agreed else "" for day in DAYS
    )
    case.organ_failure_28 = outcomes.organ_failure
    case.outcome_disputed = outcomes.is_disputed
    return outcomes


def in_force(statements: Iterable[Outcome], zone: ZoneInfo) -> list[Outcome]:
    """The statements that no later one has replaced."""
    valid: list[Outcome] = []
    for new in statements:
        settles = new.source == OutcomeSource.SETTLED
        valid = [
            old
            for old in valid
            if not (settles or new.side == old.side) or not (new.day == old.day or contradict(new, old, zone))
        ]
        valid.append(new)
    return valid


def contradict(one: Outcome, other: Outcome, zone: ZoneInfo) -> bool:
    """Whether both cannot be true. Dates are compared as the hospital's calendar has them."""
    days = [row.at.astimezone(zone).date() for row in (one, other)]
    same_event = one.status == other.status and one.status in AN_EVENT
    if same_event and (one.status == OutcomeStatus.DEAD or one.day == other.day):
        return days[0] != days[1]
    if _outlived(one, other, zone) or _outlived(other, one, zone):
        return True
    answers = {row.organ_failure for row in (one, other)} - {"", OrganFailureSeen.UNKNOWN}
    if len(answers) > 1:
        return True
    if one.day != other.day or one.day is None:
        return False
    statuses = {row.status for row in (one, other)} - {OutcomeStatus.LOST}
    return len(statuses) > 1


def _outlived(dead: Outcome, seen: Outcome, zone: ZoneInfo) -> bool:
    """Whether one statement has the patient die on a day after which the other saw them."""
    if dead.status != OutcomeStatus.DEAD or seen.status == OutcomeStatus.LOST:
        return False
    return seen.at.astimezone(zone).date() > dead.at.astimezone(zone).date()


def _agreed(
    case: Case, day: int, valid: Sequence[Outcome], disputes: Sequence[tuple[Outcome, Outcome]]
) -> AgreedOutcome | None:
    """What holds at `day`, whichever of the statements that contradict each other are right."""
    outcome = _agreed_on(case, day, valid)
    doubtful = {row.pk for pair in disputes for row in pair}
    others = [_agreed_on(case, day, [row for row in valid if row.pk != one]) for one in doubtful]
    return (
        None
        if any(other is None or other.status != outcome.status for other in others if outcome)
        else outcome
    )


def _agreed_on(case: Case, day: int, valid: Sequence[Outcome]) -> AgreedOutcome | None:
    end = case.first_visit_at + timedelta(days=day)
    statement = _direct(day, valid) or _implied(day, end, valid)
    return AgreedOutcome(day, statement[0], statement[1].at) if statement else None


def _organ_failure(valid: Sequence[Outcome]) -> str:
    said = [row.organ_failure for row in valid if row.organ_failure]
    definite = [answer for answer in said if answer != OrganFailureSeen.UNKNOWN]
    return next(iter(definite or said), "") if len(set(definite)) < 2 else ""


def _direct(day: int, valid: Sequence[Outcome]) -> tuple[str, Outcome] | None:
    """What somebody said about this very day; to know is better than to have lost."""
    definite = (row for row in valid if row.day == day and row.status != OutcomeStatus.LOST)
    return next(((row.status, row) for row in definite), None)


def _implied(day: int, end: datetime, valid: Sequence[Outcome]) -> tuple[str, Outcome] | None:
    """What follows from a death, or from the other day; else that the patient was lost."""
    for row in valid:
        if row.status == OutcomeStatus.DEAD:
            return (OutcomeStatus.DEAD if row.at <= end else OutcomeStatus.ALIVE), row
    for row in valid:
        if row.day is not None and row.day > day and row.status == OutcomeStatus.TRANSPLANTED:
            return (OutcomeStatus.TRANSPLANTED if row.at <= end else OutcomeStatus.ALIVE), row
        if row.day is not None and row.day > day and row.status == OutcomeStatus.ALIVE:
            return OutcomeStatus.ALIVE, row
    lost = [row for row in valid if row.status == OutcomeStatus.LOST and row.day == day]
    return (OutcomeStatus.LOST, lost[0]) if lost else None


def side_of(parties: frozenset[Party]) -> Party:
    """For which side somebody speaks who may record an outcome."""
    return next(party for party in SPEAKERS if party in parties)
