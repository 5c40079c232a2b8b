"""The row of facts once more, from the timeline alone: what `recording` wrote must be equal to it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from referral.codes import OutcomeStatus, PrecipitantCode
from referral.models import Assessment, Case, Event
from referral.models.statistics import IN_TIME, KINDS, LATE, LATE_BECAUSE, MOMENTS
from referral.pathway import timeline
from referral.pathway.table import LIVES, OPENS, transition
from referral.pathway.vocabulary import FOLLOW_UPS, Kind, State, Verb
from referral.ward.codes import FINAL
from tests.referral.statistics.replaying_kit import kit_facts

SINCE_FIRST_VISIT = (Kind.ASSESS, Kind.ADMIT, Kind.FOLLOW_UP_28, Kind.FOLLOW_UP_90)
PER_OFFER = (Kind.ACKNOWLEDGE, Kind.DECIDE)
MOMENTS_KEPT = tuple(name for name in MOMENTS if name != "indicators_at")


@dataclass(slots=True)
class Run:
    """One deadline as the timeline lets it be known. `due` is the first due time."""

    kind: Kind
    offer: int
    starts: datetime
    due: datetime
    name: str = ""
    missed: bool = False
    closed_at: datetime | None = None
    met: bool = False

    @property
    def verdict(self) -> bool | None:
        """True in time, False late, None not judged."""
        if self.closed_at is None:
            return None
        late = self.closed_at > self.due or (self.missed and not self.met)
        return False if late else (True if self.met else None)


@dataclass(slots=True)
class Replay:
    """One case, read line by line."""

    case: Case
    first_visit_at: datetime
    state: str = ""
    ward: str | None = None
    moments: dict[str, datetime | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=lambda: {"offers": 0, "declines": 0, "expiries": 0})
    outcomes: dict[int, str] = field(default_factory=dict)
    runs: list[Run] = field(default_factory=list)
    reasons: dict[str, str] = field(default_factory=dict)
    assessed: list[str] = field(default_factory=list)
    treated: dict[str, datetime] = field(default_factory=dict)
    kits: dict[str, bool | None] = field(default_factory=dict)
    failed: dict[str, datetime] = field(default_factory=dict)
    said_to_fail: str = ""
    before: tuple[str | None, dict[str, datetime | None], list[tuple[Run, bool]]] | None = None
    """Ward, moments, and running deadlines with whether they were missed, before the latest admission."""

    def read(self, event: Event) -> None:
        self.state = event.state_after
        if event.what in (timeline.DEADLINE_MISSED, timeline.DEADLINE_MET_LATE_RECORD):
            self._judge(event)
            return
        reader = getattr(self, f"_{event.what}", None)
        if reader is not None:
            reader(event)
        if event.what == Verb.REGISTER:
            self._open(OPENS[State.REGISTERED], event)
        elif event.what in Verb.values:
            self._follow(event)

    def _follow(self, event: Event) -> None:
        """Offers and deadlines, by the pathway's own tables."""
        row = transition(event.state_before, event.what)
        if row is None:
            raise AssertionError(f"{event.what} in {event.state_before}")
        asked = self.counts["offers"] if event.state_before == State.OFFERED else 0
        self._meet(row.meets | also_meets(event), asked, event.occurred_at)
        stays = row.may_stay and event.state_after == event.state_before
        entered = bool(row.targets) and not stays and event.what != Verb.UNDO_ADMISSION
        if entered and event.state_after == State.OFFERED:
            self._offer(event)
        if event.what == Verb.DIVERT:
            self.counts["offers"] += 1
        self._drop(event)
        opens = OPENS.get(State(event.state_after), frozenset()) if entered else frozenset()
        self._open(opens | also_opens(event), event)

    def _offer(self, event: Event) -> None:
        self.counts["offers"] += 1
        self.moments.setdefault("offered_at", event.recorded_at)

    def _meet(self, kinds: Iterable[Kind], asked: int, at: datetime) -> None:
        for run in self._running():
            if run.kind in kinds and run.offer in (0, asked):
                run.closed_at, run.met = at, True

    def _drop(self, event: Event) -> None:
        current = self.counts["offers"] if event.state_after == State.OFFERED else 0
        for run in self._running():
            if event.state_after not in LIVES[run.kind] or run.offer not in (0, current):
                run.closed_at = event.recorded_at

    def _open(self, kinds: Iterable[Kind], event: Event) -> None:
        for kind in kinds:
            offer = self.counts["offers"] if kind in PER_OFFER else 0
            if any((run.kind, run.offer) == (kind, offer) for run in self._running()):
                continue
            begun = sum(run.kind == kind for run in self.runs)
            if kind == Kind.REASSESS and begun >= self.case.policy.reassessments:
                continue
            began = event.recorded_at if kind in PER_OFFER else event.occurred_at
            starts, due = self._span(kind, began, event)
            self.runs.append(Run(kind, offer, starts, due))

    def _span(self, kind: Kind, began: datetime, event: Event) -> tuple[datetime, datetime]:
        length = self.case.policy.length(kind)
        if kind == Kind.ARRIVE:
            return began, datetime.fromisoformat(event.details["expected_arrival_at"]) + length
        if kind == Kind.ADMIT:
            flagged = self.moments["flagged_at"] or began
            return flagged, max(self.first_visit_at + length, flagged + self._late_flag)
        if kind in SINCE_FIRST_VISIT:
            return self.first_visit_at, self.first_visit_at + length + self.case.policy.grace(kind)
        return began, began + length

    @property
    def _late_flag(self) -> timedelta:
        return timedelta(minutes=self.case.policy.late_flag_minutes)

    def _running(self) -> list[Run]:
        return [run for run in self.runs if run.closed_at is None]

    def _judge(self, event: Event) -> None:
        """A line of the engine, or of a fact that came late: the run it is about."""
        of_kind = [run for run in self.runs if run.kind == event.details["kind"]]
        named = [run for run in of_kind if run.name and run.name == event.details.get("deadline")]
        unjudged = [run for run in of_kind if not run.missed]
        run = (named or self._open_first(unjudged) or of_kind)[-1]
        run.missed = event.what == timeline.DEADLINE_MISSED
        run.name = event.details.get("deadline", run.name)

    @staticmethod
    def _open_first(runs: list[Run]) -> list[Run]:
        return [run for run in runs if run.closed_at is None] or runs

    def _assess(self, event: Event) -> None:
        self.assessed.append(event.details["assessment"])
        if event.state_before in (State.REGISTERED, State.WATCHED) and event.state_after != State.WATCHED:
            self.moments["flagged_at"] = event.occurred_at

    def _refer(self, event: Event) -> None:
        self.moments["flagged_at"] = event.occurred_at

    def _acknowledge(self, event: Event) -> None:
        first = self.moments.get("acknowledged_at") or event.occurred_at
        self.moments["acknowledged_at"] = min(first, event.occurred_at)

    _ask_back = _accept_when_free = _acknowledge

    def _accept(self, event: Event) -> None:
        self._acknowledge(event)
        self.moments["accepted_at"], self.ward = event.occurred_at, event.details["ward"]

    def _decline(self, event: Event) -> None:
        self._acknowledge(event)
        self.counts["declines"] += 1

    def _expire_offer(self, event: Event) -> None:
        self.counts["expiries"] += 1

    def _take_back(self, event: Event) -> None:
        self.moments["accepted_at"] = self.moments["departed_at"] = self.ward = None

    _release = _withdraw = _take_back

    def _depart(self, event: Event) -> None:
        self.moments["departed_at"] = event.occurred_at

    def _divert(self, event: Event) -> None:
        self.moments["accepted_at"], self.ward = event.occurred_at, event.details["ward"]

    def _admit(self, event: Event) -> None:
        running = [(run, run.missed) for run in self._running() if run.kind not in FOLLOW_UPS]
        self.before = self.ward, dict(self.moments), running
        self.moments["admitted_at"], self.ward = event.occurred_at, event.details["ward"] or None

    def _undo_admission(self, event: Event) -> None:
        """Everything is as it was before the admission; nothing of the stay counts."""
        assert self.before is not None
        self.ward, moments, running = self.before
        for name in ("accepted_at", "departed_at", "admitted_at", "diagnosed_at", "intervened_at"):
            self.moments[name] = moments.get(name)
        for kept in (self.kits, self.treated, self.failed):
            kept.clear()
        for run in self.runs:
            if run.kind in (Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT, Kind.TRANSPLANT):
                run.closed_at, run.met, run.missed = run.starts, False, False
        for run, was_missed in running:
            run.missed = run.due <= event.recorded_at and (was_missed or run.missed)
            run.closed_at, run.met = None, False

    def _transfer(self, event: Event) -> None:
        self.ward = event.details["ward"]

    def _diagnose(self, event: Event) -> None:
        self.moments["diagnosed_at"] = event.occurred_at

    def _correct_diagnosis(self, event: Event) -> None:
        """The time that stands is the one that its deadline is judged by."""
        before, self.moments["diagnosed_at"] = self.moments["diagnosed_at"], event.occurred_at
        for run in self.runs:
            if run.kind == Kind.DIAGNOSE and run.closed_at == before:
                run.closed_at = event.occurred_at
                run.met, run.missed = run.closed_at <= run.due, run.closed_at > run.due

    def _record_precipitant(self, event: Event) -> None:
        self._correct(event)

    def _decide_transplant(self, event: Event) -> None:
        self._correct(event)

    def _record_intervention(self, event: Event) -> None:
        self._correct(event)
        self.treated[event.details["record"]] = event.occurred_at
        self.moments["intervened_at"] = min(self.treated.values())

    def _record_kit_result(self, event: Event) -> None:
        self.kits[event.details["record"]] = event.details["beside_purpose"]

    def _assess_organ_failure(self, event: Event) -> None:
        self._correct(event)
        self.kits |= event.details.get("kits", {})
        if event.details["failures"]:
            self.failed[event.details["record"]] = event.occurred_at

    def _back_refer(self, event: Event) -> None:
        self.moments["back_referred_at"] = event.occurred_at

    def _record_outcome(self, event: Event) -> None:
        holds = event.details["holds"]
        self.outcomes = {day: holds[f"outcome_{day}"] for day in (28, 90)}
        self.said_to_fail = holds["organ_failure_28"]
        self.moments["died_at"] = datetime.fromisoformat(holds["died_at"]) if holds["died_at"] else None

    _record_death = _correct_outcome = _settle_outcome = _record_outcome

    def _mark_entered_in_error(self, event: Event) -> None:
        if "assessment" in event.details:
            self.assessed.remove(event.details["assessment"])

    def _retract_record(self, event: Event) -> None:
        """What was entered in error does not count, and what it began or ended follows the rest."""
        self.kits |= event.details.get("kits", {})
        for kept in (self.kits, self.treated, self.failed):
            kept.pop(event.details["retracted"], None)
        self.moments["intervened_at"] = min(self.treated.values(), default=None)
        self._no_third_failure(event)
        kind = event.details.get("kind", Kind.TRANSPLANT)
        for run in [run for run in self.runs if run.kind == kind and (run.met or run.missed)][-1:]:
            self._close_as_recorded(run, event)

    def _correct(self, event: Event) -> None:
        """A record in the place of a mistake: the deadline it answers for, or that it would have begun."""
        kind = event.details.get("kind")
        if kind is None:
            return
        runs = [run for run in self.runs if run.kind == kind and run.starts <= event.occurred_at]
        if event.what == Verb.ASSESS_ORGAN_FAILURE:
            runs = [Run(Kind(kind), 0, *self._span(Kind(kind), event.occurred_at, event))]
            self.runs += runs
        self._close_as_recorded(runs[-1], event)

    @staticmethod
    def _close_as_recorded(run: Run, event: Event) -> None:
        if "met_by_another" in event.details:
            run.closed_at = datetime.fromisoformat(event.details["met_by_another"])
            run.met, run.missed = run.closed_at <= run.due, run.closed_at > run.due
        elif "unmet_by" in event.details:
            run.closed_at = datetime.fromisoformat(event.details["unmet_by"])
            run.met, run.missed = False, run.due < run.closed_at
        elif "runs_again" in event.details:
            run.closed_at, run.met = None, False

    def _no_third_failure(self, event: Event) -> None:
        """Days to a transplant that began with a mistake end as if they had never begun, or begin later."""
        for run in [run for run in self.runs if run.kind == Kind.TRANSPLANT][-1:]:
            if "no_third_failure" in event.details:
                run.closed_at, run.met, run.missed = run.starts, False, False
            elif "third_failure_at" in event.details:
                starts = datetime.fromisoformat(event.details["third_failure_at"])
                run.starts, run.due = self._span(run.kind, starts, event)
                self._judge_again(run, event.recorded_at)

    def _explain_delay(self, event: Event) -> None:
        """A run that a correction made late has no line before that names it."""
        name = event.details["deadline"]
        self.reasons[name] = event.details["reason"]
        if name not in [run.name for run in self.runs]:
            late = [run for run in self.runs if run.kind == event.details["kind"] and run.missed]
            [run for run in late if not run.name][-1].name = name

    def _correct_first_visit(self, event: Event) -> None:
        """What counts from the first visit is judged again, also where it is closed."""
        self.first_visit_at = datetime.fromisoformat(event.details["after"])
        for run in self.runs:
            if run.kind not in SINCE_FIRST_VISIT or (run.closed_at and not run.met and not run.missed):
                continue
            run.starts, run.due = self._span(run.kind, run.starts, event)
            self._judge_again(run, event.recorded_at)

    def _judge_again(self, run: Run, now: datetime) -> None:
        if run.closed_at is None:
            run.missed = run.missed and run.due <= now
        else:
            run.met, run.missed = run.closed_at <= run.due, run.closed_at > run.due

    def flagged_late(self) -> bool:
        """Whether the window counts from the flag, because that came too late for the first visit."""
        flagged = self.moments.get("flagged_at")
        window = self.first_visit_at + self.case.policy.length(Kind.ADMIT)
        return flagged is not None and flagged + self._late_flag > window

    def verdict(self, kind: str) -> int | None:
        """The worst of a kind, with the reason that was given for it."""
        closed = [run for run in self.runs if run.kind == kind and run.verdict is not None]
        late = [LATE_BECAUSE.get(self.reasons.get(run.name, ""), LATE) for run in closed if not run.verdict]
        return max(late, default=IN_TIME if closed else None)


