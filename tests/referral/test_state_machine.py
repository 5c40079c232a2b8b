"""Any verb, by anyone, at any time, twice, refused or not: what must hold of a case all the same."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from notifications.models import Notification
from referral import codes
from referral.engine import run_cycle
from referral.errors import AccessError, FactError, PathwayError
from referral.models import Case, Deadline, Offer
from referral.pathway import BEFORE_ADMISSION, ENDED, LIVES, Kind, State, Verb
from referral.performing import EFFECTS, perform, usable_verbs
from tests.referral.statistics.test_case_facts import agrees
from tests.world import HOUR, ILL, MINUTE, NOW, WELL, World, build, sampled

PEOPLE = ("doctor", "other_doctor", "specialist", "lead", "second_specialist", "coordinator", "researcher")
STEPS = (timedelta(0), MINUTE, 6 * MINUTE, 16 * MINUTE, 46 * MINUTE, 3 * HOUR, 13 * HOUR, timedelta(days=3))
ALWAYS = {Kind.FOLLOW_UP_28, Kind.FOLLOW_UP_90}
NEEDED = {
    State.REGISTERED: {Kind.ASSESS},
    State.OFFERED: {Kind.ADMIT, Kind.DECIDE},
    State.UNPLACED: {Kind.ADMIT, Kind.PLACE},
    State.ACCEPTED: {Kind.ADMIT},
    State.IN_TRANSIT: {Kind.ADMIT, Kind.ARRIVE},
    State.ADMITTED: {Kind.DIAGNOSE},
}


class Pathway(RuleBasedStateMachine):
    """One case in one world; time only moves forward."""

    world: World
    case: Case
    now: datetime

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def begin(self) -> None:
        self.world, self.now = build(), NOW
        self.case = self.world.register()

    @rule(step=st.sampled_from(STEPS), runs=st.booleans())
    def time_passes(self, step: timedelta, runs: bool) -> None:
        self.now += step
        if runs:
            run_cycle(self.now)
            self.case.refresh_from_db()

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def someone_does_what_the_page_offers(self, data: st.DataObject, who: str) -> None:
        usable = usable_verbs(self.person(who), self.case)
        if usable:
            self.attempt(data.draw(st.sampled_from(usable)), who, data, may_lack_access=False)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), verb=st.sampled_from(sorted(EFFECTS, key=str)))
    def someone_tries_anything(self, data: st.DataObject, who: str, verb: Verb) -> None:
        self.attempt(verb, who, data, may_lack_access=True)

    @rule(data=st.data())
    def a_request_comes_twice(self, data: st.DataObject) -> None:
        offer = Offer.objects.filter(case=self.case).first()
        for _ in range(2):
            self.attempt(
                Verb.ACCEPT, "specialist", data, offer=offer.pk if offer else None, may_lack_access=True
            )

    def person(self, who: str) -> User:
        return User.objects.get(pk=getattr(self.world, who).pk)

    def attempt(self, verb: Verb, who: str, data: st.DataObject, may_lack_access: bool, **more: Any) -> None:
        before = Case.objects.get(pk=self.case.pk)
        try:
            perform(self.case, verb, actor=self.person(who), now=self.now, **self.facts(verb, data), **more)
        except (PathwayError, FactError, AccessError) as refusal:
            assert may_lack_access or not isinstance(refusal, AccessError)
            after = Case.objects.get(pk=self.case.pk)
            assert (after.state, after.event_count) == (before.state, before.event_count)
        self.case.refresh_from_db()

    def facts(self, verb: Verb, data: st.DataObject) -> dict[str, Any]:
        def pick(choices: Any) -> Any:
            return data.draw(st.sampled_from(list(choices)))

        def deadline() -> Deadline:
            return pick(Deadline.objects.filter(case=self.case).order_by("starts_at", "kind", "pk"))

        def ward() -> Any:
            return pick([self.world.ward, self.world.second_ward])

        now, arrival, later = self.now, self.now + 2 * HOUR, self.now + timedelta(days=4)
        known: dict[Verb, Callable[[], dict[str, Any]]] = {
            Verb.ASSESS: lambda: {"values": sampled(pick([WELL, ILL]), now)},
            Verb.REFER: lambda: {"reason": "worried"},
            Verb.WITHDRAW: lambda: {"reason": "improved"},
            Verb.ACCEPT: lambda: {"bed": "7"},
            Verb.DECLINE: lambda: {"reason": "no_bed"},
            Verb.RELEASE: lambda: {"reason": "bed_lost"},
            Verb.REDIRECT: lambda: {"ward": ward()},
            Verb.DEPART: lambda: {"expected_arrival_at": arrival},
            Verb.DIVERT: lambda: {"ward": ward(), "expected_arrival_at": arrival},
            Verb.RECORD_PRECIPITANT: lambda: {"precipitant": "UNKNOWN"},
            Verb.RECORD_INTERVENTION: lambda: {"precipitant": "HBV_FLARE", "note": "x"},
            Verb.RECORD_KIT_RESULT: lambda: {
                "lot": "A1",
                "sampled_at": now - pick([timedelta(0), HOUR]),
                "answer": "positive",
            },
            Verb.ASSESS_ORGAN_FAILURE: lambda: {
                "inr": pick([1.1, 2.6]),
                "dialysis": pick([True, False]),
                "vasopressors": pick([True, False]),
            },
            Verb.RECORD_TREATMENT: lambda: {"item": "icu", "progress": pick(["planned", "done"])},
            Verb.RECORD_ARTIFICIAL_LIVER: lambda: {
                "mode": "dpmas",
                "started_at": now - pick([MINUTE, HOUR]),
                "ended_at": now,
            },
            Verb.SET_NUTRITION_TARGET: lambda: {"height_cm": 170.0, "weight_kg": 60.0},
            Verb.RECORD_INTAKE: lambda: {"day": now.date(), "kcal": 1200.0},
            Verb.RECORD_IMMUNE_STATUS: lambda: {"sampled_at": now, "ferritin_ng_ml": 900},
            Verb.TRANSFER: lambda: {"ward": ward()},
            Verb.DECIDE_TRANSPLANT: lambda: {"decision": pick(["listed", "transplanted"])},
            Verb.DIAGNOSE: lambda: {"category": pick(codes.DiagnosisCategory.values)},
            Verb.BACK_REFER: lambda: {"plan": "x"},
            Verb.DISCHARGE: lambda: {"to": "home"},
            Verb.RECORD_OUTCOME: lambda: {"day": pick([28, 90]), "status": pick(codes.OutcomeStatus.values)},
            Verb.CORRECT_OUTCOME: lambda: {
                "day": pick([28, 90]),
                "status": pick(codes.OutcomeStatus.values),
                "note": "x",
            },
            Verb.SETTLE_OUTCOME: lambda: {
                "day": pick([28, 90]),
                "status": pick(codes.OutcomeStatus.values),
                "note": "x",
            },
            Verb.ASK_ADVICE: lambda: {"text": "x"},
            Verb.ANSWER_ADVICE: lambda: {"text": "x"},
            Verb.END_REFERRAL: lambda: {"reason": "refused"},
            Verb.MESSAGE: lambda: {"text": "x"},
            Verb.CORRECT_FIRST_VISIT: lambda: {
                "first_visit_at": now - pick([timedelta(0), HOUR, timedelta(days=2)])
            },
            Verb.MARK_ENTERED_IN_ERROR: lambda: {"reason": "test_entry"},
            Verb.EXTEND: lambda: {"deadline": deadline(), "due_at": later, "reason": "x"},
            Verb.SNOOZE: lambda: {"deadline": deadline(), "until": arrival, "reason": "x"},
            Verb.EXPLAIN_DELAY: lambda: {"deadline": deadline(), "reason": "transport"},
        }
        return known.get(verb, dict)()

    @invariant()
    def events_are_numbered_without_gaps(self) -> None:
        if hasattr(self, "case"):
            numbers = list(self.case.events.values_list("number", flat=True))
            assert numbers == list(range(1, self.case.event_count + 1))

    @invariant()
    def a_case_has_the_deadlines_of_its_state_and_no_others(self) -> None:
        if not hasattr(self, "case"):
            return
        running = list(self.case.deadlines.open().select_related("offer"))
        if self.case.state in ENDED:
            assert not running
            return
        for deadline in running:
            assert self.case.state in LIVES[Kind(deadline.kind)]
            assert deadline.offer is None or deadline.offer.is_open
        assert {deadline.kind for deadline in running} >= NEEDED.get(State(self.case.state), set())

    @invariant()
    def a_miss_is_recorded_exactly_when_the_fact_came_too_late(self) -> None:
        if not hasattr(self, "case"):
            return
        for deadline in self.case.deadlines.exclude(closed_at=None).exclude(outcome="cancelled"):
            assert (deadline.outcome == "missed") == (deadline.closed_at > deadline.due_at)
            assert (deadline.missed_at is not None) == (deadline.outcome == "missed")

    @invariant()
    def one_offer_is_open_exactly_while_the_case_is_offered(self) -> None:
        if hasattr(self, "case"):
            running = Offer.objects.filter(case=self.case, state=Offer.State.OPEN).count()
            assert running == (1 if self.case.state == State.OFFERED else 0)
            assert (self.case.ward_id is None) or self.case.state not in BEFORE_ADMISSION - {
                State.ACCEPTED,
                State.IN_TRANSIT,
            }

    @invariant()
    def the_row_of_facts_says_what_the_timeline_says(self) -> None:
        if hasattr(self, "case"):
            agrees(self.case)

    @invariant()
    def nobody_without_a_part_in_the_case_is_told(self) -> None:
        if hasattr(self, "case"):
            told = set(Notification.objects.values_list("recipient__name", flat=True))
            assert not told & {"doctor2", "researcher", "admin"}


@pytest.mark.django_db
def test_whatever_happens_the_invariants_hold() -> None:
    run_state_machine_as_test(
        Pathway,
        settings=settings(
            max_examples=15, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
