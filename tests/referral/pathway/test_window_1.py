"""The walk-throughs of window 1."""

from datetime import timedelta

import pytest

from notifications.models import Notification
from referral.deadlines.engine import run_cycle
from referral.identity.birth import BirthDate
from referral.models import Case, Deadline, Offer
from referral.pathway.perform import EFFECTS, perform
from referral.pathway.refusals import AccessError, InputError, OfferNotOpen, VerbNotAllowed
from referral.pathway.vocabulary import Kind, State, Verb
from tests.world import HOUR, ILL, MINUTE, NOW, WELL, World, open_offer, sampled


def recipients_of(case: Case, kind: str) -> set[str]:
    return set(
        Notification.objects.filter(alert__payload__case=str(case.pk), alert__kind=kind).values_list(
            "recipient__name", flat=True
        )
    )


def deadline(case: Case, kind: Kind) -> Deadline:
    return Deadline.objects.filter(case=case, kind=kind).latest("starts_at")


def test_a_flagged_case_is_offered_to_the_first_ward_and_its_duty_is_told_in_the_same_moment(
    world: World,
) -> None:
    case = world.flagged()

    assert case.state == State.OFFERED
    assert open_offer(case).ward == world.ward
    assert recipients_of(case, "new_offer") == {"specialist"}
    assert {row.kind for row in case.deadlines.open()} == {
        "admit", "acknowledge", "decide", "follow_up_28", "follow_up_90"
    }  # fmt: skip
    assert deadline(case, Kind.ASSESS).state == "met"
    assert deadline(case, Kind.ADMIT).due_at == NOW + 48 * HOUR


def test_the_whole_window_meets_every_deadline(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.ACKNOWLEDGE, actor=world.specialist, now=NOW + 2 * MINUTE)
    perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + 10 * MINUTE, bed="12")
    perform(case, Verb.DEPART, actor=world.doctor, now=NOW + HOUR, expected_arrival_at=NOW + 3 * HOUR)
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + 3 * HOUR)

    assert case.state == State.ADMITTED
    assert {row.kind: row.state for row in case.deadlines.exclude(closed_at=None)} == {
        "assess": "met", "acknowledge": "met", "decide": "met", "admit": "met", "arrive": "met"
    }  # fmt: skip
    assert [event.number for event in case.events.all()] == list(range(1, case.event_count + 1))


def test_a_case_that_is_not_flagged_is_watched_and_flagged_by_later_values(world: World) -> None:
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=NOW, values=sampled(WELL, NOW))
    assert case.state == State.WATCHED
    assert deadline(case, Kind.REASSESS).due_at == NOW + 24 * HOUR

    later = NOW + 20 * HOUR
    case = perform(case, Verb.ASSESS, actor=world.doctor, now=later, values=sampled(ILL, later))
    assert case.state == State.OFFERED
    assert not case.flagged_late


def test_a_flag_after_a_day_leaves_a_day_and_is_counted_apart(world: World) -> None:
    late = NOW + 30 * HOUR
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=late, values=sampled(ILL, late))
    assert case.flagged_late
    assert deadline(case, Kind.ADMIT).due_at == late + 24 * HOUR
    assert deadline(case, Kind.ASSESS).state == "missed"


@pytest.mark.parametrize(("after", "is_late"), [(timedelta(0), False), (timedelta(seconds=1), True)])
def test_a_flag_that_leaves_less_than_its_share_of_the_window_is_late_to_the_second(
    world: World, after: timedelta, is_late: bool
) -> None:
    policy = world.network.policies.get()
    visit = NOW - policy.length(Kind.ADMIT) + timedelta(minutes=policy.late_flag_minutes) - after
    case = world.register(at=visit)
    case = perform(case, Verb.REFER, actor=world.doctor, now=NOW, reason="worried")
    assert case.flagged_late is is_late
    corrected = {"first_visit_at": visit + after + after - timedelta(seconds=1)}
    case = perform(case, Verb.CORRECT_FIRST_VISIT, actor=world.doctor, now=NOW, **corrected)
    assert case.flagged_late is not is_late


def test_a_declined_case_is_offered_to_the_next_ward(world: World) -> None:
    case = world.flagged()
    case = perform(case, Verb.DECLINE, actor=world.specialist, now=NOW + MINUTE, reason="no_bed")
    assert case.state == State.OFFERED
    assert open_offer(case).ward == world.second_ward
    assert recipients_of(case, "new_offer") == {"specialist", "specialist2"}


