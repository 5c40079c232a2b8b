"""`perform`: the only way to change a case."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.local_time import day_in_full
from accounts.models import User
from referral.alerts import compose
from referral.alerts.recipients import Directory
from referral.intake.free_beds import settle_beds
from referral.intake.routing import close_question
from referral.intake.unannounced import auditing_wrong_answers
from referral.models import Case, Event, Offer
from referral.models.cases import LEFT_WARD
from referral.outcomes.record_conflicts import STATING
from referral.outcomes.resolve import keep_what_holds, statements_of
from referral.pathway import timeline
from referral.pathway.case_roles import open_offer, parties_of, pointless_verbs, rows_for
from referral.pathway.change import Change
from referral.pathway.corrections import accept_correction
from referral.pathway.locking import check_version
from referral.pathway.refusals import AccessError, OfferNotOpen, Text, VerbNotAllowed
from referral.pathway.settlement import Settlement, settling
from referral.pathway.table import OPENS, TABLE, Transition, transition
from referral.pathway.vocabulary import BEFORE_ADMISSION, IN_WARD, Party, State, Verb

FIRST_VISIT: Text = _("the first visit")
ADMISSION: Text = _("the admission")
DIAGNOSIS: Text = _("the diagnosis")
"""What nothing recorded can come before, in words."""

Effect = Callable[..., State | None]
ReadInputs = Callable[[Case], Mapping[str, Any]]
EFFECTS: dict[Verb, Effect] = {}


def usable_verbs(user: User, case: Case) -> list[Verb]:
    """The verbs `user` can use on `case` now, in the table's order."""
    return verbs_of(parties_of(user, case, open_offer(case)), case)


def verbs_of(parties: frozenset[Party], case: Case) -> list[Verb]:
    """The verbs that any of `parties` can use on `case` now, in the table's order."""
    of_the_state = dict.fromkeys(row.verb for row in rows_for(parties, case.state) if row.verb in EFFECTS)
    pointless = pointless_verbs(case)
    return [verb for verb in of_the_state if verb not in pointless]


def _not_allowed(case: Case, verb: Verb, actor: User | None, offer: Offer | None) -> VerbNotAllowed:
    """The refusal of a verb that the state does not have, with those it has for `actor`."""
    allowed = verbs_of(parties_of(actor, case, offer), case) if actor else []
    return VerbNotAllowed(State(case.state).label, [row.value for row in allowed], prerequisite(case, verb))


def prerequisite(case: Case, verb: Verb) -> Text:
    """What has to be recorded before `verb` can be used; empty where that would not help."""
    if case.state == State.ADMITTED and verb in (Verb.BACK_REFER, Verb.DISCHARGE):
        return _("Record the diagnosis first: then the patient can be referred back or discharged.")
    if case.state == State.CLOSED and verb in (Verb.RECORD_DEATH, Verb.RECORD_OUTCOME):
        return _closed_with(case)
    if verb in (Verb.ARRIVE, Verb.HAND_OVER) and case.state in BEFORE_ADMISSION:
        return _("The departure is not recorded. If the patient is there, record the admission.")
    row = next((row for row in TABLE if row.verb == verb), None)
    if case.state in BEFORE_ADMISSION and row is not None and row.sources <= IN_WARD:
        return _("Record the admission first: this is for patients in the ward's bed.")
    return ""


def _closed_with(case: Case) -> Text:
    """How to say something else about the outcome of a closed case."""
    if case.died_at is None:
        return _("The case is closed. To say something else about the outcome, use “correct the outcome”.")
    died = day_in_full(case.died_at, case.hospital.zone)
    return _(
        "The case is closed with the death on %(date)s, and nobody dies on two dates. If that date is wrong, "
        "use “correct the outcome”; where two sides then differ, the coordinator settles it."
    ) % {"date": died}


def effect(verb: Verb) -> Callable[[Effect], Effect]:
    """Register what `verb` does beyond the table. The effect returns the state to enter, or None."""

    def register(function: Effect) -> Effect:
        EFFECTS[verb] = function
        return function

    return register


def perform(
    case: Case | UUID,
    verb: Verb,
    *,
    actor: User | None,
    now: datetime,
    occurred_at: datetime | None = None,
    offer: UUID | None = None,
    if_version: int | None = None,
    read: ReadInputs | None = None,
    **inputs: Any,
) -> Case:
    """Lock the case, check the table and the actor, apply `verb` and write all it causes; return the case.

    A case that `REGISTER` is to begin is not locked, as nobody else has it.
    `actor` None is the engine. `offer` names the offer that an offer's verb means. `inputs` are those of
    `referral.pathway.inputs`; `read` reads them from what was typed, for the case as it is locked, once it is
    sure that the actor may use the verb. Raises VerbNotAllowed, AccessError, OfferNotOpen, StaleVersion,
    InputError, PathwayError.
    """
    with auditing_wrong_answers(actor, now), settling(case, now) as settlement:
        apply(
            settlement,
            verb,
            actor=actor,
            occurred_at=occurred_at,
            offer=offer,
            if_version=if_version,
            read=read,
            **inputs,
        )
    return settlement.case


