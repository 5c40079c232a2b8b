"""A case that has been through everything, so that every resource type has something to show."""

from dataclasses import dataclass
from datetime import datetime

from accounts import clock
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import Connected, connect
from tests.referral.case_files import added_and_checked, picture
from tests.world import HOUR, World


def whole_case(world: World, now: datetime) -> Case:
    """Referred, admitted, examined, diagnosed and referred back."""
    case = world.admitted(now - HOUR, national_id="", local_number="A-17")
    inputs: dict[Verb, dict[str, object]] = {
        Verb.MESSAGE: {"text": "床位已备好"},
        Verb.ASSESS_ORGAN_FAILURE: {
            "inr": 2.6,
            "dialysis": True,
            "creatinine": 300,
            "creatinine_unit": "umol/L",
        },
        Verb.RECORD_PRECIPITANT: {"precipitant": "HBV_FLARE"},
        Verb.RECORD_KIT_RESULT: {
            "lot": "K1",
            "sampled_at": now - HOUR,
            "answer": "positive",
            "probability": 0.8,
        },
        Verb.RECORD_IMMUNE_STATUS: {"sampled_at": now - HOUR, "pct_ng_ml": 1.5},
        Verb.DIAGNOSE: {"category": "aclf", "should_know": "每周复查"},
    }
    for verb, given in inputs.items():
        perform(case, verb, actor=world.specialist, now=now, **given)
    added_and_checked(case, world.specialist, content=picture(1), now=now)
    return perform(case, Verb.BACK_REFER, actor=world.specialist, now=now, plan="抗病毒治疗")


@dataclass(frozen=True)
class Scene(Connected):
    """The network with its programs, and that case."""

    case: Case


def connect_with_case() -> Scene:
    connected = connect()
    return Scene(**vars(connected), case=whole_case(connected.world, clock.now()))


def with_question(world: World, name: str = "问") -> Case:
    """A watched case whose hospital has asked the ward."""
    case = world.watched(clock.now(), name=name)
    return perform(case, Verb.ASK_ADVICE, actor=world.doctor, now=clock.now(), text="是否转诊？")
