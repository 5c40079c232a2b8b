"""Who a person is to a case, and so which verbs are theirs."""

from django.db.models import prefetch_related_objects

from accounts.models import User, Ward
from accounts.prepared import ANY, PreparedRows
from referral.models import Case, Deadline, Offer, Question
from referral.pathway.retracted_records import verbs_without_cause
from referral.pathway.table import Transition, verbs_in
from referral.pathway.vocabulary import IN_WARD, Kind, Party, State, Verb

OPEN_OFFER = PreparedRows(
    "open_offer",
    lambda: Offer.objects.filter(case=ANY, state=Offer.State.OPEN).select_related("ward__hospital"),
)


def open_offer(case: Case) -> Offer | None:
    """The offer that waits for its ward's answer; only a case that is offered has one."""
    if case.state != State.OFFERED:
        return None
    for offer in OPEN_OFFER.of(case.pk):
        offer.case = case
        return offer
    return None


def open_question(case: Case) -> Question | None:
    """The question about a watched case that waits for its answer; its questions are read once."""
    if case.state != State.WATCHED:
        return None
    prefetch_related_objects([case], "questions")
    return next((question for question in case.questions.all() if question.closed_at is None), None)


def pointless_verbs(case: Case) -> frozenset[Verb]:
    """Verbs that the state has, but for which this case gives no cause now."""
    pointless = _pointless_on_the_request(case)
    if open_question(case) is not None:
        pointless.add(Verb.ASK_ADVICE)
    if not any(row.kind == Kind.CONFIRM_RETURN and row.closed_at is None for row in case.deadlines.all()):
        pointless |= {Verb.CONFIRM_RETURN, Verb.CORRECT_BACK_REFERRAL}
    if case.diagnosed_at is None:
        pointless.add(Verb.CORRECT_DIAGNOSIS)
    if not case.outcome_disputed:
        pointless.add(Verb.SETTLE_OUTCOME)
    if case.undo_until is None:
        pointless.add(Verb.UNDO_ADMISSION)
    pointless |= _pointless_on_the_way(case)
    return verbs_without_cause(case) | pointless


def _pointless_on_the_way(case: Case) -> set[Verb]:
    """Of the arrival: what was recorded, or what of a patient whom nobody sent is never to come."""
    if case.state not in IN_WARD | {State.IN_TRANSIT}:
        return set()
    journey = case.journey
    arrived = journey is not None and journey.arrived_at is not None
    never_sent = case.departed_at is None
    handed_over = journey is not None and journey.handed_over_at is not None
    pointless = {Verb.ARRIVE} if arrived else set()
    return pointless | ({Verb.HAND_OVER} if handed_over or never_sent else set())


def _pointless_on_the_request(case: Case) -> set[Verb]:
    """Of the verbs of a ward that answers "yes, if": those that were used, or have nothing to answer."""
    if case.state != State.OFFERED:
        return set()
    offer = next((row for row in case.offers.all() if row.is_open), None)
    if offer is None:
        return set()
    asked = {Verb.ASK_BACK} if offer.question_id is not None else set()
    answered = set() if offer.awaits_answer else {Verb.ANSWER_BACK}
    return asked | answered | ({Verb.ACCEPT_WHEN_FREE} if offer.bed_promised_until else set())


def parties_of(user: User | None, case: Case, offer: Offer | None) -> frozenset[Party]:
    """Every part `user` has in `case`; None is the engine. `offer` is the case's open one."""
    if user is None:
        return frozenset({Party.ENGINE})
    access, question = user.access, open_question(case)
    roles = {
        Party.ORIGIN: case.hospital_id in access.refers_for,
        Party.OFFER_WARD: offer is not None and offer.ward_id in access.wards,
        Party.CARE_WARD: case.ward_id in access.wards,
        Party.ADVICE_WARD: question is not None and question.ward_id in access.wards,
        Party.ANY_WARD: case.network_id in access.ward_networks,
        Party.EXPECTING_WARD: case.expecting_ward_id in access.wards,
        Party.COORDINATOR: case.network_id in access.coordinates,
    }
    return frozenset(party for party, holds in roles.items() if holds)


NOT_OF_WARDS = frozenset({Kind.PLACE})
"""Deadlines of no concern to a ward: others look for one that accepts."""
HOSPITALS_OWN = NOT_OF_WARDS | {Kind.ASSESS, Kind.REASSESS, Kind.CONFIRM_RETURN}


def own_clocks(case: Case, parties: frozenset[Party]) -> list[Deadline]:
    """The deadlines of a case that concern somebody who is `parties` to it."""
    rows = list(case.deadlines.all())
    if parties & {Party.ORIGIN, Party.COORDINATOR}:
        return rows
    return [row for row in rows if row.kind not in NOT_OF_WARDS]


def answers_for(user: User, row: Deadline, case: Case, parties: frozenset[Party]) -> bool:
    """Whether a deadline is the user's to answer for: a ward's only where it was to do something itself."""
    if parties & {Party.ORIGIN, Party.COORDINATOR}:
        return True
    ward = next((offer.ward_id for offer in case.offers.all() if offer.pk == row.offer_id), None)
    return row.kind not in HOSPITALS_OWN and (ward is None or ward in user.access.wards)


def own_ward(user: User, case: Case, asked: Offer | None = None) -> Ward | None:
    """The user's ward that would take the patient: the one asked or expecting, else any of the network."""
    wards = {
        ward.pk: ward
        for ward in Ward.objects.filter(pk__in=user.access.wards, hospital__network=case.network_id)
    }
    preferred = [asked.ward_id if asked else None, case.ward_id, *wards]
    return next((wards[pk] for pk in preferred if pk in wards), None)


def rows_for(parties: frozenset[Party], state: str) -> tuple[Transition, ...]:
    """The table's rows that any of `parties` can use in `state`."""
    return tuple(row for row in verbs_in(state) if row.by & parties)
