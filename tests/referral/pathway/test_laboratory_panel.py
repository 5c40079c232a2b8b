"""The routine laboratory panel: one form, one sample, every value with its unit, time and origin."""

from typing import Any

import pytest

from labs.reading import read_text
from labs.readings.requests import read_pasted
from referral.models import Case, LaboratoryPanel
from referral.pathway.inputs import VERB_INPUTS, Shape
from referral.pathway.perform import usable_verbs
from referral.pathway.refusals import ConfirmationNeeded
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import Origin, case_values
from scoring import comparator_gaps, read_inputs
from scoring.inputs import INPUTS
from tests.referral.in_ward import LATER, does, refusal
from tests.world import HOUR, NOW, World

VALUES: dict[str, Any] = {
    "bilirubin": "310 µmol/L", "bilirubin_unit": "umol/L", "albumin_g_l": "2.9", "albumin_unit": "g/dL",
    "inr": "２.１", "creatinine": 1.1, "creatinine_unit": "mg/dL", "sodium_mmol_l": 131, "urea": 8,
    "urea_unit": "mmol/L", "wbc_10e9_l": 9, "neutrophils_10e9_l": 7, "platelets_10e9_l": 80,
    "lactate_mmol_l": 2, "alt_u_l": 400, "ast_u_l": 300, "ast_upper_limit_u_l": 40,
    "glucose_mmol_l": 90, "glucose_unit": "mg/dL", "ammonia_umol_l": 88, "potassium_mmol_l": 3.4,
    "hbsag": "阳性", "hbeag": "negative", "arterial_ph": 7.41, "paco2": 4.8, "paco2_unit": "kPa",
}  # fmt: skip


def panel(case: Case) -> LaboratoryPanel:
    return LaboratoryPanel.objects.get(case=case)


def test_a_panel_keeps_every_value_as_typed_and_normalised(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_PANEL, sampled_at=LATER - HOUR, **VALUES)
    row = panel(case)
    assert row.occurred_at == LATER - HOUR
    assert row.entered["albumin_g_l"] == {"value": "2.9", "unit": "g/dL"}
    assert (row.values["albumin_g_l"], row.values["inr"], row.values["hbsag"]) == (29, 2.1, "positive")
    assert round(row.values["glucose_mmol_l"], 2) == 5.0
    assert round(row.values["paco2_mmhg"], 1) == 36.0
    event = case.events.get(what="record_panel")
    assert event.details["values"] == len([name for name in VALUES if not name.endswith("_unit")])


def test_its_values_are_values_of_the_case_with_the_time_of_sampling(world: World) -> None:
    case = does(world, world.admitted(), Verb.RECORD_PANEL, sampled_at=LATER - HOUR, **VALUES)
    latest = case_values(Case.objects.get(pk=case.pk)).latest
    assert (latest["potassium_mmol_l"].value, latest["potassium_mmol_l"].origin) == (3.4, Origin.PANEL)
    assert (latest["albumin_g_l"].typed, latest["albumin_g_l"].unit) == ("2.9", "g/dL")
    assert latest["inr"].sampled_at == LATER - HOUR


def test_with_the_bedside_table_every_published_score_can_be_computed(world: World) -> None:
    asked = {one.name for one in VERB_INPUTS[Verb.RECORD_PANEL] if one.shape is Shape.MEASURED}
    bedside = {one.name for one in VERB_INPUTS[Verb.ASSESS_ORGAN_FAILURE] if one.shape is Shape.MEASURED}
    beside = {"age_years": 50, "sex": "male", "ascites": "mild"}
    every = {name: _usual(name) for name in INPUTS if name in asked | bedside} | beside
    gaps = comparator_gaps(read_inputs(every))
    assert {name: lacking for name, lacking in gaps.items() if lacking} == {}


