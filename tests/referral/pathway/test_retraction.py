"""What the ward recorded by mistake: it stays readable, counts no longer, and the rest follows."""

from datetime import datetime
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from referral.deadlines.engine import run_cycle
from referral.models import (
    RETRACTABLE,
    Case,
    CaseFacts,
    Intervention,
    KitResult,
    OrganFailureAssessment,
    Precipitant,
    Record,
    Retraction,
)
from referral.models.statistics import LATE
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError
from referral.pathway.vocabulary import Kind, Verb
from referral.statistics.reports.kit import kit_record
from referral.ward.codes import RecordKind
from referral.ward.record import counting, ward_record
from tests.referral.in_ward import DAY, THREE, TWO, deadline, does, refusal
from tests.referral.statistics.replaying import Replay, case_facts_from_events
from tests.world import HOUR, MINUTE, NOW, World

RECORDED: dict[RecordKind, tuple[Verb, dict[str, Any]]] = {
    RecordKind.KIT_RESULT: (
        Verb.RECORD_KIT_RESULT,
        {"lot": "K1", "sampled_at": NOW + HOUR, "answer": "positive"},
    ),
    RecordKind.ORGAN_FAILURE: (Verb.ASSESS_ORGAN_FAILURE, TWO),
    RecordKind.TRANSPLANT_DECISION: (Verb.DECIDE_TRANSPLANT, {"decision": "listed"}),
    RecordKind.PRECIPITANT: (Verb.RECORD_PRECIPITANT, {"precipitant": "BACT_INF"}),
    RecordKind.INTERVENTION: (Verb.RECORD_INTERVENTION, {"precipitant": "BACT_INF", "note": "x"}),
    RecordKind.ARTIFICIAL_LIVER: (
        Verb.RECORD_ARTIFICIAL_LIVER,
        {"mode": "dpmas", "started_at": NOW + HOUR, "ended_at": NOW + 90 * MINUTE},
    ),
    RecordKind.IMMUNE_STATUS: (
        Verb.RECORD_IMMUNE_STATUS,
        {"sampled_at": NOW + HOUR, "ferritin_ng_ml": 900},
    ),
    RecordKind.PANEL: (Verb.RECORD_PANEL, {"sampled_at": NOW + HOUR, "albumin_g_l": 31}),
}


def retract(world: World, case: Case, record: Record, now: datetime = NOW + 4 * HOUR) -> Case:
    return does(world, case, Verb.RETRACT_RECORD, now, record=record, reason="wrong_values")


def without_indicators(world: World) -> Case:
    """A case in the first ward of which nobody has measured anything yet."""
    case = perform(world.register(), Verb.REFER, actor=world.doctor, now=NOW, reason="worried")
    return perform(case, Verb.ADMIT, actor=world.specialist, now=NOW)


def stored_equal_events(case: Case) -> bool:
    stored = CaseFacts.objects.filter(pk=case.pk).values().get()
    replayed = case_facts_from_events(case)
    return {name: stored[name] for name in replayed} == replayed


@pytest.mark.parametrize("kind", RECORDED)
def test_every_record_that_no_newer_one_replaces_is_marked_and_counts_no_longer(
    world: World, kind: RecordKind
) -> None:
    verb, inputs = RECORDED[kind]
    case = does(world, world.admitted(), verb, **inputs)
    record = RETRACTABLE[kind].objects.get()
    assert [(kind, record)] == [pair for pair in ward_record(case).mistakable if pair[0] == kind]

    retract(world, case, record)
    said = Retraction.objects.get()
    assert (said.record, said.kind, said.reason, said.actor) == (
        record.pk, kind, "wrong_values", world.specialist
    )  # fmt: skip
    assert not RETRACTABLE[kind].objects.counting().exists()
    assert RETRACTABLE[kind].objects.exists()
    assert kind not in {kept for kept, _row in ward_record(case).mistakable}
    event = case.events.get(what="retract_record")
    assert (event.details["retracted"], event.details["of"]) == (str(record.pk), kind)
    assert refusal(
        world, case, Verb.RETRACT_RECORD, NOW + 5 * HOUR, record=record, reason="test_entry"
    ) == {("record", "not_found")}  # fmt: skip
    assert stored_equal_events(case)


def test_every_kind_of_record_that_can_be_a_mistake_is_tried() -> None:
    assert set(RECORDED) == set(RETRACTABLE)


def test_only_the_ward_that_has_the_patient_takes_back_and_nobody_rewrites_it(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_PRECIPITANT, precipitant="HEV")
    record = Precipitant.objects.get()
    for stranger in (world.doctor, world.coordinator):
        with pytest.raises(AccessError):
            perform(
                case,
                Verb.RETRACT_RECORD,
                actor=stranger,
                now=NOW + 3 * HOUR,
                record=record,
                reason="test_entry",
            )
    retract(world, case, record)
    with pytest.raises(DatabaseError), transaction.atomic():
        Retraction.objects.update(reason="test_entry")