def case_facts_from_events(case: Case) -> dict[str, Any]:
    """The columns of `CaseFacts` by field, from the lines of the timeline, the policy and the assessments."""
    events = list(case.events.order_by("number"))
    replay = Replay(case, events[0].occurred_at)
    for event in events:
        replay.read(event)
    scored = Assessment.objects.filter(pk__in=replay.assessed).order_by("number").first()
    local = replay.first_visit_at.astimezone(ZoneInfo(case.network.zone))
    return {
        "case_id": case.pk,
        "network_id": case.network_id,
        "hospital_id": case.hospital_id,
        "ward_id": UUID(replay.ward) if replay.ward else None,
        "month": local.date().replace(day=1),
        "state": replay.state,
        "first_visit_at": replay.first_visit_at,
        "flagged_late": replay.flagged_late(),
        "indicators_at": scored.assessed_at if scored else None,
        **{name: replay.moments.get(name) for name in MOMENTS_KEPT},
        **replay.counts,
        "risk_90d": scored.risk_90d if scored else None,
        "model": scored.model_name if scored else "",
        "assessment": scored.pk if scored else None,
        "policy_version": case.policy.version,
        "outcome_28": replay.outcomes.get(28, ""),
        "outcome_90": replay.outcomes.get(90, ""),
        **{f"{kind}_verdict": replay.verdict(kind) for kind in KINDS},
        **kit_facts(beside_purpose=replay.kits, failed=replay.failed, said=replay.said_to_fail),
    }


