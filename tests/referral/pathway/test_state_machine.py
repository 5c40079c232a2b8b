"""Any verb, by anyone, at any time, twice, refused or crashed: what must hold of a case all the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import User
from notifications.models import Alert, Delivery, Notification
from referral.alerts.delivery_hooks import still_entitled
from referral.deadlines.engine import run_cycle
from referral.intake.unannounced import find_unannounced
from referral.models import Case, Deadline, Offer
from referral.pathway import timeline
from referral.pathway.inputs import Shape
from referral.pathway.perform import EFFECTS, perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, StaleVersion
from referral.pathway.table import LIVES, OPENS, TABLE
from referral.pathway.vocabulary import BEFORE_ADMISSION, ENDED, Kind, State, Verb
from tests.referral.made_up import MAKERS, MadeUp
from tests.referral.reads import reads_once
from tests.referral.statistics.test_case_facts import agrees
from tests.world import HOUR, MINUTE, NOW, World, build, make_deliveries

PEOPLE = ("doctor", "other_doctor", "specialist", "lead", "second_specialist", "coordinator", "researcher")
STEPS = (timedelta(0), MINUTE, 6 * MINUTE, 16 * MINUTE, 46 * MINUTE, 3 * HOUR, 13 * HOUR, timedelta(days=3))
REFUSALS = (PathwayError, InputError, AccessError)
ASKED_A_FEW_TIMES = frozenset({Kind.REASSESS})
LAST_STATEMENT = 60


class Crash(BaseException):
    """The process dies: nothing of ours catches this."""


@contextmanager
def crash_before_statement(nth: int | None) -> Iterator[None]:
    """Die before the `nth` statement, be it a commit; the database then undoes what was not committed."""
    left = nth or -1

    def wrapper(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            raise Crash
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(wrapper):
        yield


class Pathway(RuleBasedStateMachine):
    """One case in one world; time only moves forward."""

    world: World
    case: Case
    now: datetime
    looked_at: datetime | None = None
    """When the engine last looked, while nothing has happened since."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.entitled: set[UUID] = set()
        self.wards: set[UUID | None] = set()

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize(stage=st.sampled_from(["register", "flagged", "accepted", "admitted"]))
    def begin(self, stage: str) -> None:
        self.world, self.now = build(), NOW
        self.case = getattr(self.world, stage)()

    @rule(step=st.sampled_from(STEPS), runs=st.booleans())
    def time_passes(self, step: timedelta, runs: bool) -> None:
        self.now += step
        self.looked_at = None
        if runs:
            self.engine_evaluates()

    @rule()
    def the_engine_looks_twice(self) -> None:
        self.engine_evaluates()
        before = self.everything()
        self.engine_evaluates()
        assert self.everything() == before

    @rule(nth=st.integers(1, LAST_STATEMENT))
    def the_engine_dies_and_another_goes_on(self, nth: int) -> None:
        try:
            with crash_before_statement(nth):
                run_cycle(self.now)
        except Crash:
            pass
        self.engine_evaluates()

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def someone_does_what_the_page_offers(self, data: st.DataObject, who: str) -> None:
        usable = usable_verbs(self.person(who), self.case)
        if usable:
            self.attempt(data.draw(st.sampled_from(usable)), who, data, may_lack_access=False)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), verb=st.sampled_from(sorted(EFFECTS, key=str)))
    def someone_tries_anything(self, data: st.DataObject, who: str, verb: Verb) -> None:
        self.attempt(verb, who, data, may_lack_access=True)

    @rule(data=st.data(), who=st.sampled_from(PEOPLE))
    def a_request_comes_twice(self, data: st.DataObject, who: str) -> None:
        usable = usable_verbs(self.person(who), self.case)
        if not usable:
            return
        verb, version = data.draw(st.sampled_from(usable)), self.case.version
        before = self.everything()
        if self.attempt(verb, who, data, may_lack_access=False, if_version=version):
            done = self.everything()
            if self.case.version == version:
                # What was said stands there already: nothing is written, so the case is no other.
                assert done == before
                return
            with pytest.raises(StaleVersion):
                perform(self.case, verb, actor=self.person(who), now=self.now, if_version=version)
            assert self.everything() == done

    @rule(data=st.data(), who=st.sampled_from(PEOPLE), nth=st.integers(1, LAST_STATEMENT))
    def a_process_dies_in_the_middle_of_a_verb(self, data: st.DataObject, who: str, nth: int) -> None:
        usable = usable_verbs(self.person(who), self.case)
        if not usable:
            return
        before = self.everything()
        try:
            self.attempt(data.draw(st.sampled_from(usable)), who, data, may_lack_access=False, crash=nth)
        except Crash:
            self.case.refresh_from_db()
            assert self.everything() == before

    def person(self, who: str) -> User:
        return User.objects.get(pk=getattr(self.world, who).pk)

    def engine_evaluates(self) -> None:
        run_cycle(self.now)
        self.case.refresh_from_db()
        self.looked_at = self.now

    def attempt(
        self,
        verb: Verb,
        who: str,
        data: st.DataObject,
        *,
        may_lack_access: bool,
        crash: int | None = None,
        **more: Any,
    ) -> bool:
        """Whether the verb was done; a refusal has changed nothing."""
        actor = self.person(who)
        if verb is Verb.ADMIT:
            find_unannounced(user=actor, now=self.now, number=self.case.number)
            more["said"] = self.case.patient.name
        before = self.everything()
        made_up = MadeUp(self.case, actor, self.now, lambda choices: data.draw(st.sampled_from(choices)))
        try:
            inputs = made_up.inputs(verb)
            with reads_once(), crash_before_statement(crash):
                perform(self.case, verb, actor=actor, now=self.now, **{**inputs, **more})
        except REFUSALS as refusal:
            assert may_lack_access or not isinstance(refusal, AccessError)
            assert self.everything() == before
            return False
        self.case.refresh_from_db()
        self.looked_at = None
        return True

    def everything(self) -> tuple[Any, ...]:
        """What a verb or a cycle may change, row by row."""
        case = Case.objects.filter(pk=self.case.pk).values().get()
        deadlines = Deadline.objects.filter(case=self.case).order_by("pk")
        notifications = Notification.objects.order_by("pk").values_list("pk", "withdrawn_at")
        return case, list(deadlines.values()), list(notifications)

    @invariant()
    def events_are_numbered_without_gaps(self) -> None:
        if hasattr(self, "case"):
            numbers = list(self.case.events.values_list("number", flat=True))
            assert numbers == list(range(1, self.case.event_count + 1))

    @invariant()
    def an_open_case_has_exactly_its_deadlines(self) -> None:
        if not hasattr(self, "case"):
            return
        state, rows = State(self.case.state), list(self.case.deadlines.select_related("offer"))
        running = [deadline for deadline in rows if deadline.closed_at is None]
        if state in ENDED:
            assert not running
            return
        for deadline in running:
            assert state in LIVES[Kind(deadline.kind)]
            assert deadline.offer is None or deadline.offer.is_open
        assert len({(deadline.kind, deadline.offer_id) for deadline in running}) == len(running)
        expected = OPENS.get(state, frozenset()) - ASKED_A_FEW_TIMES | OPENS[State.REGISTERED] - {Kind.ASSESS}
        missing = expected - {Kind(deadline.kind) for deadline in running}
        fulfilled = {Kind(deadline.kind) for deadline in rows if deadline.outcome in ("met", "missed")}
        assert missing <= fulfilled

    @invariant()
    def a_miss_is_recorded_exactly_when_the_fact_came_too_late(self) -> None:
        if not hasattr(self, "case"):
            return
        for deadline in self.case.deadlines.exclude(outcome="cancelled"):
            if deadline.closed_at is not None:
                assert (deadline.outcome == "missed") == (deadline.closed_at > deadline.due_at)
                assert (deadline.missed_at is not None) == (deadline.outcome == "missed")
            elif self.looked_at is not None:
                assert (deadline.missed_at is not None) == (deadline.due_at <= self.looked_at)
                assert deadline.next_at > self.looked_at
            if deadline.missed_at is not None:
                assert str(deadline.pk) in self.said_to_be_missed() or self.was_judged_again()

    def said_to_be_missed(self) -> set[str]:
        lines = self.case.events.filter(what=timeline.DEADLINE_MISSED)
        return set(lines.values_list("details__deadline", flat=True))

    def was_judged_again(self) -> bool:
        """A corrected first visit is itself the line that says why a closed deadline is now missed."""
        return self.case.events.filter(what=Verb.CORRECT_FIRST_VISIT).exists()

    @invariant()
    def nothing_had_to_be_set_aside(self) -> None:
        if hasattr(self, "case"):
            assert not self.case.deadlines.exclude(quarantined_at=None).exists()

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
    def one_message_of_each_look_to_each_person_and_one_way_of_each_kind(self) -> None:
        if hasattr(self, "case"):
            alerts = Notification.objects.filter(alert__subject_type="deadline").values_list(
                "alert__subject_id", "recipient", "created_at"
            )
            assert len(set(alerts)) == len(alerts)
            make_deliveries(self.now)
            deliveries = Delivery.objects.values_list("notification", "channel", "subscription")
            assert len(set(deliveries)) == len(deliveries)
            assert set(Notification.objects.values_list("pk", flat=True)) == {
                delivery[0] for delivery in deliveries
            }

    @invariant()
    def nobody_without_access_is_told(self) -> None:
        """Whoever is told for the first time sees the case, was asked about it, or had the patient."""
        if not hasattr(self, "case"):
            return
        notifications = set(Notification.objects.values_list("recipient", flat=True))
        strangers = {getattr(self.world, who).pk for who in ("other_doctor", "researcher", "administrator")}
        assert not strangers & notifications
        for user in User.objects.filter(pk__in=notifications - self.entitled):
            in_question = Notification(recipient=user, alert=Alert(payload={"case": str(self.case.pk)}))
            assert still_entitled([in_question]) or self.wards & set(user.access.wards)
        self.entitled |= notifications
        self.wards |= {self.case.ward_id}


def test_every_verb_is_in_the_table_and_every_shape_of_fact_is_made_up() -> None:
    assert set(EFFECTS) <= {row.verb for row in TABLE}
    assert set(MAKERS) == set(Shape)


@pytest.mark.django_db
def test_whatever_happens_the_invariants_hold() -> None:
    run_state_machine_as_test(
        Pathway,
        settings=settings(
            max_examples=11, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
