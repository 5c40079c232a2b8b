"""Where a case stands, in one headline: what is awaited, until when, whom to call. First on every page."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Ward
from portal.pages.case.conditions import asked_back, condition
from portal.pages.case.scene import (
    Call,
    People,
    Scene,
    calls_across,
    coordinator_calls,
    crew_calls,
    hospital_call,
    name_of,
    nearest_calls,
    numbers,
    ward_calls,
)
from portal.windows import duration
from referral.codes import OutcomeStatus
from referral.models import Case, Deadline, Offer
from referral.pathway.case_roles import open_question
from referral.pathway.vocabulary import FOLLOW_UPS, Kind, Party, State
from referral.queries.urgency import unanswered_red_flags
from scoring import texts

NOT_TAKEN = (Offer.State.DECLINED, Offer.State.EXPIRED, Offer.State.WARD_CLOSED, Offer.State.RELEASED)


@dataclass(frozen=True, slots=True)
class Situation:
    """`tone`: "alarm" where somebody must act at once, "warn", "waiting", "calm", or "ended"."""

    tone: str
    headline: str
    sentences: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()

    @property
    def is_alarm(self) -> bool:
        return self.tone == "alarm"


def situation_of(case: Case, sides: frozenset[Party], now: datetime, people: People) -> Situation:
    """Where a case of `selectors.cases` stands, for somebody who is `sides` to it."""
    scene = Scene(case, sides, now, people)
    if case.outcome_disputed and case.state in (State.FOLLOW_UP, State.CLOSED):
        return _disputed(scene)
    return BY_STATE[State(case.state)](scene)


def _red_flagged(scene: Scene, flags: Iterable[str]) -> Situation:
    return Situation(
        "alarm",
        _("Red flag: refer now, without waiting for a score."),
        tuple(texts.red_flag_text(code) for code in flags),
        numbers(*nearest_calls(scene)) if scene.is_by(Party.ORIGIN) else numbers(hospital_call(scene)),
    )


def _registered(scene: Scene) -> Situation:
    flags = unanswered_red_flags(scene.case)
    if flags:
        return _red_flagged(scene, flags)
    due = scene.running(Kind.ASSESS)
    if due is not None and scene.is_late(due):
        return Situation("warn", _("The eight indicators are %(late)s overdue.") % scene.left(due))
    return Situation("waiting", _("Waiting for the eight indicators."))


def _watched(scene: Scene) -> Situation:
    case, question = scene.case, open_question(scene.case)
    flags = unanswered_red_flags(case)
    if flags:
        return _red_flagged(scene, flags)
    asked = _asked_for_advice(scene) if question is not None else ()
    calls = calls_across(scene, question.ward) if question is not None else ()
    if case.assessment is not None and case.assessment.high_risk:
        headline = _("Flagged, but no ward is being asked: the request was held back or taken back.")
        return Situation("warn", headline, (*asked, _("It can be referred at any time.")), calls)
    if question is not None:
        return Situation("waiting", asked[0], calls=calls)
    due = scene.running(Kind.REASSESS)
    if due is not None and scene.is_late(due):
        return Situation("warn", _("Not flagged. The next assessment is %(late)s overdue.") % scene.left(due))
    if due is not None:
        return Situation(
            "calm", _("Not flagged: keep watching, and assess again by %(due)s.") % scene.left(due)
        )
    return Situation("calm", _("Not flagged: keep watching."))


def _asked_for_advice(scene: Scene) -> tuple[str, ...]:
    question, due = open_question(scene.case), scene.running(Kind.ANSWER_ADVICE)
    if question is None or due is None:
        return ()
    words = {"ward": name_of(question.ward), "asked": scene.time(question.asked_at)} | scene.left(due)
    if scene.is_late(due):
        return (_("%(ward)s was asked for advice at %(asked)s; the answer is %(late)s overdue.") % words,)
    return (_("%(ward)s was asked for advice at %(asked)s; the answer is due by %(due)s.") % words,)


def _offered(scene: Scene) -> Situation:
    offer = scene.offer
    if offer is None or not offer.is_open:
        return Situation("waiting", _("A ward is being asked."))
    due = scene.running(Kind.DECIDE if offer.acknowledged_at else Kind.ACKNOWLEDGE)
    late = scene.is_late(due)
    own = scene.is_by(Party.OFFER_WARD) and not scene.is_by(Party.ORIGIN, Party.COORDINATOR)
    words = {"ward": name_of(offer.ward), "asked": scene.time(offer.offered_at)}
    words |= {"seen": scene.time(offer.acknowledged_at)} if offer.acknowledged_at else {}
    words |= scene.left(due) if due else {}
    template = condition(offer, own=own) if due and not late else ""
    template = template or (_request_to_the_ward if own else _request)(offer, due, late=late)
    return Situation(
        "alarm" if late else "waiting",
        template % words,
        (*asked_back(offer, scene), *_doubts_of_reach(offer.ward, scene), *_not_taken(scene)),
        numbers(*calls_across(scene, offer.ward), *(coordinator_calls(scene) if late and not own else ())),
    )


def _request(offer: Offer, due: Deadline | None, *, late: bool) -> str:
    """What is awaited of a ward, for everybody else."""
    if due is None:
        return _("The request was sent to %(ward)s at %(asked)s.")
    if offer.acknowledged_at is None and late:
        return _(
            "The request was sent to %(ward)s at %(asked)s and is not confirmed: %(late)s overdue. "
            "Call the ward."
        )
    if offer.acknowledged_at is None:
        return _(
            "The request was sent to %(ward)s at %(asked)s. They have %(left)s to confirm, until %(due)s."
        )
    if late:
        return _(
            "%(ward)s confirmed the request at %(seen)s but has not decided: %(late)s overdue. Call the ward."
        )
    return _("%(ward)s confirmed the request at %(seen)s. They have %(left)s to decide, until %(due)s.")


def _request_to_the_ward(offer: Offer, due: Deadline | None, *, late: bool) -> str:
    """How the request stands, to the ward that is asked."""
    if due is None:
        return _("Your ward was asked at %(asked)s.")
    if offer.acknowledged_at is None and late:
        return _("Your ward was asked at %(asked)s and has not confirmed: %(late)s overdue. Confirm now.")
    if offer.acknowledged_at is None:
        return _("Your ward was asked at %(asked)s. You have %(left)s to confirm, until %(due)s.")
    if late:
        return _("Your ward confirmed at %(seen)s but has not decided: %(late)s overdue. Decide now.")
    return _("Your ward confirmed at %(seen)s. You have %(left)s to decide, until %(due)s.")


def _doubts_of_reach(ward: Ward, scene: Scene) -> list[str]:
    """Why the request may be seen by nobody."""
    doubts = []
    if not ward.is_open:
        doubts.append(_("The ward takes no new requests now."))
    if scene.people.duty is not None and not scene.people.duty.get(ward.pk):
        doubts.append(
            _("Nobody is on duty there now: the ward lead and the coordinator stand in. Call the ward.")
        )
    return doubts


def _not_taken(scene: Scene) -> list[str]:
    """Which wards did not take the patient since the flag, and why."""
    since = scene.case.flagged_at
    rows = [row for row in scene.case.offers.all() if row.state in NOT_TAKEN]
    return [_why_not(row, scene) for row in rows if since is None or row.offered_at >= since]


def _why_not(offer: Offer, scene: Scene) -> str:
    words = {"ward": name_of(offer.ward), "reason": offer.get_reason_display()}
    words["time"] = scene.time(offer.answered_at) if offer.answered_at else ""
    match offer.state:
        case Offer.State.DECLINED:
            return _("%(ward)s declined at %(time)s: %(reason)s.") % words
        case Offer.State.WARD_CLOSED:
            return _("%(ward)s stopped taking patients at %(time)s.") % words
        case Offer.State.RELEASED:
            return _("%(ward)s took its promised bed back.") % words
        case _ if offer.bed_promised_until is not None:
            return _("%(ward)s had no bed free by the time that it named.") % words
        case _:
            return _("%(ward)s did not answer.") % words


def _unplaced(scene: Scene) -> Situation:
    if scene.is_by(Party.COORDINATOR):
        advice = _("Ask another ward below, or call one: then ask it.")
        calls = numbers(*nearest_calls(scene), hospital_call(scene))
    else:
        advice = _("The coordinator was alerted and looks for one. Call a ward yourself too.")
        calls = numbers(*coordinator_calls(scene), *nearest_calls(scene))
    return Situation("alarm", _("No ward has taken the patient yet."), (advice, *_not_taken(scene)), calls)


def _accepted(scene: Scene) -> Situation:
    case = scene.case
    if case.ward is None:
        return Situation("waiting", str(State.ACCEPTED.label))
    words = {"ward": name_of(case.ward), "bed": case.bed}
    headline = (
        _("%(ward)s has accepted the patient: bed %(bed)s.")
        if case.bed
        else _("%(ward)s has accepted the patient; the bed number follows.")
    ) % words
    send = (_("Send the patient, and record the departure."),) if scene.is_by(Party.ORIGIN) else ()
    return Situation("waiting", headline, send, calls_across(scene, case.ward))


def _in_transit(scene: Scene) -> Situation:
    case, due = scene.case, scene.running(Kind.ARRIVE)
    if case.ward is None or case.expected_arrival_at is None:
        return Situation("waiting", str(State.IN_TRANSIT.label))
    words = {"ward": name_of(case.ward), "expected": scene.time(case.expected_arrival_at)}
    if case.journey is not None and case.journey.arrived_at is not None:
        return _arrived(scene, case.ward, case.journey.arrived_at)
    bed = (_("Bed %(bed)s is kept.") % {"bed": case.bed},) if case.bed else ()
    if scene.is_late(due):
        headline = _("On the way to %(ward)s and not arrived: expected %(expected)s. Call.") % words
        return Situation("alarm", headline, bed, numbers(*crew_calls(scene), *calls_across(scene, case.ward)))
    if case.expected_arrival_at < scene.now:
        headline = _("On the way to %(ward)s, was expected %(expected)s: not yet there.") % words
        return Situation("warn", headline, bed, numbers(*crew_calls(scene), *calls_across(scene, case.ward)))
    headline = _("On the way to %(ward)s, expected %(expected)s.") % words
    return Situation("waiting", headline, bed, numbers(*crew_calls(scene), *calls_across(scene, case.ward)))


def _arrived(scene: Scene, ward: Ward, at: datetime) -> Situation:
    words = {"ward": name_of(ward), "time": scene.time(at)}
    headline = _("Arrived at %(ward)s at %(time)s; the hand-over is to be recorded.") % words
    return Situation("waiting", headline, (), calls_across(scene, ward))


def _admitted_elsewhere(scene: Scene) -> Situation:
    """For the ward that expected the patient, while the other ward's admission may still be an error."""
    case = scene.case
    words = {
        "ward": name_of(case.ward) if case.ward else "",
        "time": scene.time(case.admitted_at) if case.admitted_at else "",
        "until": scene.time(case.undo_until) if case.undo_until else "",
    }
    return Situation(
        "warn",
        _("%(ward)s admitted this patient at %(time)s. Your ward had been asked or expected them.") % words,
        (
            _("Compare. If your patient is somebody else, call that ward, or write to it below.") % words,
            _(
                "Until %(until)s that ward or the coordinator can mark the admission as entered in error; "
                "so long you see this case."
            )
            % words,
        ),
        numbers(*(ward_calls(case.ward, scene) if case.ward else ()), hospital_call(scene)),
    )


