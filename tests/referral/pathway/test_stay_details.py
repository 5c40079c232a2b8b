"""Details of the second window: sessions, nutrition with protein, the way to a transplant, precipitants."""

from typing import Any

import pytest

from referral.models import ArtificialLiverSession, Intervention, NutritionDay, NutritionTarget
from referral.pathway.inputs import parse_inputs
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Kind, Verb
from referral.ward.checklist import LISTING, TRANSPLANT
from referral.ward.codes import FINAL, Progress
from referral.ward.codes import TransplantDecision as Decision
from referral.ward.precipitants import CODINGS, fitting
from referral.ward.record import ward_record
from scoring import nutrition
from tests.referral.in_ward import DAY, LATER, THREE, deadline, does, refusal
from tests.world import HOUR, NOW, World

SESSION = {"mode": "dpmas_pe", "started_at": NOW + HOUR, "ended_at": NOW + 1.5 * HOUR}


def typed(verb: Verb, **raw: Any) -> dict[str, Any]:
    nobody: Any = None
    return parse_inputs(verb, raw, case=nobody, user=nobody)


def test_a_session_keeps_plasma_anticoagulant_access_and_values_around_it(world: World) -> None:
    around = {"bilirubin_umol_l_before": 402, "bilirubin_umol_l_after": 230, "inr_before": 2.6}
    details = {"plasma_ml": 2000, "anticoagulant": "citrate", "access": "femoral"}
    case = does(world, world.admitted(), Verb.RECORD_ARTIFICIAL_LIVER, **SESSION, **details, **around)
    row = ArtificialLiverSession.objects.get(case=case)
    assert (row.plasma_ml, row.anticoagulant, row.access) == (2000, "citrate", "femoral")
    assert row.before == {"bilirubin_umol_l": 402, "inr": 2.6}
    assert row.after == {"bilirubin_umol_l": 230}


def test_a_session_needs_no_more_than_its_mode_and_times(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_ARTIFICIAL_LIVER, **SESSION)
    row = ArtificialLiverSession.objects.get(case=case)
    assert (row.plasma_ml, row.anticoagulant, row.before, row.after) == (None, "", {}, {})


@pytest.mark.parametrize(
    ("text", "number"),
    [("2000", 2000), ("２０００", 2000), ("2000 mL", 2000), ("1500,5", 1500.5), (" 90 ", 90)],
)
def test_numbers_are_read_as_people_write_them(text: str, number: float) -> None:
    assert typed(Verb.RECORD_ARTIFICIAL_LIVER, **SESSION, plasma_ml=text)["plasma_ml"] == number


@pytest.mark.parametrize("text", ["2000 g", "many", "<2000", "1,500", "-5", "1e9", "2_000"])
def test_what_is_no_such_number_is_refused_at_its_field(text: str) -> None:
    with pytest.raises(InputError) as refused:
        typed(Verb.RECORD_ARTIFICIAL_LIVER, **SESSION, plasma_ml=text)
    assert [row[0] for row in refused.value.rows] == ["plasma_ml"]


def test_protein_is_planned_and_taken_beside_the_energy(world: World) -> None:
    case = does(
        *(world, world.admitted(), Verb.SET_NUTRITION_TARGET),
        height_cm=170,
        weight_kg=60,
        protein_g=78,
        with_ascites=True,
    )
    day = NOW.date()
    does(world, case, Verb.RECORD_INTAKE, day=day, kcal=1200, protein_g=51.6, night_snack=True)
    target, eaten = NutritionTarget.objects.get(case=case), NutritionDay.objects.get(case=case)
    assert (target.protein_g, target.with_ascites) == (78, True)
    assert (eaten.protein_g, eaten.night_snack) == (52, True)
    (row,) = ward_record(case).days
    assert (row.protein_g, row.night_snack) == (52, True)


def test_the_published_ranges_follow_the_weight() -> None:
    assert nutrition.published_energy(60) == (1800, 2100)
    assert nutrition.published_protein(60) == (72, 90)


@pytest.mark.parametrize("decision", Decision)
def test_only_what_is_final_ends_the_days_to_a_transplant(world: World, decision: Decision) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **THREE)
    reason = {"reason": "infection"} if decision in (Decision.AGAINST, Decision.CONTRAINDICATED) else {}
    case = does(world, case, Verb.DECIDE_TRANSPLANT, LATER + DAY, decision=decision, **reason)
    assert (deadline(case, Kind.TRANSPLANT).closed_at is not None) == (decision in FINAL)


def test_a_contraindication_needs_its_reason_and_a_status_none(world: World) -> None:
    case, verb = world.admitted(), Verb.DECIDE_TRANSPLANT
    assert refusal(world, case, verb, decision="contraindicated") == {("reason", "required")}
    for status in ("not_considered", "evaluated", "donor_found"):
        assert refusal(world, case, verb, decision=status, reason="cost") == {("reason", "not_needed")}


def test_the_checklist_follows_the_way_to_a_transplant(world: World) -> None:
    case = does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, **THREE)
    for hours, decision, listing, transplant in (
        (3, "not_considered", "", ""),
        (4, "evaluated", Progress.PLANNED, ""),
        (5, "listed", Progress.DONE, ""),
        (6, "donor_found", Progress.DONE, Progress.PLANNED),
        (7, "transplanted", Progress.DONE, Progress.DONE),
    ):
        case = does(world, case, Verb.DECIDE_TRANSPLANT, NOW + hours * HOUR, decision=decision)
        items = {item.code: item.progress for item in ward_record(case).checklist}
        assert (items[LISTING], items[TRANSPLANT]) == (listing, transplant), decision


@pytest.mark.parametrize(
    ("precipitant", "icd10"), [("FUNGAL_INF", "B44.0"), ("COVID", "U07.1"), ("EXERTION", "X50")]
)
def test_further_precipitants_have_codes_of_their_own(world: World, precipitant: str, icd10: str) -> None:
    case = world.admitted()
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant=precipitant, icd10=icd10)
    assert [code.value for code in fitting(icd10)] == [precipitant]


def test_every_code_says_which_precipitants_it_fits() -> None:
    for precipitant, coding in CODINGS.items():
        assert all(precipitant in fitting(code) for code in coding.icd10)


def test_another_precipitant_is_named_in_words(world: World) -> None:
    case = world.admitted()
    assert refusal(world, case, Verb.RECORD_PRECIPITANT, precipitant="OTHER") == {("note", "required")}
    does(world, case, Verb.RECORD_PRECIPITANT, precipitant="OTHER", note="heat stroke")


def test_a_treatment_of_the_precipitant_has_a_kind(world: World) -> None:
    case = world.admitted()
    given = {"precipitant": "HBV_FLARE", "treatment": "antiviral", "note": "begun today"}
    case = does(world, case, Verb.RECORD_INTERVENTION, **given)
    assert Intervention.objects.get(case=case).treatment == "antiviral"
    assert case.events.get(what="record_intervention").details["treatment"] == "antiviral"