def test_a_case_declined_by_all_is_unplaced_until_the_coordinator_redirects_it(world: World) -> None:
    case = world.flagged()
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW + MINUTE, reason="no_bed")
    case = perform(case, Verb.DECLINE, actor=world.second_specialist, now=NOW + 2 * MINUTE, reason="no_staff")
    assert case.state == State.UNPLACED
    assert recipients_of(case, "unplaced") == {"coordinator", "doctor"}

    case = perform(case, Verb.REDIRECT, actor=world.coordinator, now=NOW + 5 * MINUTE, ward=world.ward)
    case = perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + 6 * MINUTE, bed="3")
    assert case.state == State.ACCEPTED
    assert deadline(case, Kind.PLACE).state == "met"


def test_an_offer_that_nobody_answers_climbs_the_ladder_and_goes_to_the_next_ward(world: World) -> None:
    case = world.flagged()
    run_cycle(NOW + 16 * MINUTE)
    assert recipients_of(case, "missed") >= {"lead"}
    run_cycle(NOW + 31 * MINUTE)
    assert recipients_of(case, "missed") >= {"lead", "coordinator"}
    run_cycle(NOW + 46 * MINUTE)
    case.refresh_from_db()
    assert open_offer(case).ward == world.second_ward
    assert Offer.objects.get(case=case, ward=world.ward).state == Offer.State.EXPIRED
    assert recipients_of(case, "new_offer") == {"specialist", "specialist2"}


def test_a_ward_that_was_passed_over_cannot_accept_the_stale_offer(world: World) -> None:
    case = world.flagged()
    stale = open_offer(case)
    perform(case, Verb.DECLINE, actor=world.specialist, now=NOW, reason="no_bed")
    with pytest.raises(OfferNotOpen):
        perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW, offer=stale.pk, bed="1")
    with pytest.raises(AccessError):
        perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW, bed="1")


def test_a_patient_who_arrives_unannounced_is_admitted_and_the_open_offer_superseded(world: World) -> None:
    case = world.flagged()
    case = world.admitted_elsewhere(case, NOW + HOUR)
    assert case.state == State.ADMITTED
    assert case.ward == world.second_ward
    assert Offer.objects.get(case=case).state == Offer.State.SUPERSEDED
    assert deadline(case, Kind.ADMIT).state == "met"


def test_only_an_admission_that_nobody_expected_is_called_one_and_ends_the_promise_of_another_ward(
    world: World,
) -> None:
    expected = world.admitted(name="测试乙")
    unexpected = world.admitted_elsewhere(world.accepted(), NOW + HOUR)
    called = {
        case.pk: case.events.get(what="admit").details.get("unannounced", False)
        for case in (expected, unexpected)
    }
    assert called == {expected.pk: False, unexpected.pk: True}
    promises = {case.pk: case.offers.get().state for case in (expected, unexpected)}
    assert promises == {expected.pk: Offer.State.ACCEPTED, unexpected.pk: Offer.State.SUPERSEDED}
    heard = {
        case.pk: Notification.objects.filter(
            recipient=world.coordinator, alert__payload__verb="admit", alert__payload__case=str(case.pk)
        ).exists()
        for case in (expected, unexpected)
    }
    assert heard == {expected.pk: False, unexpected.pk: True}


def test_a_ward_that_admits_unannounced_does_not_get_the_bed_that_another_ward_kept(world: World) -> None:
    case = world.accepted()
    assert case.bed
    case = world.admitted_elsewhere(case, NOW + HOUR)
    assert (case.ward, case.bed) == (world.second_ward, "")


def test_a_patient_who_dies_in_transit_is_closed_with_every_deadline(world: World) -> None:
    case = world.accepted()
    perform(case, Verb.DEPART, actor=world.doctor, now=NOW + HOUR, expected_arrival_at=NOW + 2 * HOUR)
    case = perform(
        case, Verb.RECORD_DEATH, actor=world.doctor, now=NOW + 3 * HOUR, occurred_at=NOW + 2 * HOUR
    )
    assert case.state == State.CLOSED
    assert not case.deadlines.open().exists()


def test_a_case_entered_by_mistake_is_cancelled_and_tells_the_ward_that_was_asked(world: World) -> None:
    case = perform(
        world.flagged(), Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=NOW, reason="wrong_patient"
    )
    assert case.state == State.CANCELLED
    assert recipients_of(case, "done") == {"specialist"}
    assert not case.deadlines.open().exists()
    with pytest.raises(VerbNotAllowed):
        perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=ILL)


def test_a_window_that_was_over_before_it_was_recorded_is_missed_at_once(world: World) -> None:
    case = world.register(at=NOW - 10 * HOUR)
    assert deadline(case, Kind.ASSESS).state == "missed"
    assert recipients_of(case, "missed") == {"doctor"}


def test_a_fact_recorded_late_that_happened_in_time_meets_its_deadline_and_both_lines_stay(
    world: World,
) -> None:
    case = world.accepted()
    run_cycle(NOW + 49 * HOUR)
    assert deadline(case, Kind.ADMIT).state == "missed"
    case = perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + 50 * HOUR, occurred_at=NOW + 40 * HOUR)
    assert deadline(case, Kind.ADMIT).state == "met"
    lines = list(case.events.values_list("what", flat=True))
    assert "deadline_missed" in lines
    assert "deadline_met_recorded_late" in lines