def test_a_record_of_another_case_is_not_taken_back(world: World) -> None:
    does(world, world.admitted(name="甲一"), Verb.RECORD_PRECIPITANT, precipitant="HEV")
    other = world.admitted(name="甲二")
    assert refusal(
        world, other, Verb.RETRACT_RECORD, record=Precipitant.objects.get(), reason="wrong_patient"
    ) == {("record", "not_found")}  # fmt: skip


def test_nothing_of_a_kit_result_changes_but_what_is_computed_from_other_records(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.KIT_RESULT]
    does(world, world.admitted(), verb, **inputs)
    with pytest.raises(DatabaseError), transaction.atomic():
        KitResult.objects.update(answer="negative")
    with pytest.raises(DatabaseError), transaction.atomic():
        KitResult.objects.all().delete()


def test_the_time_to_treat_runs_again_when_its_only_treatment_was_a_mistake(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    case = does(world, world.admitted(), verb, **inputs)
    due = deadline(case, Kind.TREAT_PRECIPITANT).due_at
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "met"

    case = retract(world, case, Intervention.objects.get())
    row = deadline(case, Kind.TREAT_PRECIPITANT)
    assert (row.state, row.due_at, row.closed_at) == ("open", due, None)
    assert CaseFacts.objects.get(pk=case.pk).intervened_at is None
    assert stored_equal_events(case)

    run_cycle(due + MINUTE)
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "missed"
    case = does(world, case, verb, due + HOUR, **inputs)
    assert CaseFacts.objects.get(pk=case.pk).treat_precipitant_verdict == LATE
    assert stored_equal_events(case)


def test_the_next_treatment_answers_for_the_time_limit_and_may_be_late(world: World) -> None:
    case = world.admitted()
    limit = deadline(case, Kind.TREAT_PRECIPITANT).due_at
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    for moment in (NOW + 2 * HOUR, NOW + 3 * HOUR, limit + HOUR):
        case = does(world, case, verb, moment, **inputs)
    for place, (state, closed) in enumerate([("met", NOW + 3 * HOUR), ("missed", limit + HOUR)]):
        case = retract(world, case, Intervention.objects.all()[place], limit + 2 * HOUR)
        row = deadline(case, Kind.TREAT_PRECIPITANT)
        assert (row.state, row.closed_at) == (state, closed)
        assert stored_equal_events(case)


def test_a_later_treatment_that_was_a_mistake_leaves_the_first_in_force(world: World) -> None:
    case = world.admitted()
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    for _twice in range(2):
        case = does(world, case, verb, NOW + 2 * HOUR, **inputs)
    case = retract(world, case, Intervention.objects.all()[1])
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "met"
    assert stored_equal_events(case)


def test_none_found_is_taken_back_and_a_precipitant_can_be_named(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_PRECIPITANT, precipitant="UNKNOWN")
    case = retract(world, case, Precipitant.objects.get())
    assert deadline(case, Kind.TREAT_PRECIPITANT).state == "open"
    assert stored_equal_events(case)
    case = does(world, case, Verb.RECORD_PRECIPITANT, NOW + 5 * HOUR, precipitant="BACT_INF")
    assert ward_record(case).has_infection


def test_a_precipitant_stays_while_its_treatment_counts(world: World) -> None:
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    case = does(world, world.admitted(), verb, **inputs)
    precipitant = Precipitant.objects.get()
    assert refusal(
        world, case, Verb.RETRACT_RECORD, NOW + 4 * HOUR, record=precipitant, reason="wrong_values"
    ) == {("record", "has_treatment")}  # fmt: skip
    case = retract(world, case, Intervention.objects.get())
    case = retract(world, case, precipitant)
    record = ward_record(case)
    assert not record.has_infection
    assert not counting(record.precipitants)
    does(world, case, Verb.RECORD_PRECIPITANT, NOW + 5 * HOUR, precipitant="UNKNOWN")


def test_a_transplant_that_never_was_opens_the_days_to_it_again(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **THREE)
    case = does(world, case, Verb.DECIDE_TRANSPLANT, NOW + 3 * HOUR, decision="transplanted")
    assert deadline(case, Kind.TRANSPLANT).state == "met"
    case = retract(world, case, ward_record(case).decisions[0])
    assert deadline(case, Kind.TRANSPLANT).state == "open"
    assert [item.progress for item in ward_record(case).checklist if item.code == "transplant"] == [""]
    assert stored_equal_events(case)


def test_a_transplant_that_never_was_contradicts_no_outcome(world: World) -> None:
    case = does(world, world.diagnosed(), Verb.DECIDE_TRANSPLANT, NOW + DAY, decision="transplanted")
    case = perform(
        case, Verb.RECORD_OUTCOME, actor=world.doctor, now=NOW + 29 * DAY, day=28, status="alive"
    )  # fmt: skip
    assert case.outcome_disputed
    case = retract(world, case, ward_record(case).decisions[0], NOW + 29 * DAY)
    assert not case.outcome_disputed


def test_a_retracted_result_is_not_the_kits_and_the_next_one_counts(world: World) -> None:
    case = without_indicators(world)
    verb, inputs = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, case, verb, **inputs)
    case = does(world, case, verb, NOW + 3 * HOUR, **{**inputs, "answer": "negative"})
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * DAY, **TWO)
    rows = CaseFacts.objects.filter(pk=case.pk)
    for record, cells in ((None, (1, 0)), (KitResult.objects.first(), (0, 1))):
        if record is not None:
            case = retract(world, case, record, NOW + 4 * DAY)
        whole = kit_record(rows, now=NOW + 40 * DAY, hides_small=False).whole
        assert whole is not None
        assert (whole.true_positive, whole.false_negative) == cells