def apply(
    settlement: Settlement,
    verb: Verb,
    *,
    actor: User | None,
    occurred_at: datetime | None = None,
    offer: UUID | None = None,
    if_version: int | None = None,
    read: ReadInputs | None = None,
    **inputs: Any,
) -> None:
    """Do what `perform` does with the case of a unit of work, which is written once, with all of that."""
    case, now = settlement.case, settlement.now
    row, asked = admissible(case, verb, actor=actor, offer=offer, if_version=if_version)
    if read is not None:
        inputs = {**read(case)}
        occurred_at = inputs.pop("occurred_at", None)
    change = _change(settlement, row, actor, occurred_at or now, asked)
    accept_correction(change, inputs.pop("corrects", None))
    target = EFFECTS[verb](change, **inputs)
    if not change.is_repeated:
        _gather(settlement, change, target)


def admissible(
    case: Case, verb: Verb, *, actor: User | None, offer: UUID | None = None, if_version: int | None = None
) -> tuple[Transition, Offer | None]:
    """The table's row for `verb` and the case's open offer, whatever the inputs will be.

    `perform` asks it of the locked case; a face may ask it before it reads the inputs. Raises StaleVersion,
    OfferNotOpen, VerbNotAllowed, AccessError.
    """
    check_version(case, if_version)
    row, current = transition(case.state, verb), open_offer(case)
    if offer is not None and (current is None or current.pk != offer):
        raise OfferNotOpen
    if row is None or verb not in EFFECTS:
        raise _not_allowed(case, verb, actor, current)
    if not row.by & parties_of(actor, case, current):
        raise AccessError
    return row, current


def _change(
    settlement: Settlement, row: Transition, actor: User | None, occurred_at: datetime, offer: Offer | None
) -> Change:
    case = settlement.case
    change = Change(
        case,
        row,
        actor,
        settlement.now,
        occurred_at,
        offer,
        ward_before=offer.ward if offer else case.ward,
        held_by=case.ward_id,
        running=settlement.read_running,
    )
    change.occurred_at = change.past(occurred_at, "occurred_at")
    change.not_before(case.first_visit_at, FIRST_VISIT)
    return change


def ward_left(change: Change) -> UUID | None:
    """The ward that had the case until this verb: asked, expecting the patient, or with the patient."""
    case, offer = change.case, change.offer
    if change.held_by != case.ward_id:
        return change.held_by
    return (
        offer.ward_id if offer is not None and not offer.is_open and offer.ward_id != case.ward_id else None
    )


def _hold_to_the_table(change: Change, target: State | None) -> None:
    """Raise AssertionError if the verb's effect ends in a state in which the table does not let it end."""
    row = change.row
    if target is None and row.targets and not row.may_stay:
        raise AssertionError(f"{row.verb} must end in one of {sorted(row.targets)}")
    if target is not None and target not in (row.targets or {State(change.case.state)}):
        raise AssertionError(f"{row.verb} cannot end in {target}")


def _hold_against_outcomes(settlement: Settlement, change: Change) -> None:
    """Notice where what was recorded now contradicts what was said about the outcome."""
    case = change.case
    if change.row.verb in STATING and (statements := statements_of(case)):
        settlement.write_lines()
        was_disputed = case.outcome_disputed
        if keep_what_holds(case, statements).is_disputed and not was_disputed:
            change.contradicts = True


def _line_of(change: Change, before: str) -> Event:
    """The verb's line of the timeline."""
    return timeline.event(
        change.case,
        change.row.verb,
        actor=change.actor,
        before=before,
        details=change.details,
        note=change.note,
        personal=change.personal,
        occurred_at=change.occurred_at,
        now=change.now,
    )


def _open_offers(change: Change) -> dict[UUID, Offer]:
    """The offer that waits for an answer after a verb, by case."""
    current = change.opened or change.offer
    return {change.case.pk: current} if current and change.case.state == State.OFFERED else {}


def _gather(settlement: Settlement, change: Change, target: State | None) -> None:
    """Add to the settlement what follows from a verb: state, event, deadlines, notices."""
    case = change.case
    _hold_to_the_table(change, target)
    before, case.state = case.state, target or case.state
    if left := ward_left(change):
        change.details[LEFT_WARD] = str(left)
    settle_beds(change, before)
    settlement.lines.append(_line_of(change, before))
    _hold_against_outcomes(settlement, change)
    settlement.close_deadlines(change)
    if before == State.WATCHED != case.state:
        close_question(case, now=change.now)
    directory = Directory(change.now, [case], compose.wards_of(change), _open_offers(change))
    entered = OPENS.get(target, frozenset()) if target and not change.goes_back else frozenset()
    settlement.open_deadlines(change.also_opens | entered, change.occurred_at, directory)
    notices, lines = compose.notices_of(change, directory)
    settlement.notices += notices
    settlement.lines += lines
    wards = {change.ward_before, directory.ward_of(case), case.expecting_ward, *change.further_wards}
    settlement.updates.append((change.row.verb, wards))
    settlement.moments.add(change.occurred_at)
    settlement.directory = directory
