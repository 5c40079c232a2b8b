"""One row of facts per case: written with the facts, and equal to what the timeline says."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from referral.deadlines.engine import run_cycle
from referral.intake.unannounced import find_unannounced
from referral.models import Case, CaseFacts, Deadline
from referral.models.statistics import IN_TIME, LATE, LATE_BECAUSE
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Kind, Verb
from referral.statistics.facts.writer import rebuild
from tests.referral.statistics.replaying import case_facts_from_events
from tests.world import HOUR, ILL, MINUTE, NOW, WELL, World, sampled

DAY = timedelta(days=1)


def stored(case: Case) -> dict[str, Any]:
    """The row without its packed form."""
    row = CaseFacts.objects.filter(case=case).defer("packed").get()
    return {name: value for name, value in vars(row).items() if name != "_state"}


def agrees(case: Case) -> CaseFacts:
    """The stored row, after it was found equal to the timeline's account."""
    case = Case.objects.select_related("policy", "hospital").get(pk=case.pk)
    assert stored(case) == case_facts_from_events(case)
    return CaseFacts.objects.get(case=case)


def do(case: Case, verb: Verb, actor: Any, after: timedelta, **inputs: Any) -> Case:
    """An unexpected patient is looked up and says the name."""
    if verb is Verb.ADMIT:
        find_unannounced(user=actor, now=NOW + after, number=case.number)
        inputs["said"] = case.patient.name
    return perform(case, verb, actor=actor, now=NOW + after, **inputs)


def in_follow_up(world: World) -> Case:
    """A case that went through both windows in time and was referred back after ten days."""
    case = world.admitted()
    do(case, Verb.RECORD_INTERVENTION, world.specialist, 3 * HOUR, precipitant="HBV_FLARE", note="x")
    do(case, Verb.DIAGNOSE, world.specialist, 5 * HOUR, category="early_aclf")
    return do(case, Verb.BACK_REFER, world.specialist, 10 * DAY, plan="x")


def test_a_registered_case_has_its_row_at_once(world: World) -> None:
    row = agrees(world.register())
    assert (row.state, row.offers, row.indicators_at) == ("registered", 0, None)
    assert row.first_visit_at == NOW
    assert row.hospital == world.hospital


def test_the_month_is_that_of_the_hospitals_own_clock(world: World) -> None:
    last_hour_of_may_in_utc = datetime(2026, 5, 31, 20, tzinfo=UTC)
    row = agrees(world.register(now=last_hour_of_may_in_utc))
    assert row.month == date(2026, 6, 1)


def test_a_case_in_time_throughout_is_in_time_for_each_of_its_deadlines(world: World) -> None:
    case = in_follow_up(world)
    do(case, Verb.CONFIRM_RETURN, world.doctor, 10 * DAY + HOUR)
    do(case, Verb.RECORD_OUTCOME, world.doctor, 28 * DAY, day=28, status="alive")
    do(case, Verb.RECORD_OUTCOME, world.doctor, 90 * DAY, day=90, status="alive")
    row = agrees(case)
    kinds = ("assess", "acknowledge", "decide", "admit", "diagnose", "treat_precipitant", "confirm_return")
    assert {getattr(row, f"{kind}_verdict") for kind in (*kinds, "follow_up_28", "follow_up_90")} == {IN_TIME}
    assert (row.place_verdict, row.reassess_verdict, row.transplant_verdict) == (None, None, None)
    assert (row.state, row.outcome_28, row.outcome_90) == ("closed", "alive", "alive")
    assert row.intervened_at == NOW + 3 * HOUR


def test_an_admission_that_comes_late_is_late_and_keeps_its_reason(world: World) -> None:
    case = world.accepted()
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR)
    assert agrees(case).admit_verdict == LATE
    missed = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 51 * HOUR, deadline=missed, reason="other")
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 52 * HOUR, deadline=missed, reason="no_bed")
    assert agrees(case).admit_verdict == LATE_BECAUSE["no_bed"]


def test_an_extension_does_not_make_a_late_admission_timely(world: World) -> None:
    case = world.accepted()
    running = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    later = NOW + 60 * HOUR
    do(case, Verb.EXTEND, world.coordinator, HOUR, deadline=running, due_at=later, reason="x")
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR)
    running.refresh_from_db()
    assert running.outcome == "met"
    assert agrees(case).admit_verdict == LATE


def test_what_is_extended_and_then_no_longer_needed_was_late_all_the_same(world: World) -> None:
    case = world.accepted()
    running = Deadline.objects.get(case=case, kind=Kind.ADMIT)
    do(case, Verb.EXTEND, world.coordinator, HOUR, deadline=running, due_at=NOW + 60 * HOUR, reason="x")
    do(case, Verb.END_REFERRAL, world.doctor, 50 * HOUR, reason="refused")
    assert agrees(case).admit_verdict == LATE


def test_a_deadline_that_ended_before_it_was_due_is_not_judged(world: World) -> None:
    case = world.accepted()
    do(case, Verb.END_REFERRAL, world.doctor, HOUR, reason="refused")
    row = agrees(case)
    assert row.admit_verdict is None
    assert row.state == "follow_up"


def test_a_fact_that_happened_in_time_and_was_recorded_late_counts_as_in_time(world: World) -> None:
    case = world.accepted()
    run_cycle(NOW + 49 * HOUR)
    do(case, Verb.ADMIT, world.specialist, 50 * HOUR, occurred_at=NOW + 40 * HOUR)
    assert agrees(case).admit_verdict == IN_TIME


def test_an_overdue_deadline_that_is_still_open_is_written_nowhere(world: World) -> None:
    case = world.accepted()
    before = stored(case)
    run_cycle(NOW + 49 * HOUR)
    assert Deadline.objects.get(case=case, kind=Kind.ADMIT).missed_at is not None
    assert stored(case) == before
    assert agrees(case).admit_verdict is None


