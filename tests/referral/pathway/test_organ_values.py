"""The organ table takes raw values with their units and times, and nobody types a ratio."""

import pytest

from referral.models import Deadline, OrganFailureAssessment
from referral.pathway.refusals import ConfirmationNeeded
from referral.pathway.vocabulary import Kind, Verb
from tests.referral.in_ward import LATER, SOUND, TWO, does, refusal
from tests.world import HOUR, NOW, World

ROOM_AIR = {"spo2_percent": 98, "fio2": 0.21}


def test_saturation_and_oxygen_fraction_are_kept_with_their_ratio(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO, **ROOM_AIR)
    row = OrganFailureAssessment.objects.get()
    assert row.subscores["respiration"] == 1
    assert row.values["spo2_percent"] == 98
    assert row.values["spo2_fio2"] == pytest.approx(466.7)
    assert row.entered["fio2"] == {"value": 0.21}


@pytest.mark.parametrize("ratio", [98, "98", 96.5, 100])
def test_a_saturation_typed_as_ratio_never_becomes_a_third_failure(world: World, ratio: object) -> None:
    case = world.admitted()
    typed = {**TWO, "spo2_fio2": ratio, "confirmed": ["spo2_fio2"]}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **typed) == {("spo2_fio2", "out_of_range")}
    assert not Deadline.objects.filter(case=case, kind=Kind.TRANSPLANT).exists()


def test_a_saturation_without_its_oxygen_is_asked_about_and_counts_for_nothing(world: World) -> None:
    case = world.admitted()
    with pytest.raises(ConfirmationNeeded) as asked:
        does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO, spo2_percent=85)
    assert [(field, code) for field, code, _message in asked.value.rows] == [("fio2", "needs_confirmation")]
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **TWO, spo2_percent=85, confirmed=["fio2"])
    assert "respiration" in OrganFailureAssessment.objects.get().missing


def test_an_inr_in_seconds_is_asked_about_in_the_organ_table_too(world: World) -> None:
    with pytest.raises(ConfirmationNeeded) as asked:
        does(world, world.admitted(), Verb.ASSESS_ORGAN_FAILURE, inr=18.5)
    ((_field, _code, message),) = asked.value.rows
    assert "PT" in str(message)


def test_the_time_of_the_blood_is_kept_and_cannot_follow_the_table(world: World) -> None:
    case = world.admitted()
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **SOUND, sampled_at=LATER - HOUR)
    assert OrganFailureAssessment.objects.get().sampled_at == LATER - HOUR
    late = {**SOUND, "sampled_at": LATER, "occurred_at": NOW + HOUR}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **late) == {("sampled_at", "out_of_order")}
    ahead = {**SOUND, "sampled_at": LATER + HOUR}
    assert refusal(world, case, Verb.ASSESS_ORGAN_FAILURE, **ahead) == {("sampled_at", "in_future")}


def test_what_the_published_scores_need_beside_the_organs_is_kept_in_any_unit(world: World) -> None:
    case = world.admitted()
    beside = {
        **{"albumin_g_l": 2.9, "albumin_unit": "g/dL", "wbc_10e9_l": 9100, "wbc_unit": "/uL"},
        **{"neutrophils_10e9_l": 7.2, "lactate_mmol_l": 27, "lactate_unit": "mg/dL", "ascites": "mild"},
    }
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **SOUND, **beside)
    values = OrganFailureAssessment.objects.get().values
    assert values["albumin_g_l"] == pytest.approx(29)
    assert values["wbc_10e9_l"] == pytest.approx(9.1)
    assert values["lactate_mmol_l"] == pytest.approx(3.0, abs=0.01)
    assert values["ascites"] == "mild"