def test_failure_at_sampling_follows_the_tables_and_equals_the_events(world: World) -> None:
    case = without_indicators(world)
    verb, inputs = RECORDED[RecordKind.KIT_RESULT]
    case = does(world, case, verb, **inputs)
    steps: list[tuple[bool | None, Verb, dict[str, Any]]] = [
        (True, Verb.ASSESS_ORGAN_FAILURE, {**TWO, "occurred_at": NOW + 30 * MINUTE}),
        (False, Verb.ASSESS_ORGAN_FAILURE, {"inr": 1.1, "occurred_at": NOW + 40 * MINUTE}),
    ]
    seen = [KitResult.objects.get().organ_failure_at_sampling]
    for _expected, step, given in steps:
        case = does(world, case, step, NOW + 3 * HOUR, **given)
        seen.append(KitResult.objects.get().organ_failure_at_sampling)
    for table in OrganFailureAssessment.objects.order_by("-occurred_at"):
        case = retract(world, case, table)
        seen.append(KitResult.objects.get().organ_failure_at_sampling)
        replay = Replay(case, case.first_visit_at)
        for event in case.events.order_by("number"):
            replay.read(event)
        kit = KitResult.objects.get()
        assert replay.kits == {str(kit.pk): kit.organ_failure_at_sampling}
        assert kit_record(
            CaseFacts.objects.filter(pk=case.pk), now=NOW + 40 * DAY, hides_small=False
        ).beside_purpose == int(bool(kit.organ_failure_at_sampling))  # fmt: skip
    assert seen == [None, True, False, True, None]


def test_after_the_patient_has_left_a_treatment_that_never_was_leaves_the_time_limit_unmet(
    world: World,
) -> None:
    verb, inputs = RECORDED[RecordKind.INTERVENTION]
    for name, leaves, state, verdict in (
        ("早", NOW + DAY, "cancelled", None),
        ("晚", NOW + 3 * DAY, "missed", LATE),
    ):
        case = does(world, world.admitted(name=name), verb, **inputs)
        case = does(world, case, Verb.DIAGNOSE, category="early_aclf")
        case = does(world, case, Verb.BACK_REFER, leaves, plan="plan")
        record = Intervention.objects.counting().get(case=case)
        case = retract(world, case, record, NOW + 9 * DAY)
        assert deadline(case, Kind.TREAT_PRECIPITANT).state == state
        assert CaseFacts.objects.get(pk=case.pk).treat_precipitant_verdict == verdict
        assert stored_equal_events(case)


def test_a_mistake_is_taken_back_when_the_case_is_closed_and_the_outcome_is_looked_at_again(
    world: World,
) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **THREE)
    case = does(world, case, Verb.ASSESS_ORGAN_FAILURE, NOW + 3 * HOUR, **THREE)
    case = does(world, case, Verb.DIAGNOSE, NOW + 3 * HOUR, category="aclf")
    case = does(world, case, Verb.BACK_REFER, NOW + DAY, plan="plan")
    for day in (28, 90):
        at = NOW + (day + 1) * DAY
        case = perform(case, Verb.RECORD_OUTCOME, actor=world.doctor, now=at, day=day, status="alive")
    for place, state in enumerate(("cancelled", "cancelled")):
        case = retract(world, case, OrganFailureAssessment.objects.all()[place], NOW + 99 * DAY)
        assert (case.state, deadline(case, Kind.TRANSPLANT).state) == ("closed", state)
        assert stored_equal_events(case)
