"""Where values are from travels with them: from the form to draft, assessment, ward and timeline."""

from typing import Any

import pytest

from labs.models import LabReading
from labs.readings.requests import read_pasted
from referral.intake.drafts import save_indicators
from referral.intake.submission import proceed
from referral.models import Case
from referral.pathway.inputs import parse_inputs
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import case_values
from tests.world import HOUR, ILL, NOW, World

TEXT = "TBIL 356.8 umol/L\nALB <38.4 g/L\nINR 2.31"


@pytest.fixture
def pasted(world: World) -> LabReading:
    return read_pasted(user=world.doctor, text=TEXT, now=NOW)


def sources(case: Case) -> dict[str, Any]:
    case.refresh_from_db()
    return {name: value.source for name, value in case_values(case).latest.items() if value.source}


def saved(world: World, **values: Any) -> Case:
    case = world.register(confirmed_different=True)
    save_indicators(case=case, actor=world.doctor, values=values, now=NOW)
    return Case.objects.get(pk=case.pk)


def test_a_draft_that_is_saved_again_as_it_stands_is_no_second_line(world: World) -> None:
    case = saved(world, inr=2.2)
    for values, lines in (({"inr": 2.2}, 1), ({"inr": 2.4}, 2)):
        save_indicators(case=case, actor=world.doctor, values=values, now=NOW + HOUR)
        assert case.events.filter(what=Verb.SAVE_INDICATORS).count() == lines


def test_a_value_that_was_taken_says_from_what(world: World, pasted: LabReading) -> None:
    case = saved(
        world, bilirubin=356.8, bilirubin_unit="umol/L", inr=2.2, sources={"bilirubin": str(pasted.pk)}
    )
    expected = {"form": "text", "reading": str(pasted.pk), "corrected": False, "bound": None, "file": None}
    assert sources(case) == {"bilirubin": expected}


def test_the_same_amount_in_another_unit_is_no_correction_and_another_amount_is(
    world: World, pasted: LabReading
) -> None:
    named = {"bilirubin": str(pasted.pk), "inr": str(pasted.pk)}
    case = saved(world, bilirubin=20.86, bilirubin_unit="mg/dL", inr=2.13, sources=named)
    assert sources(case)["inr"]["corrected"]
    same = saved(world, bilirubin="356.8", bilirubin_unit="µmol/L", sources=named)
    assert not sources(same)["bilirubin"]["corrected"]


def test_a_limit_that_somebody_took_as_a_value_is_known_as_one(world: World, pasted: LabReading) -> None:
    case = saved(world, albumin_g_l=38.4, sources={"albumin_g_l": str(pasted.pk)})
    assert sources(case)["albumin_g_l"]["bound"] == "<"


def test_a_reading_of_somebody_else_and_one_without_this_value_are_no_source(
    world: World, pasted: LabReading
) -> None:
    others = read_pasted(user=world.specialist, text=TEXT, now=NOW)
    case = saved(world, inr=2.31, sodium_mmol_l=129, sources={"inr": str(others.pk)})
    assert sources(case) == {}
    case = saved(world, sodium_mmol_l=129, sources={"sodium_mmol_l": str(pasted.pk)})
    assert sources(case) == {}


@pytest.mark.parametrize("said", [["inr"], "inr", {"inr": 7}, {"inr": "no id"}, {"nothing": "text"}])
def test_what_is_no_source_leaves_the_value_typed(said: Any, world: World) -> None:
    assert sources(saved(world, inr=2.31, sources=said)) == {}


def test_the_source_goes_with_the_draft_into_the_assessment_and_the_timeline(
    world: World, pasted: LabReading
) -> None:
    case = saved(world, bilirubin=356.8, bilirubin_unit="umol/L", sources={"bilirubin": str(pasted.pk)})
    rest = {name: value for name, value in ILL.items() if not name.startswith("bilirubin")}
    times = {name: NOW.isoformat() for name in ("bilirubin", "inr", "urea", "sodium_mmol_l")}
    values = {**rest, "inr": 2.31, "sources": {"inr": "text"}, "sampled_at": times}
    proceed(case, actor=world.doctor, values=values, then=Verb.ASSESS, inputs={}, now=NOW)
    assert {name: source["form"] for name, source in sources(case).items()} == {
        "bilirubin": "text",
        "inr": "text",
    }
    said = {"form": "text", "reading": None, "corrected": False, "bound": None, "file": None}
    assert sources(case)["inr"] == said
    assert case.events.get(what=Verb.ASSESS).details["sources"] == {"text": 2}


def test_a_value_that_is_typed_over_is_typed(world: World, pasted: LabReading) -> None:
    case = saved(world, inr=2.31, sources={"inr": str(pasted.pk)})
    save_indicators(case=case, actor=world.doctor, values={"inr": 2.5}, now=NOW)
    assert sources(case) == {}


def test_the_table_of_organ_failure_keeps_what_its_values_were_read_from(world: World) -> None:
    pasted = read_pasted(user=world.specialist, text=TEXT, now=NOW)
    case = world.admitted()
    typed = {"bilirubin": "356.8", "bilirubin_unit": "umol/L", "inr": "1.9"}
    inputs = parse_inputs(
        Verb.ASSESS_ORGAN_FAILURE,
        {**typed, "sources": f"bilirubin: {pasted.pk}\ninr: {pasted.pk}"},
        case=case,
        user=world.specialist,
    )
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=NOW + HOUR, **inputs)
    kept = sources(case)
    assert (kept["bilirubin"]["corrected"], kept["inr"]["corrected"]) == (False, True)
    assert case.events.get(what=Verb.ASSESS_ORGAN_FAILURE).details["sources"] == {"text": 2}