def _undoable(scene: Scene) -> tuple[str, ...]:
    """Until when the admission can be taken back, for those who can."""
    until = scene.case.undo_until
    if until is None or until < scene.now or not scene.is_by(Party.CARE_WARD, Party.COORDINATOR):
        return ()
    words = {"until": scene.time(until)}
    return (_("If this was the wrong patient: the admission can be undone until %(until)s.") % words,)


def _in_ward(scene: Scene) -> Situation:
    case = scene.case
    if scene.is_by(Party.EXPECTING_WARD) and not scene.is_by(
        Party.CARE_WARD, Party.COORDINATOR, Party.ORIGIN
    ):
        return _admitted_elsewhere(scene)
    ward = name_of(case.ward) if case.ward else ""
    since = scene.time(case.admitted_at) if case.admitted_at else ""
    calls = calls_across(scene, case.ward) if case.ward else ()
    place = _("In %(ward)s since %(time)s, bed %(bed)s.") if case.bed else _("In %(ward)s since %(time)s.")
    late = scene.running(Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT, Kind.TRANSPLANT)
    more: tuple[str, ...] = ()
    if late is not None and scene.is_late(late):
        more = (
            _("Overdue by %(late)s: %(what)s.") % {"what": str(Kind(late.kind).label), **scene.left(late)},
        )
    tone = "warn" if more else "calm"
    more += _undoable(scene)
    return Situation(tone, place % {"ward": ward, "time": since, "bed": case.bed}, more, calls)