def _usual(name: str) -> Any:
    spec = INPUTS[name]
    if spec.kind in ("flag", "choice"):
        return False if spec.kind == "flag" else spec.choices[0]
    if spec.kind == "grade":
        return 1
    middle = {"fio2": 0.21}.get(name) or sum(limit or 2 for limit in spec.soft) / 2
    return f"{middle:g} {spec.unit}" if spec.units and not spec.unit_in_name else middle


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ({}, ("bilirubin", "required")),
        ({"potassium_mmol_l": 44}, ("potassium_mmol_l", "out_of_range")),
        ({"potassium_mmol_l": "four"}, ("potassium_mmol_l", "not_a_number")),
        ({"hbsag": "perhaps"}, ("hbsag", "not_a_choice")),
        ({"bilirubin": 310}, ("bilirubin_unit", "unit_missing")),
        ({"neutrophils_10e9_l": 12, "wbc_10e9_l": 9}, ("neutrophils_10e9_l", "neutrophils_exceed_wbc")),
        ({"inr": 18.5}, ("inr", "needs_confirmation")),
        ({"crp_mg_l": 700}, ("crp_mg_l", "needs_confirmation")),
        ({"pao2": 80, "pao2_unit": "mmHg"}, ("fio2", "needs_confirmation")),
    ],
)
def test_what_cannot_be_or_is_doubtful_is_said_at_its_field(
    world: World, typed: dict[str, Any], refused: tuple[str, str]
) -> None:
    assert refused in refusal(world, world.admitted(), Verb.RECORD_PANEL, sampled_at=LATER, **typed)
    assert not LaboratoryPanel.objects.exists()


def test_a_doubtful_value_is_kept_once_somebody_confirms_it(world: World) -> None:
    case = world.admitted()
    with pytest.raises(ConfirmationNeeded):
        does(world, case, Verb.RECORD_PANEL, sampled_at=LATER, ammonia_umol_l=600)
    does(world, case, Verb.RECORD_PANEL, sampled_at=LATER, ammonia_umol_l=600, confirmed=["ammonia_umol_l"])
    assert panel(case).confirmed == ["ammonia_umol_l"]


def test_a_sample_is_neither_of_the_future_nor_older_than_the_first_visit(world: World) -> None:
    case = world.admitted()
    for moment in (LATER + HOUR, case.first_visit_at - HOUR):
        assert {field for field, _code in refusal(
            world, case, Verb.RECORD_PANEL, sampled_at=moment, albumin_g_l=30
        )} == {"sampled_at"}  # fmt: skip


def test_what_was_taken_from_a_report_says_so(world: World) -> None:
    case, text = world.admitted(), "白蛋白 28.5 g/L\n钾 3.42 mmol/L\nPT 22.5 s\nγ-谷氨酰转移酶 88 U/L"
    reading = read_pasted(user=world.specialist, text=text, now=LATER)
    taken = {"albumin_g_l": 28.5, "potassium_mmol_l": 3.42, "prothrombin_time_s": 23, "ggt_u_l": 88}
    sources = dict.fromkeys(("potassium_mmol_l", "prothrombin_time_s", "alt_u_l"), str(reading.pk))
    does(world, case, Verb.RECORD_PANEL, sampled_at=LATER, **taken, sources=sources)
    entered = panel(case).entered
    assert entered["potassium_mmol_l"]["source"]["form"] == "text"
    assert entered["prothrombin_time_s"]["source"]["corrected"] is True
    assert "source" not in entered["ggt_u_l"]
    assert case.events.get(what="record_panel").details["sources"] == {"text": 2}


def test_a_report_proposes_for_the_panel_what_no_score_uses() -> None:
    lines = {
        "钾 3.4 mmol/L": "potassium_mmol_l",
        "血氨 88 umol/L": "ammonia_umol_l",
        "CRP 12 mg/L": "crp_mg_l",
    }
    for line, name in lines.items():
        (finding,) = read_text(line).as_dict()["findings"]
        assert (finding["input"], finding["routine"], finding["doubts"]) == (None, name, [])
    (other,) = read_text("SAA 120 mg/L").as_dict()["findings"]
    assert "routine" not in other


def test_nobody_outside_the_ward_records_a_panel(world: World) -> None:
    case = Case.objects.get(pk=world.admitted(NOW).pk)
    assert Verb.RECORD_PANEL in usable_verbs(world.specialist, case)
    assert Verb.RECORD_PANEL not in usable_verbs(world.doctor, case)