def test_admission_in_the_due_second_is_in_time_and_a_second_later_is_not(world: World) -> None:
    for seconds, expected in ((0, "met"), (1, "missed")):
        case = world.accepted(name=f"患者{seconds}")
        moment = NOW + 48 * HOUR + seconds * MINUTE / 60
        case = perform(case, Verb.ADMIT, actor=world.specialist, now=moment)
        assert deadline(case, Kind.ADMIT).state == expected


def test_a_closed_ward_is_not_asked(world: World) -> None:
    world.ward.closed_at = NOW
    world.ward.save()
    assert open_offer(world.flagged()).ward == world.second_ward


def test_nobody_on_duty_tells_the_lead_and_the_coordinator_and_stands_on_the_timeline(world: World) -> None:
    world.ward.shifts.all().delete()
    case = world.flagged()
    assert recipients_of(case, "new_offer") == {"lead", "coordinator"}
    assert case.events.filter(what="nobody_on_duty").exists()


def test_without_chronic_liver_disease_there_is_no_score_but_the_clinician_can_refer(world: World) -> None:
    case = world.register(chronic_liver_disease="none")
    case = perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=sampled(ILL, NOW))
    assert case.state == State.WATCHED
    assert case.assessment is not None
    assert case.assessment.risk_90d is None
    case = perform(case, Verb.REFER, actor=world.doctor, now=NOW, reason="worried")
    assert case.state == State.OFFERED


def test_impossible_times_are_refused(world: World) -> None:
    case = world.accepted()
    with pytest.raises(InputError, match="in_future"):
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW, occurred_at=NOW + 3 * MINUTE)
    with pytest.raises(InputError, match="out_of_order"):
        perform(case, Verb.ADMIT, actor=world.specialist, now=NOW, occurred_at=NOW - HOUR)
    with pytest.raises(InputError, match="in_future"):
        world.register(name="乙", at=NOW + HOUR)
    with pytest.raises(InputError, match="too_old"):
        world.register(name="丙", at=NOW - 31 * 24 * HOUR)


@pytest.mark.parametrize(
    ("target", "words"), [(State.CLOSED, "cannot end in closed"), (None, "must end in one of")]
)
def test_an_effect_that_ends_where_the_table_does_not_let_it_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch, target: State | None, words: str
) -> None:
    case = world.flagged()
    monkeypatch.setitem(EFFECTS, Verb.ACCEPT, lambda change, bed: target)
    with pytest.raises(AssertionError, match=words):
        perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW, bed="12")
    case.refresh_from_db()
    assert case.state == State.OFFERED
    assert not case.events.filter(what="accept").exists()


@pytest.mark.parametrize(
    ("typed", "doubted"), [(56, False), (57, False), (55, False), (54.9, True), (65, True)]
)
def test_an_age_that_is_not_that_of_the_birth_date_counts_and_is_doubted(
    world: World, typed: float, doubted: bool
) -> None:
    values = sampled({**ILL, "age_years": typed}, NOW)
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=NOW, values=values)

    assert case.assessment is not None and case.assessment.values["age_years"] == typed
    codes = {warning["code"] for warning in case.assessment.result["warnings"]}
    assert ("age_by_birth_date" in codes) is doubted


@pytest.mark.parametrize(
    ("typed", "doubted"), [(53, True), (53.9, True), (54, False), (58, False), (58.1, True)]
)
def test_an_age_by_an_estimated_birth_is_doubted_only_beyond_what_the_estimate_may_miss(
    world: World, typed: float, doubted: bool
) -> None:
    case = world.register(birth_date=BirthDate.of_age(56, NOW.date()))
    values = sampled({**ILL, "age_years": typed}, NOW)
    case = perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=values)
    assert case.assessment is not None
    codes = {warning["code"] for warning in case.assessment.result["warnings"]}
    assert ("age_by_birth_date" in codes) is doubted


def test_assessments_are_numbered_from_one(world: World) -> None:
    case = world.watched()
    for _turn in range(2):
        perform(case, Verb.ASSESS, actor=world.doctor, now=NOW, values=sampled(WELL, NOW))
    assert [*case.assessments.order_by("number").values_list("number", flat=True)] == [1, 2, 3]


@pytest.mark.parametrize(("said", "bed"), [({}, "12"), ({"bed": ""}, "12"), ({"bed": "7"}, "7")])
def test_the_promised_bed_is_the_patients_unless_the_ward_names_another(
    world: World, said: dict[str, str], bed: str
) -> None:
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW, **said)
    assert case.bed == bed
    assert case.events.get(what=Verb.ADMIT).details["bed"] == bed