def test_offers_declined_expired_and_accepted_are_counted_and_one_late_answer_makes_the_case_late(
    world: World,
) -> None:
    case = world.flagged()
    do(case, Verb.DECLINE, world.specialist, 5 * MINUTE, reason="no_bed")
    run_cycle(NOW + 6 * HOUR)
    case.refresh_from_db()
    do(case, Verb.REDIRECT, world.coordinator, 6 * HOUR + MINUTE, ward=world.ward)
    do(case, Verb.ACCEPT, world.specialist, 6 * HOUR + 2 * MINUTE, bed="1")
    row = agrees(case)
    assert (row.offers, row.declines, row.expiries) == (3, 1, 1)
    assert row.acknowledge_verdict == LATE
    assert (row.offered_at, row.acknowledged_at) == (NOW, NOW + 5 * MINUTE)
    assert row.accepted_at == NOW + 6 * HOUR + 2 * MINUTE
    assert row.ward == world.ward


def test_a_promise_taken_back_leaves_no_acceptance(world: World) -> None:
    case = world.accepted()
    do(case, Verb.RELEASE, world.specialist, HOUR, reason="bed_lost")
    row = agrees(case)
    assert (row.accepted_at, row.ward) == (None, None)
    assert row.acknowledged_at == NOW


def test_a_diversion_counts_for_the_ward_that_took_the_patient(world: World) -> None:
    case = world.accepted()
    do(case, Verb.DEPART, world.doctor, HOUR, expected_arrival_at=NOW + 3 * HOUR)
    do(
        case,
        Verb.DIVERT,
        world.specialist,
        2 * HOUR,
        ward=world.second_ward,
        expected_arrival_at=NOW + 4 * HOUR,
    )
    do(case, Verb.ADMIT, world.second_specialist, 3 * HOUR)
    row = agrees(case)
    assert (row.ward, row.offers, row.departed_at) == (world.second_ward, 2, NOW + HOUR)
    assert row.arrive_verdict == IN_TIME


def test_re_assessments_that_nobody_made_are_late(world: World) -> None:
    case = world.register()
    do(case, Verb.ASSESS, world.doctor, HOUR, values=sampled(WELL, NOW + HOUR))
    do(case, Verb.ASSESS, world.doctor, 30 * HOUR, values=sampled(WELL, NOW + 30 * HOUR))
    row = agrees(case)
    assert row.reassess_verdict == LATE
    assert row.indicators_at == NOW + HOUR


def test_a_retracted_assessment_is_not_the_one_that_counts(world: World) -> None:
    case = world.register()
    wrong = do(case, Verb.ASSESS, world.doctor, HOUR, values=sampled(WELL, NOW + HOUR)).assessment
    do(case, Verb.ASSESS, world.doctor, 2 * HOUR, values=sampled(ILL, NOW + 2 * HOUR))
    do(case, Verb.MARK_ENTERED_IN_ERROR, world.doctor, 3 * HOUR, reason="wrong_values", assessment=wrong)
    row = agrees(case)
    case.refresh_from_db()
    assert row.assessment == case.assessment_id
    assert row.indicators_at == NOW + 2 * HOUR
    assert row.risk_90d == case.assessment.risk_90d > 0.15


def test_a_corrected_first_visit_moves_the_month_and_judges_again(world: World) -> None:
    case = world.admitted(now=NOW)
    assert agrees(case).admit_verdict == IN_TIME
    earlier = NOW - 20 * DAY
    do(case, Verb.CORRECT_FIRST_VISIT, world.doctor, HOUR, first_visit_at=earlier)
    row = agrees(case)
    assert row.month == date(2026, 4, 1)
    assert row.first_visit_at == earlier
    assert row.assess_verdict == LATE
    assert (row.admit_verdict, row.flagged_late) == (IN_TIME, True)


def test_what_a_corrected_first_visit_made_late_keeps_its_reason(world: World) -> None:
    case = world.accepted()
    do(case, Verb.CORRECT_FIRST_VISIT, world.coordinator, HOUR, first_visit_at=NOW - 2 * DAY)
    late = Deadline.objects.get(case=case, kind=Kind.ASSESS)
    do(case, Verb.EXPLAIN_DELAY, world.doctor, 2 * HOUR, deadline=late, reason="late_labs")
    assert agrees(case).assess_verdict == LATE_BECAUSE["late_labs"]


def test_a_death_is_in_the_row(world: World) -> None:
    case = world.admitted()
    do(case, Verb.RECORD_DEATH, world.specialist, 40 * HOUR, occurred_at=NOW + 39 * HOUR)
    row = agrees(case)
    assert (row.state, row.died_at) == ("closed", NOW + 39 * HOUR)


def test_a_refused_verb_leaves_the_row_as_it_was(world: World) -> None:
    case = world.flagged()
    before = stored(case)
    with pytest.raises(AccessError):
        do(case, Verb.ACCEPT, world.doctor, HOUR, bed="1")
    assert stored(case) == before


def test_rebuilding_gives_the_same_rows_and_finds_lost_ones(world: World) -> None:
    cases = [in_follow_up(world), world.flagged(name="测试乙")]
    before = [stored(case) for case in cases]
    CaseFacts.objects.filter(case=cases[0]).delete()
    CaseFacts.objects.filter(case=cases[1]).update(declines=9, diagnosed_at=NOW)
    assert rebuild(batch=1) == 2
    assert [stored(case) for case in cases] == before


def test_case_numbers_and_names_are_not_in_the_row() -> None:
    names = {field.name for field in CaseFacts._meta.get_fields()}
    assert not names & {"number", "patient", "note", "registered_by"}
