"""What the first hospital says beyond the indicators: optional, kept encrypted, and never overwritten."""

import pytest

from referral.intake.first_visit import FirstVisit
from referral.intake.submission import submit
from referral.models import Background, Case
from referral.pathway.inputs import parse_inputs
from referral.pathway.inputs.background import BACKGROUND
from referral.pathway.perform import perform, usable_verbs
from referral.pathway.refusals import AccessError, InputError
from referral.pathway.vocabulary import Verb
from referral.queries.background import background_of, backgrounds_of, versions_of
from tests.world import HOUR, ILL, NOW, World, sampled, someone

SAID = {
    "history": "Jaundice for ten days\nafter herbs",
    "hbv_dna": "<20 IU/mL",
    "antiviral": "stopped",
    "antiviral_since": "2026-04-01",
    "cirrhosis_known_by": ["imaging", "elastography"],
    "varices": "large",
    "comorbidities": ["diabetes", "hypertension"],
    "allergies": "penicillin",
    "measured_at": NOW.isoformat(),
    "temperature_c": "38,6 ℃",
    "pulse_per_min": "１１０↑",
    "transport_needs": ["oxygen", "escort"],
}


def visit() -> FirstVisit:
    return FirstVisit(
        person=someone(), at=NOW, chronic_liver_disease="hepatitis_b", presentation="acute_liver_injury"
    )


def say(world: World, case: Case, now=NOW, **said: object) -> Case:  # type: ignore[no-untyped-def]
    inputs = parse_inputs(Verb.STATE_BACKGROUND, said, case=case, user=world.doctor)
    return perform(case, Verb.STATE_BACKGROUND, actor=world.doctor, now=now, **inputs)


def test_what_is_said_is_kept_with_who_and_when_and_stands_on_the_timeline_by_name(world: World) -> None:
    case = say(world, world.register(), **SAID)
    background = background_of(case)
    assert background is not None
    assert (background.stated_by, background.stated_at) == (world.doctor, NOW)
    assert (background.content["temperature_c"], background.content["pulse_per_min"]) == (38.6, 110)
    assert background.content["comorbidities"] == ["diabetes", "hypertension"]
    line = case.events.get(what=Verb.STATE_BACKGROUND)
    assert set(line.details["background"]) == set(SAID)
    assert "penicillin" not in str(line.details), "names only: what was said is encrypted"


def test_saying_it_anew_replaces_it_and_what_was_said_before_stays(world: World) -> None:
    case = say(world, world.register(), **SAID)
    case = say(world, case, now=NOW + HOUR, history="Twelve days", allergies="penicillin")
    background = background_of(case)
    assert background is not None
    assert background.content == {"history": "Twelve days", "allergies": "penicillin"}
    assert Background.objects.filter(case=case).count() == 2
    line = case.events.filter(what=Verb.STATE_BACKGROUND).order_by("number").last()
    assert line is not None
    assert "allergies" not in line.details["background"] and "hbv_dna" in line.details["background"]


def test_saying_the_same_again_writes_nothing(world: World) -> None:
    case = say(world, world.register(), **SAID)
    version = case.version
    assert say(world, case, **SAID).version == version
    assert Background.objects.filter(case=case).count() == 1


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("temperature_c", "386", "invalid"),
        ("pulse_per_min", ">200", "invalid"),
        ("gcs", "16", "invalid"),
        ("temperature_c", "38.6 mmHg", "invalid"),
        ("comorbidities", ["gout"], "invalid"),
        ("allergies", "x" * 201, "invalid"),
        ("antiviral_since", "30/02/2026", "invalid"),
        ("blood_group", "A", "unknown_field"),
    ],
)
def test_what_cannot_be_used_is_refused_by_name_and_nothing_is_kept(
    world: World, name: str, value: object, code: str
) -> None:
    case = world.register()
    with pytest.raises(InputError) as refused:
        say(world, case, **{**SAID, name: value})
    assert [(field, given) for field, given, _message in refused.value.rows] == [(name, code)]
    assert not Background.objects.exists()


def test_signs_measured_in_the_future_are_refused(world: World) -> None:
    with pytest.raises(InputError) as refused:
        say(world, world.register(), measured_at=(NOW + HOUR).isoformat())
    assert refused.value.rows[0][:2] == ("measured_at", "in_future")


def test_only_the_first_hospital_says_it_until_the_ward_has_the_patient(world: World) -> None:
    case = world.flagged()
    assert Verb.STATE_BACKGROUND in usable_verbs(world.doctor, case)
    assert Verb.STATE_BACKGROUND not in usable_verbs(world.specialist, case)
    with pytest.raises(AccessError):
        perform(case, Verb.STATE_BACKGROUND, actor=world.specialist, now=NOW, history="x")


def test_the_ward_completes_and_corrects_what_the_first_hospital_said_and_both_stay(world: World) -> None:
    case = say(world, world.admitted(), history="Ten days", varices="none")
    inputs = {"history": "Ten days", "varices": "large", "infection_site": ["peritonitis"]}
    case = perform(case, Verb.STATE_BACKGROUND, actor=world.specialist, now=NOW + HOUR, **inputs)
    first, second = versions_of(case)
    assert (first.stated_by, first.content["varices"]) == (world.doctor, "none")
    assert (second.stated_by, second.content) == (world.specialist, inputs)
    assert Verb.STATE_BACKGROUND in usable_verbs(world.doctor, case), "the first hospital may go on"
    assert Verb.STATE_BACKGROUND not in usable_verbs(world.second_specialist, case)


def test_a_first_visit_brings_it_in_one_unit_of_work(world: World) -> None:
    case = submit(
        actor=world.doctor,
        hospital=world.hospital,
        visit=visit(),
        values=sampled(ILL, NOW),
        then=Verb.ASSESS,
        inputs={},
        background={"allergies": "penicillin"},
        now=NOW,
    )
    assert [line.what for line in case.events.order_by("number")] == [
        "register",
        "state_background",
        "assess",
    ]
    assert backgrounds_of([case])[case.pk].content == {"allergies": "penicillin"}


def test_a_background_that_is_refused_registers_nothing(world: World) -> None:
    with pytest.raises(InputError) as refused:
        submit(
            actor=world.doctor,
            hospital=world.hospital,
            visit=visit(),
            values={},
            then=None,
            inputs={},
            background={"temperature_c": "386", "measured_at": "tomorrow"},
            now=NOW,
        )
    assert {row[0] for row in refused.value.rows} == {"background.temperature_c", "background.measured_at"}
    assert not Case.objects.exists()


def test_every_input_belongs_to_a_group_and_none_is_required() -> None:
    assert not [row.name for row in BACKGROUND if row.required]
    assert len({row.name for row in BACKGROUND}) == len(BACKGROUND)
