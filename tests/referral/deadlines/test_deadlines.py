"""Deadlines and their ladders: fired, collapsed, silenced, extended, judged again, set aside."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from notifications.models import Notification
from referral.deadlines import engine, escalation
from referral.deadlines.engine import fire_batch, run_cycle
from referral.deadlines.lifecycle import INSTANT
from referral.intake.ward_status import close_ward, open_ward
from referral.models import Case, Deadline, Offer
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.table import LIVES
from referral.pathway.vocabulary import OPEN, Kind, State, Verb
from tests.world import HOUR, ILL, MINUTE, NOW, WELL, World, open_offer, sampled


def of(case: Case, kind: Kind) -> Deadline:
    return Deadline.objects.filter(case=case, kind=kind).latest("starts_at")


def about(case: Case, deadline: str) -> Any:
    return Notification.objects.filter(alert__payload__contains={"case": str(case.pk), "deadline": deadline})


def alerts(case: Case, deadline: str, kind: str | None = None) -> int:
    notifications = about(case, deadline)
    return (notifications.filter(alert__kind=kind) if kind else notifications).count()


def test_a_rung_fires_when_it_is_due_and_not_before(world: World) -> None:
    case = world.accepted()
    run_cycle(NOW + 24 * HOUR - MINUTE)
    assert alerts(case, "admit") == 0
    run_cycle(NOW + 24 * HOUR)
    assert alerts(case, "admit") == 2
    run_cycle(NOW + 24 * HOUR)
    assert alerts(case, "admit") == 2


def test_after_thirty_days_of_outage_everyone_is_told_once_and_the_miss_is_on_the_timeline(
    world: World,
) -> None:
    case = world.accepted()
    run_cycle(NOW + timedelta(days=30))
    per_person = about(case, "admit").values_list("recipient", flat=True)
    assert len(per_person) == len(set(per_person)) > 0
    assert alerts(case, "admit", "missed") == len(per_person)
    assert case.events.filter(what="deadline_missed", details__kind="admit").count() == 1
    assert of(case, Kind.ADMIT).next_at > NOW + timedelta(days=30)


def test_a_missed_admission_is_repeated_every_twelve_hours_until_it_is_closed(world: World) -> None:
    case = world.accepted()
    for hours in (48, 60, 72):
        before = alerts(case, "admit")
        run_cycle(NOW + hours * HOUR)
        assert alerts(case, "admit") > before
    perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + 73 * HOUR)
    before = alerts(case, "admit")
    run_cycle(NOW + 84 * HOUR)
    assert alerts(case, "admit") == before
    assert of(case, Kind.ADMIT).state == "missed"


def test_closing_a_deadline_withdraws_what_was_told_about_it(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE, bed="1")
    notifications = Notification.objects.filter(alert__payload__case=str(case.pk), alert__kind="new_offer")
    assert notifications.exists()
    assert not notifications.filter(withdrawn_at=None).exists()


def test_silence_holds_back_reminders_but_not_the_miss_and_ends_by_itself(world: World) -> None:
    case = world.accepted()
    deadline = of(case, Kind.ADMIT)
    start = NOW + 40 * HOUR
    run_cycle(start)
    before = alerts(case, "admit")
    until = start + 12 * HOUR
    perform(
        case,
        Verb.SNOOZE,
        actor=world.specialist,
        now=start,
        deadline=deadline,
        until=until,
        reason="晚间转运",
    )
    run_cycle(NOW + 44 * HOUR)
    assert alerts(case, "admit") == before
    run_cycle(NOW + 48 * HOUR)
    assert alerts(case, "admit", "missed") > 0
    assert of(case, Kind.ADMIT).due_at == NOW + 48 * HOUR
    after_miss = alerts(case, "admit")
    run_cycle(NOW + 61 * HOUR)
    assert alerts(case, "admit") > after_miss


def test_silence_is_short_and_ends_in_the_future(world: World) -> None:
    case = world.accepted()
    for until in (NOW - MINUTE, NOW + 13 * HOUR):
        with pytest.raises(InputError, match="out_of_range"):
            perform(
                case,
                Verb.SNOOZE,
                actor=world.specialist,
                now=NOW,
                deadline=of(case, Kind.ADMIT),
                until=until,
                reason="x",
            )


def test_an_extension_keeps_the_first_due_time_and_moves_the_ladder(world: World) -> None:
    case = world.accepted()
    due = NOW + 60 * HOUR
    perform(
        case,
        Verb.EXTEND,
        actor=world.coordinator,
        now=NOW,
        deadline=of(case, Kind.ADMIT),
        due_at=due,
        reason="雪灾",
    )
    run_cycle(NOW + 49 * HOUR)
    extended = of(case, Kind.ADMIT)
    assert (extended.first_due_at, extended.due_at, extended.state) == (NOW + 48 * HOUR, due, "open")
    run_cycle(due)
    assert of(case, Kind.ADMIT).state == "missed"


def test_the_referring_clinician_cannot_extend(world: World) -> None:
    case = world.accepted()
    with pytest.raises(AccessError):
        perform(
            case,
            Verb.EXTEND,
            actor=world.doctor,
            now=NOW,
            deadline=of(case, Kind.ADMIT),
            due_at=NOW + 60 * HOUR,
            reason="x",
        )


def test_a_corrected_first_visit_moves_the_window_and_judges_closed_deadlines_again(world: World) -> None:
    later = NOW + 6 * HOUR
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=later, values=sampled(ILL, later))
    assert of(case, Kind.ASSESS).state == "missed"

    corrected = NOW + 3 * HOUR
    case = perform(
        case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=later + MINUTE, first_visit_at=corrected
    )
    assert of(case, Kind.ASSESS).state == "met"
    assert of(case, Kind.ADMIT).due_at == corrected + 48 * HOUR
    assert of(case, Kind.FOLLOW_UP_90).due_at == corrected + timedelta(days=90 + 7)
    line = case.events.get(what="correct_first_visit")
    assert line.details == {"before": NOW.isoformat(), "after": corrected.isoformat()}


@pytest.mark.parametrize(("late", "state"), [(timedelta(0), "met"), (INSTANT, "missed")])
def test_the_very_moment_of_the_due_time_is_still_in_time(world: World, late: timedelta, state: str) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + 48 * HOUR + late)
    assert of(case, Kind.ADMIT).state == state


@pytest.mark.parametrize(("late", "state"), [(timedelta(0), "cancelled"), (INSTANT, "missed")])
def test_what_is_withdrawn_at_the_due_time_was_not_missed_and_a_moment_later_it_was(
    world: World, late: timedelta, state: str
) -> None:
    case = perform(
        world.flagged(), Verb.WITHDRAW, actor=world.doctor, now=NOW + 15 * MINUTE + late, reason="improved"
    )
    assert of(case, Kind.ACKNOWLEDGE).state == state


@pytest.mark.parametrize(("late", "state"), [(timedelta(0), "met"), (INSTANT, "missed")])
def test_a_corrected_first_visit_that_ends_the_window_at_the_admission_leaves_it_in_time(
    world: World, late: timedelta, state: str
) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW + 47 * HOUR)
    case = perform(
        case,
        Verb.CORRECT_FIRST_VISIT,
        actor=world.doctor,
        now=NOW + 47 * HOUR + MINUTE,
        first_visit_at=NOW - HOUR - late,
    )
    assert of(case, Kind.ADMIT).state == state


def test_a_delay_is_explained_by_a_code_and_only_where_there_was_one(world: World) -> None:
    case = world.accepted()
    run_cycle(NOW + 48 * HOUR)
    now = NOW + 49 * HOUR
    missed, running = of(case, Kind.ADMIT), of(case, Kind.FOLLOW_UP_90)
    perform(case, Verb.EXPLAIN_DELAY, actor=world.doctor, now=now, deadline=missed, reason="transport")
    assert of(case, Kind.ADMIT).delay_reason == "transport"
    with pytest.raises(InputError, match="not_missed"):
        perform(case, Verb.EXPLAIN_DELAY, actor=world.doctor, now=now, deadline=running, reason="transport")


def test_reassessment_is_asked_for_three_times_at_most(world: World) -> None:
    case = world.register()
    for day in range(5):
        now = NOW + day * 24 * HOUR
        case = perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=sampled(WELL, now))
    assert case.deadlines.filter(kind=Kind.REASSESS).count() == 3
    assert not case.deadlines.open().filter(kind=Kind.REASSESS).exists()


def test_holding_back_a_flagged_case_needs_a_coded_reason_and_leaves_it_watched(world: World) -> None:
    case = perform(
        world.register(),
        Verb.ASSESS,
        actor=world.doctor,
        now=NOW,
        values=sampled(ILL, NOW),
        hold_back="palliative",
    )
    assert case.state == State.WATCHED
    assert case.events.get(what="assess").details["hold_back"] == "palliative"


def test_closing_a_ward_passes_its_open_requests_on_and_keeps_its_promises(world: World) -> None:
    promised, asked = world.accepted(name="甲一"), world.flagged(name="甲二")
    close_ward(ward=world.ward, actor=world.lead, reason="感染控制", now=NOW + MINUTE)
    promised.refresh_from_db()
    assert promised.state == State.ACCEPTED
    assert open_offer(asked).ward == world.second_ward
    assert not open_ward(ward=world.ward, actor=world.lead, now=NOW + HOUR).closed_at


def test_a_released_bed_goes_to_the_next_ward_and_keeps_the_window(world: World) -> None:
    case = perform(world.accepted(), Verb.RELEASE, actor=world.specialist, now=NOW + HOUR, reason="bed_lost")
    assert open_offer(case).ward == world.second_ward
    assert of(case, Kind.ADMIT).due_at == NOW + 48 * HOUR
    assert case.ward is None


def test_a_patient_on_the_way_is_diverted_with_a_new_time_of_arrival(world: World) -> None:
    case = world.accepted()
    perform(case, Verb.DEPART, actor=world.doctor, now=NOW + HOUR, expected_arrival_at=NOW + 2 * HOUR)
    case = perform(
        case,
        Verb.DIVERT,
        actor=world.specialist,
        now=NOW + 90 * MINUTE,
        ward=world.second_ward,
        expected_arrival_at=NOW + 4 * HOUR,
    )
    assert case.state == State.IN_TRANSIT
    assert of(case, Kind.ARRIVE).due_at == NOW + 5 * HOUR
    assert Notification.objects.filter(
        recipient=world.second_specialist, alert__payload__verb="divert"
    ).exists()
    assert (
        perform(case, Verb.ADMIT, actor=world.second_specialist, now=NOW + 4 * HOUR).ward == world.second_ward
    )


def test_a_retracted_assessment_stays_readable_and_no_longer_counts(world: World) -> None:
    case = world.flagged()
    wrong = case.assessment
    case = perform(
        case, Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=NOW, reason="wrong_values", assessment=wrong
    )
    assert case.state == State.OFFERED
    assert case.assessment is None
    assert case.assessments.count() == 1


def test_a_deadline_that_cannot_be_fired_is_set_aside_and_the_rest_go_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = world.accepted(name="甲一"), world.accepted(name="甲二")
    evaluate = escalation.evaluate

    def fails_on_one(deadline: Deadline, now: datetime) -> escalation.Escalation:
        if deadline.case_id == broken.pk:
            raise ZeroDivisionError
        return evaluate(deadline, now)

    monkeypatch.setattr(escalation, "evaluate", fails_on_one)
    fire_batch(NOW + 24 * HOUR)
    assert of(broken, Kind.ADMIT).quarantined_at is not None
    assert alerts(sound, "admit") == 2
    assert Notification.objects.filter(recipient=world.administrator, alert__kind="quarantined").exists()
    assert broken.events.filter(what="deadline_quarantined").exists()


def test_an_offer_still_expires_when_another_deadline_of_its_case_is_set_aside(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = world.flagged()
    evaluate, broken = escalation.evaluate, of(case, Kind.DECIDE)

    def fails_on_the_decision(deadline: Deadline, now: datetime) -> escalation.Escalation:
        if deadline.pk == broken.pk:
            raise ZeroDivisionError
        return evaluate(deadline, now)

    monkeypatch.setattr(escalation, "evaluate", fails_on_the_decision)
    fire_batch(NOW + 24 * HOUR)
    assert list(Deadline.objects.filter(quarantined_at__isnull=False)) == [broken]
    assert Offer.objects.get(case=case, ward=world.ward).state == Offer.State.EXPIRED


@pytest.mark.parametrize("batch", [1, 2, 500])
def test_after_an_outage_every_miss_of_an_expired_offer_is_told_however_the_batches_fall(
    world: World, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(engine, "BATCH", batch)
    case = world.flagged()
    run_cycle(NOW + 30 * 24 * HOUR)
    offer = Offer.objects.get(case=case, ward=world.ward)
    assert offer.state == Offer.State.EXPIRED
    for deadline in Deadline.objects.filter(offer=offer):
        missed = {"alert__kind": "missed", "alert__subject_id": str(deadline.pk)}
        notifications = Notification.objects.active().filter(**missed)
        assert world.lead.pk in notifications.values_list("recipient", flat=True)
        assert case.events.filter(what="deadline_missed", details__deadline=str(deadline.pk)).count() == 1


def test_every_kind_lives_only_in_open_states() -> None:
    assert set(LIVES) == set(Kind)
    assert all(states <= OPEN for states in LIVES.values())


def test_a_first_visit_is_corrected_however_long_ago_but_not_to_long_before_it_was_registered(
    world: World,
) -> None:
    case, later = world.returned(), NOW + timedelta(days=60)
    visit = NOW - timedelta(days=29)
    case = perform(case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=later, first_visit_at=visit)
    assert case.first_visit_at == visit
    assert of(case, Kind.FOLLOW_UP_28).due_at < NOW + timedelta(days=7)
    with pytest.raises(InputError) as refusal:
        perform(
            case,
            Verb.CORRECT_FIRST_VISIT,
            actor=world.doctor,
            now=later,
            first_visit_at=NOW - timedelta(days=31),
        )
    assert [row[:2] for row in refusal.value.rows] == [("first_visit_at", "too_old")]


@pytest.mark.parametrize("visit", [NOW + 3 * HOUR, NOW - timedelta(days=29)])
def test_a_first_visit_is_not_corrected_past_what_happened_nor_before_the_birth(
    world: World, visit: datetime
) -> None:
    case = world.register(birth_date=(NOW - timedelta(days=2)).date())
    perform(case, Verb.MESSAGE, actor=world.doctor, now=NOW + HOUR, text="x")
    with pytest.raises(InputError) as refusal:
        perform(case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=NOW + 4 * HOUR, first_visit_at=visit)
    assert [row[:2] for row in refusal.value.rows] == [("first_visit_at", "out_of_order")]


def test_a_watched_case_whose_only_assessment_was_wrong_waits_for_its_indicators_again(world: World) -> None:
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=NOW, values=sampled(WELL, NOW))
    case = perform(
        case,
        Verb.MARK_ENTERED_IN_ERROR,
        actor=world.doctor,
        now=NOW + HOUR,
        reason="wrong_values",
        assessment=case.assessment,
    )
    assert (case.state, case.assessment) == (State.REGISTERED, None)
    assert case.deadlines.open().filter(kind=Kind.ASSESS).exists()
    assert of(case, Kind.REASSESS).state == "cancelled"


def test_no_alert_is_put_off_for_ever_by_a_far_date(world: World) -> None:
    case = world.accepted()
    with pytest.raises(InputError) as refusal:
        perform(
            case, Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + timedelta(days=60000)
        )
    assert refusal.value.rows[0][1] == "too_far"
    with pytest.raises(InputError) as refusal:
        perform(
            case,
            Verb.EXTEND,
            actor=world.coordinator,
            now=NOW,
            deadline=of(case, Kind.ADMIT),
            due_at=NOW + timedelta(days=60000),
            reason="x",
        )
    assert refusal.value.rows[0][1] == "too_far"