def also_opens(event: Event) -> set[Kind]:
    """Deadlines that a line starts because of what it says."""
    match event.what:
        case Verb.BACK_REFER:
            return {Kind.CONFIRM_RETURN}
        case Verb.ASK_ADVICE:
            return {Kind.ANSWER_ADVICE}
        case Verb.ASSESS_ORGAN_FAILURE if "third_failure" in event.details and "kind" not in event.details:
            return {Kind.TRANSPLANT}
        case _:
            return set()


def also_meets(event: Event) -> set[Kind]:
    """Deadlines that a line fulfils because of what it says."""
    match event.what:
        case Verb.RECORD_PRECIPITANT if event.details["precipitant"] == PrecipitantCode.UNKNOWN:
            return {Kind.TREAT_PRECIPITANT}
        case Verb.RECORD_INTERVENTION:
            return {Kind.TREAT_PRECIPITANT}
        case Verb.DECIDE_TRANSPLANT if event.details["transplant"] in FINAL:
            return {Kind.TRANSPLANT}
        case Verb.RECORD_OUTCOME | Verb.SETTLE_OUTCOME if event.details["status"] == OutcomeStatus.DEAD:
            return {Kind.FOLLOW_UP_28, Kind.FOLLOW_UP_90}
        case Verb.RECORD_OUTCOME | Verb.SETTLE_OUTCOME:
            return {{28: Kind.FOLLOW_UP_28, 90: Kind.FOLLOW_UP_90}[event.details["day"]]}
        case _:
            return set()
