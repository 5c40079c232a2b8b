"""The values of a case are one list: of both sides, in time order, with unit, origin and who entered them."""

from referral.intake.drafts import save_indicators
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import Origin, Value, case_values
from referral.queries.cases import read_case
from referral.queries.referral_reasons import grounds_of
from tests.referral.in_ward import LATER, does
from tests.world import HOUR, ILL, MINUTE, NOW, World, sampled


def of(case: Case, name: str) -> list[Value]:
    case = Case.objects.get(pk=case.pk)
    return [value for value in case_values(case).values if value.input == name]


def test_a_draft_is_a_value_with_its_typed_unit_its_time_and_its_person(world: World) -> None:
    case, drawn = world.register(), NOW - HOUR
    typed = {"bilirubin": "18.1", "bilirubin_unit": "mg/dL", "sampled_at": drawn.isoformat()}
    save_indicators(case=case, actor=world.doctor, values=typed, now=NOW + MINUTE)
    (value,) = of(case, "bilirubin")
    assert (value.typed, value.unit) == ("18.1", "mg/dL")
    assert round(value.value, 1) == 309.5
    assert (value.sampled_at, value.origin, value.record) == (drawn, Origin.DRAFT, None)
    assert (value.entered_by, value.entered_at) == (world.doctor.pk, NOW + MINUTE)


def test_each_value_of_a_draft_keeps_who_entered_it_and_when(world: World) -> None:
    case = world.register()
    save_indicators(case=case, actor=world.doctor, values={"inr": "2.2"}, now=NOW + MINUTE)
    again = {"inr": "2.2", "sodium_mmol_l": 131}
    save_indicators(case=case, actor=world.doctor, values=again, now=NOW + HOUR)
    assert of(case, "inr")[0].entered_at == NOW + MINUTE
    assert of(case, "sodium_mmol_l")[0].entered_at == NOW + HOUR


def test_what_was_assessed_is_no_draft_any_more(world: World) -> None:
    case = world.register()
    save_indicators(case=case, actor=world.doctor, values={"inr": "2.2"}, now=NOW)
    rest = {name: value for name, value in sampled(ILL, NOW).items() if name != "inr"}
    perform(case, Verb.ASSESS, actor=world.doctor, now=NOW + HOUR, values=rest)
    assert [value.origin for value in of(case, "inr")] == [Origin.ASSESSMENT]
    save_indicators(case=case, actor=world.doctor, values={"inr": 3.1}, now=NOW + 2 * HOUR)
    assert [value.value for value in of(case, "inr")] == [2.2, 3.1]


def test_the_newest_value_is_the_one_drawn_last_whoever_entered_it(world: World) -> None:
    case = world.admitted()
    table = {"inr": 2.6, "bilirubin": 333, "bilirubin_unit": "umol/L"}
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **table, sampled_at=LATER - HOUR)
    latest = case_values(Case.objects.get(pk=case.pk)).latest
    assert (latest["inr"].value, latest["inr"].origin, latest["inr"].at) == (2.6, Origin.ORGANS, LATER - HOUR)
    assert latest["urea"].origin == Origin.ASSESSMENT


def test_an_old_sample_that_is_entered_late_is_not_the_newest(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=1.3, sampled_at=NOW - 5 * HOUR)
    assert case_values(Case.objects.get(pk=case.pk)).latest["inr"].value == ILL["inr"]


def test_ratio_immune_markers_and_answers_are_values_too(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, spo2_percent=96, fio2=40, vasopressors=False)
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=LATER - HOUR, ferritin_ng_ml=900)
    latest = case_values(Case.objects.get(pk=case.pk)).latest
    assert (latest["spo2_fio2"].value, latest["spo2_fio2"].typed) == (240, None)
    assert (latest["fio2"].value, latest["fio2"].typed) == (0.4, 40)
    assert latest["vasopressors"].value is False
    assert latest["ferritin_ng_ml"].origin == Origin.IMMUNE


def test_what_was_entered_in_error_is_no_value(world: World) -> None:
    case = world.admitted()
    table = does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=6.2)
    record = table.organfailureassessment_set.get()
    does(world, case, Verb.RETRACT_RECORD, record=record, reason="wrong_patient")
    assert 6.2 not in [value.value for value in of(case, "inr")]


def test_what_is_missing_and_the_red_flags_of_a_draft_are_known(world: World) -> None:
    case = world.register()
    save_indicators(case=case, actor=world.doctor, values={"inr": 2, "encephalopathy_grade": 3}, now=NOW)
    answer = case_values(Case.objects.get(pk=case.pk))
    assert answer.missing == ("cirrhosis", "variceal_bleeding", "bilirubin", "urea", "sodium_mmol_l")
    assert answer.red_flags == ("encephalopathy_grade_3_4",)


def test_reading_a_case_loads_its_values_once_and_the_same(world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=2.6)
    loaded = read_case(world.specialist, case.pk, now=LATER)
    with django_assert_num_queries(0):
        values = case_values(loaded).values
        grounds_of(loaded)
    assert values == case_values(Case.objects.select_related("assessment").get(pk=case.pk)).values


def test_reason_and_note_of_a_referral_are_its_grounds(world: World) -> None:
    case = world.register()
    perform(
        case, Verb.REFER, actor=world.doctor, now=NOW + HOUR, reason="values_missing", note="bleeding again"
    )
    (ground,) = grounds_of(case)
    assert str(ground.reason)
    assert (ground.note, ground.by, ground.at) == ("bleeding again", world.doctor, NOW + HOUR)
