"""Every ladder of the pathway, rung by rung: when, whom, how loudly, and what it then does by itself.

Each is played on a case that is left alone: the engine looks exactly when the deadline says it has to.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import DutyShift, Membership, Role, User
from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.deadlines.lifecycle import reschedule
from referral.deadlines.policies import draft_policy, publish_policy
from referral.intake.ward_status import close_ward
from referral.models import Case, Deadline, Offer
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.vocabulary import Kind, State, Verb
from tests.world import HOUR, MINUTE, NOW, WELL, World, open_offer, sampled

DAY = timedelta(days=1)
THREE_FAILURES = {"inr": 2.6, "dialysis": True, "vasopressors": True}

Rung = tuple[timedelta, set[str], str]
D, L, R, H, C = "specialist", "lead", "doctor", "nurse", "coordinator"
"""Duty, ward lead, referring clinician, another clinician of the same hospital, coordinator."""


@pytest.fixture(autouse=True)
def nurse(world: World) -> User:
    user = User.objects.create_user("nurse@test.example", name="nurse")
    Membership.objects.create(user=user, role=Role.REFERRING_CLINICIAN, hospital=world.hospital)
    return user


def acknowledged(world: World) -> Case:
    return perform(world.flagged(), Verb.ACKNOWLEDGE, actor=world.specialist, now=NOW + MINUTE)


def unplaced(world: World) -> Case:
    for ward in (world.ward, world.second_ward):
        close_ward(ward=ward, actor=world.coordinator, reason="x", now=NOW)
    return world.flagged()


def on_the_way(world: World) -> Case:
    inputs = {"expected_arrival_at": NOW + 2 * HOUR}
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, **inputs)


def watched(world: World) -> Case:
    values = sampled(WELL, NOW)
    return perform(world.register(), Verb.ASSESS, actor=world.doctor, now=NOW, values=values)


def asking(world: World) -> Case:
    return perform(watched(world), Verb.ASK_ADVICE, actor=world.doctor, now=NOW, text="?")


def gravely_ill(world: World) -> Case:
    case = world.admitted()
    return perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=NOW, **THREE_FAILURES)


def returned(world: World) -> Case:
    case = perform(world.admitted(), Verb.DIAGNOSE, actor=world.specialist, now=NOW, category="aclf")
    return perform(case, Verb.BACK_REFER, actor=world.specialist, now=NOW, plan="Follow up")


WINDOW_2: list[Rung] = [
    (24 * HOUR, {D}, "warning"),
    (36 * HOUR, {L}, "severe"),
    (48 * HOUR, {L, C}, "severe"),
    (60 * HOUR, {L, C}, "severe"),
    (72 * HOUR, {L, C}, "severe"),
]
LADDERS: dict[Kind, tuple[Callable[[World], Case], list[Rung]]] = {
    Kind.ASSESS: (
        lambda world: world.register(),
        [
            (2 * HOUR, {R}, "warning"),
            (4 * HOUR, {R}, "severe"),
            (5 * HOUR, {R, H}, "severe"),
        ],
    ),
    Kind.REASSESS: (watched, [(24 * HOUR, {R}, "warning"), (28 * HOUR, {R}, "warning")]),
    Kind.ACKNOWLEDGE: (
        lambda world: world.flagged(),
        [
            (0 * MINUTE, {D}, "severe"),
            (5 * MINUTE, {D}, "critical"),
            (15 * MINUTE, {L}, "critical"),
            (30 * MINUTE, {C}, "critical"),
            (45 * MINUTE, {L, C}, "critical"),
        ],
    ),
    Kind.DECIDE: (
        acknowledged,
        [
            (60 * MINUTE, {D}, "severe"),
            (120 * MINUTE, {L, R}, "critical"),
            (150 * MINUTE, {C}, "critical"),
            (180 * MINUTE, {L, C}, "critical"),
        ],
    ),
    Kind.PLACE: (unplaced, [(turn * 15 * MINUTE, {R, C}, "critical") for turn in range(6)]),
    Kind.ADMIT: (
        lambda world: world.accepted(),
        [
            (24 * HOUR, {D, R}, "warning"),
            (36 * HOUR, {D, R, L}, "severe"),
            (0.9 * 48 * HOUR, {C}, "severe"),
            (48 * HOUR, {D, L, R, H, C}, "critical"),
            (60 * HOUR, {D, L, R, H, C}, "critical"),
            (72 * HOUR, {D, L, R, H, C}, "critical"),
        ],
    ),
    Kind.ARRIVE: (
        on_the_way,
        [
            (3 * HOUR, {D, R}, "severe"),
            (3 * HOUR + 30 * MINUTE, {D, R, L, C}, "severe"),
            *((3 * HOUR + turn * 30 * MINUTE, {D, R}, "severe") for turn in range(2, 5)),
        ],
    ),
    Kind.DIAGNOSE: (lambda world: world.admitted(), WINDOW_2),
    Kind.TREAT_PRECIPITANT: (lambda world: world.admitted(), WINDOW_2),
    Kind.TRANSPLANT: (
        gravely_ill,
        [
            *((day * DAY, {D, L}, "severe") for day in range(1, 5)),
            (5 * DAY, {D, L, C}, "severe"),
            (6 * DAY, {D, L}, "severe"),
            (7 * DAY, {D, L, R, H, C}, "critical"),
        ],
    ),
    Kind.ANSWER_ADVICE: (asking, [(4 * HOUR, {D}, "warning"), (6 * HOUR, {L}, "severe")]),
    Kind.CONFIRM_RETURN: (returned, [(24 * HOUR, {R}, "warning"), (36 * HOUR, {R, H}, "severe")]),
    Kind.FOLLOW_UP_28: (
        lambda world: world.register(),
        [
            (25 * DAY, {R, H}, "info"),
            (28 * DAY, {R, H}, "warning"),
            (35 * DAY, {R, H}, "warning"),
            (42 * DAY, {R, H}, "warning"),
        ],
    ),
    Kind.FOLLOW_UP_90: (
        lambda world: world.register(),
        [
            (87 * DAY, {R, H}, "info"),
            (90 * DAY, {R, H}, "warning"),
            (97 * DAY, {R, H}, "warning"),
        ],
    ),
}


def first(case: Case, kind: Kind) -> Deadline:
    return Deadline.objects.filter(case=case, kind=kind).earliest("starts_at")


def play(deadline: Deadline, rungs: int) -> list[Rung]:
    """The alerts of a deadline that nobody closes, as far as so many rungs go."""
    while True:
        result = heard(deadline)
        deadline.refresh_from_db()
        if len(result) >= rungs or deadline.closed_at is not None:
            return result
        run_cycle(deadline.next_at)


def heard(deadline: Deadline) -> list[Rung]:
    """What was told about a deadline so far: when, whom, how loudly."""
    rows = Notification.objects.filter(alert__subject_id=str(deadline.pk)).order_by("created_at")
    lines: dict[datetime, tuple[set[str], str]] = {}
    for at, name, severity in rows.values_list("created_at", "recipient__name", "alert__severity"):
        lines.setdefault(at, (set(), severity))[0].add(name)
    return [(at - NOW, people, severity) for at, (people, severity) in lines.items()]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_ladder_is_climbed_as_the_pathway_says(world: World, kind: Kind) -> None:
    begin, expected = LADDERS[kind]
    assert play(first(begin(world), kind), len(expected)) == expected


@pytest.mark.parametrize("kind", [Kind.ACKNOWLEDGE, Kind.DECIDE])
def test_the_last_rung_takes_the_offer_to_the_next_ward_and_tells_its_duty(world: World, kind: Kind) -> None:
    begin, rungs = LADDERS[kind]
    case = begin(world)
    play(first(case, kind), len(rungs))
    end = NOW + rungs[-1][0]
    assert Offer.objects.get(case=case, ward=world.ward).state == Offer.State.EXPIRED
    assert open_offer(case).ward == world.second_ward
    asked = Notification.objects.filter(recipient=world.second_specialist, alert__kind="new_offer")
    assert [row.created_at for row in asked] == [end]
    deadline = Deadline.objects.get(case=case, kind=Kind.ACKNOWLEDGE, offer=open_offer(case))
    assert deadline.due_at == end + 15 * MINUTE


def test_when_the_last_ward_does_not_answer_the_case_is_unplaced_and_the_coordinator_called(
    world: World,
) -> None:
    case = world.flagged()
    for _ward in range(2):
        play(Deadline.objects.open().get(case=case, kind=Kind.ACKNOWLEDGE), 5)
    case.refresh_from_db()
    assert case.state == State.UNPLACED
    place = Deadline.objects.get(case=case, kind=Kind.PLACE)
    assert heard(place)[0][1:] == ({"doctor", "coordinator"}, "critical")


def test_a_policy_can_keep_unanswered_offers_with_their_ward(world: World) -> None:
    draft = draft_policy(world.network, expires_unanswered=False, note="nights are covered")
    publish_policy(draft=draft, actor=world.administrator, now=NOW)
    case = world.flagged()
    run_cycle(NOW + 3 * HOUR)
    assert open_offer(case).ward == world.ward


def test_people_are_found_when_the_rung_fires_and_not_before(world: World) -> None:
    relief = User.objects.create_user("relief@test.example", name="relief")
    Membership.objects.create(user=relief, role=Role.SPECIALIST, ward=world.ward)
    case = world.flagged()
    DutyShift.objects.filter(ward=world.ward).update(user=relief)
    run_cycle(NOW + 5 * MINUTE)
    assert [people for _at, people, _severity in heard(first(case, Kind.ACKNOWLEDGE))] == [
        {"specialist"},
        {"relief"},
    ]


def test_with_nobody_on_duty_lead_and_coordinator_stand_in_and_the_timeline_says_so(world: World) -> None:
    DutyShift.objects.filter(ward=world.ward).delete()
    case = world.flagged()
    assert heard(first(case, Kind.ACKNOWLEDGE)) == [(0 * HOUR, {"lead", "coordinator"}, "severe")]
    assert case.events.filter(what="nobody_on_duty", details__kind="acknowledge").exists()


def test_a_silence_has_a_reason_and_ends_by_itself(world: World) -> None:
    case = world.admitted()
    deadline = first(case, Kind.DIAGNOSE)
    start = NOW + 23 * HOUR
    inputs = {"deadline": deadline, "until": start + 12 * HOUR, "reason": "手术中"}
    perform(case, Verb.SNOOZE, actor=world.specialist, now=start, **inputs)

    deadline.refresh_from_db()
    assert (deadline.quiet_until, deadline.due_at) == (start + 12 * HOUR, NOW + 48 * HOUR)
    run_cycle(NOW + 30 * HOUR)
    assert heard(deadline) == []
    run_cycle(NOW + 35 * HOUR)
    assert heard(deadline) == [(35 * HOUR, {"specialist"}, "warning")]
    line = case.events.get(what="snooze")
    assert (line.note, line.details["until"]) == ("手术中", (start + 12 * HOUR).isoformat())


def test_an_extension_has_a_reason_and_the_first_due_time_stays(world: World) -> None:
    case = world.admitted()
    deadline = first(case, Kind.DIAGNOSE)
    inputs = {"deadline": deadline, "due_at": NOW + 72 * HOUR, "reason": "等待病理"}
    perform(case, Verb.EXTEND, actor=world.specialist, now=NOW + HOUR, **inputs)
    deadline.refresh_from_db()
    assert (deadline.first_due_at, deadline.due_at) == (NOW + 48 * HOUR, NOW + 72 * HOUR)
    assert case.events.get(what="extend").note == "等待病理"
    expected: list[Rung] = [
        (36 * HOUR, {D}, "warning"),
        (54 * HOUR, {L}, "severe"),
        (72 * HOUR, {L, C}, "severe"),
    ]
    assert play(deadline, 3) == expected


@pytest.mark.parametrize(("later", "is_missed"), [(0 * MINUTE, True), (MINUTE, False)])
def test_a_deadline_that_moves_is_missed_unless_time_is_left(
    world: World, later: timedelta, is_missed: bool
) -> None:
    deadline = first(world.admitted(), Kind.DIAGNOSE)
    now = deadline.due_at + HOUR
    run_cycle(now)
    deadline.refresh_from_db()
    reschedule(deadline, deadline.case, due_at=now + later, now=now)
    deadline.refresh_from_db()
    assert (deadline.missed_at is not None) is is_missed


@pytest.mark.parametrize("verb", [Verb.SNOOZE, Verb.EXTEND])
def test_the_first_hospital_neither_silences_nor_extends(world: World, verb: Verb) -> None:
    case = world.accepted()
    deadline = first(case, Kind.ADMIT)
    inputs: dict[str, Any] = {"until" if verb == Verb.SNOOZE else "due_at": NOW + 49 * HOUR, "reason": "x"}
    with pytest.raises(AccessError):
        perform(case, verb, actor=world.doctor, now=NOW, deadline=deadline, **inputs)


@pytest.mark.parametrize(
    "reason", ["no_bed", "transport", "family_decision", "late_recognition", "late_labs", "unanswered_offer"]
)
def test_each_reason_for_a_delay_is_kept_with_the_deadline(world: World, reason: str) -> None:
    case = world.accepted()
    run_cycle(NOW + 48 * HOUR)
    deadline = first(case, Kind.ADMIT)
    perform(
        case,
        Verb.EXPLAIN_DELAY,
        actor=world.specialist,
        now=NOW + 49 * HOUR,
        deadline=deadline,
        reason=reason,
    )
    deadline.refresh_from_db()
    assert deadline.delay_reason == reason
    details = case.events.get(what="explain_delay").details
    assert (details["kind"], details["reason"]) == ("admit", reason)


def test_a_deadline_of_another_case_is_neither_extended_nor_silenced(world: World) -> None:
    case, other = world.accepted(name="甲"), world.accepted(name="乙")
    with pytest.raises(InputError, match="not_open"):
        inputs = {"deadline": first(other, Kind.ADMIT), "until": NOW + HOUR, "reason": "x"}
        perform(case, Verb.SNOOZE, actor=world.specialist, now=NOW, **inputs)


def test_cases_on_the_old_ladder_keep_it_when_a_new_one_is_published(world: World) -> None:
    before = world.flagged(name="先")
    draft = draft_policy(world.network, note="one rung")
    ladder = [{"fraction": 0, "audience": ["coordinator"], "severity": "critical"}]
    draft.ladders = {**draft.ladders, "acknowledge": ladder}
    draft.minutes = {**draft.minutes, "acknowledge": 60}
    publish_policy(draft=draft, actor=world.administrator, now=NOW)
    after = world.flagged(name="后")

    assert first(before, Kind.ACKNOWLEDGE).due_at == NOW + 15 * MINUTE
    assert first(after, Kind.ACKNOWLEDGE).due_at == NOW + 60 * MINUTE
    assert play(first(before, Kind.ACKNOWLEDGE), 5) == LADDERS[Kind.ACKNOWLEDGE][1]
    assert heard(first(after, Kind.ACKNOWLEDGE)) == [(0 * HOUR, {"coordinator"}, "critical")]