def _follow_up(scene: Scene) -> Situation:
    case, due = scene.case, scene.running(Kind.CONFIRM_RETURN)
    calls = calls_across(scene, case.ward) if case.ward else ()
    if due is not None:
        words = {"hospital": case.hospital.name} | scene.left(due)
        if scene.is_late(due):
            return Situation(
                "warn", _("Referred back to %(hospital)s; the return is not confirmed.") % words, (), calls
            )
        return Situation(
            "waiting", _("Referred back to %(hospital)s; the return is to be confirmed.") % words, (), calls
        )
    asked = scene.running(*FOLLOW_UPS)
    ended = _("Acute care has ended.") if case.admitted_at else _("The referral has ended.")
    if asked is None:
        return Situation("calm", ended, (), calls)
    words = {"what": str(Kind(asked.kind).label), "late": duration(scene.now - asked.due_at)}
    if scene.is_late(asked):
        return Situation("warn", ended, (_("Overdue by %(late)s: %(what)s.") % words,), calls)
    return Situation("calm", ended, (_("Next: %(what)s.") % words,), calls)


def _disputed(scene: Scene) -> Situation:
    case = scene.case
    if scene.is_by(Party.COORDINATOR):
        advice = _("Call both sides, ask what is right, then settle the outcome.")
    else:
        advice = _("The coordinator was asked to settle it.")
    ward = ward_calls(case.ward, scene)[:1] if case.ward else []
    others = coordinator_calls(scene) if not scene.is_by(Party.COORDINATOR) else []
    calls = numbers(*ward, hospital_call(scene), *others)
    return Situation("alarm", _("Statements about the outcome contradict each other."), (advice,), calls)


def _closed(scene: Scene) -> Situation:
    case = scene.case
    if case.died_at is not None:
        return Situation("ended", _("The patient died on %(date)s.") % {"date": scene.day(case.died_at)})
    status = case.outcome_90 or case.outcome_28
    if status:
        return Situation("ended", _("Closed. Outcome: %(status)s.") % {"status": OutcomeStatus(status).label})
    return Situation("ended", _("The case is closed."))


def _cancelled(scene: Scene) -> Situation:
    return Situation("ended", _("Entered in error: this case does not count."))


BY_STATE: Mapping[State, Callable[[Scene], Situation]] = {
    State.REGISTERED: _registered,
    State.WATCHED: _watched,
    State.OFFERED: _offered,
    State.UNPLACED: _unplaced,
    State.ACCEPTED: _accepted,
    State.IN_TRANSIT: _in_transit,
    State.ADMITTED: _in_ward,
    State.DIAGNOSED: _in_ward,
    State.FOLLOW_UP: _follow_up,
    State.CLOSED: _closed,
    State.CANCELLED: _cancelled,
}
