"""What each input takes, from the least to the most, and what no verb can do without: a table of its own."""

from typing import Any

import pytest

from referral.pathway.inputs import VERB_INPUTS, Shape, VerbInput, parse_inputs
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb

NUMBERS = {
    "alcohol_g_day": (0, 1000),
    "temperature_c": (25, 45),
    "pulse_per_min": (10, 300),
    "systolic_mmhg": (30, 300),
    "diastolic_mmhg": (10, 200),
    "breaths_per_min": (2, 80),
    "saturation_percent": (30, 100),
    "gcs": (3, 15),
    "urine_ml_day": (0, 20_000),
    "probability": (0, 1),
    "plasma_ml": (0, 20_000),
    "bilirubin_umol_l_before": (0.5, 1500),
    "bilirubin_umol_l_after": (0.5, 1500),
    "inr_before": (0.5, 30),
    "inr_after": (0.5, 30),
    "platelets_10e9_l_before": (0, 3000),
    "platelets_10e9_l_after": (0, 3000),
    "height_cm": (50, 250),
    "weight_kg": (10, 350),
    "protein_g": (0, 300),
    "kcal": (0, 10_000),
}
"""The least and the most that can be meant, and not mistyped."""
LONG, ONE_LINE = 2000, 80
SHORTER = {
    Verb.STATE_BACKGROUND: {
        **dict.fromkeys(("history", "treatment_so_far", "medication", "imaging"), 500),
        **dict.fromkeys(("drugs_and_herbs", "infection", "cultures", "family_informed"), 300),
        **dict.fromkeys(("other_diseases", "allergies"), 200),
        **dict.fromkeys(("hbv_dna", "antiviral_drug"), 80),
    },
    Verb.DEPART: {"team": 80, "contact": 40},
    Verb.DESCRIBE_TRANSPORT: {"team": 80, "contact": 40},
    Verb.HAND_OVER: {"handed_over_by": 80, "bed": 40},
    Verb.ADMIT: {"said": 80, "bed": 40},
    Verb.ACCEPT: {"bed": 40},
    Verb.TRANSFER: {"bed": 40},
    Verb.ASK_BACK: {"text": 500},
    Verb.RECORD_KIT_RESULT: {"lot": 40},
    Verb.ADD_FILE: {"caption": 80},
    Verb.CORRECT_IDENTITY: {"name": 80, "national_id": 40, "local_number": 40, "phone": 30},
    Verb.EXTEND: {"reason": 200},
    Verb.SNOOZE: {"reason": 200},
}
"""Texts that take less than a page."""
NEEDED = {
    Verb.SAVE_INDICATORS: {"values"},
    Verb.REFER: {"reason"},
    Verb.WITHDRAW: {"reason"},
    Verb.DEPART: {"expected_arrival_at"},
    Verb.CHANGE_ARRIVAL: {"expected_arrival_at"},
    Verb.ASK_BACK: {"text"},
    Verb.ANSWER_BACK: {"text"},
    Verb.ACCEPT_WHEN_FREE: {"until"},
    Verb.DECLINE: {"reason"},
    Verb.RELEASE: {"reason"},
    Verb.DIVERT: {"ward", "expected_arrival_at"},
    Verb.UNDO_ADMISSION: {"reason"},
    Verb.REDIRECT: {"ward"},
    Verb.RECORD_KIT_RESULT: {"lot", "sampled_at", "answer"},
    Verb.RETRACT_RECORD: {"record", "reason"},
    Verb.RECORD_PRECIPITANT: {"precipitant"},
    Verb.RECORD_INTERVENTION: {"precipitant", "note"},
    Verb.RECORD_TREATMENT: {"item", "progress"},
    Verb.RECORD_ARTIFICIAL_LIVER: {"mode", "started_at", "ended_at"},
    Verb.SET_NUTRITION_TARGET: {"height_cm", "weight_kg"},
    Verb.RECORD_INTAKE: {"day", "kcal"},
    Verb.RECORD_IMMUNE_STATUS: {"sampled_at"},
    Verb.RECORD_PANEL: {"sampled_at"},
    Verb.TRANSFER: {"ward"},
    Verb.DECIDE_TRANSPLANT: {"decision"},
    Verb.ASK_ADVICE: {"text"},
    Verb.ANSWER_ADVICE: {"text"},
    Verb.DIAGNOSE: {"category"},
    Verb.BACK_REFER: {"plan"},
    Verb.CORRECT_DIAGNOSIS: {"category", "why"},
    Verb.CORRECT_BACK_REFERRAL: {"plan", "why"},
    Verb.DISCHARGE: {"to"},
    Verb.RECORD_OUTCOME: {"day", "status"},
    Verb.CORRECT_OUTCOME: {"day", "status", "note"},
    Verb.SETTLE_OUTCOME: {"day", "status", "note"},
    Verb.RECORD_DEATH: {"occurred_at"},
    Verb.END_REFERRAL: {"reason"},
    Verb.MESSAGE: {"text"},
    Verb.ADD_FILE: {"file", "kind"},
    Verb.RETRACT_FILE: {"file", "reason"},
    Verb.CORRECT_FIRST_VISIT: {"first_visit_at"},
    Verb.CORRECT_IDENTITY: {"why"},
    Verb.MARK_ENTERED_IN_ERROR: {"reason"},
    Verb.EXTEND: {"deadline", "due_at", "reason"},
    Verb.SNOOZE: {"deadline", "until", "reason"},
    Verb.EXPLAIN_DELAY: {"deadline", "reason"},
}
"""What a verb cannot do without; of all others nothing is asked that somebody may not know."""


def inputs_of(shape: Shape) -> list[tuple[Verb, VerbInput]]:
    return [(verb, one) for verb, inputs in VERB_INPUTS.items() for one in inputs if one.shape is shape]


def refusal(verb: Verb, name: str, value: Any) -> tuple[str, str] | None:
    """The code and the sentence with which `value` is refused at its field, if it is."""
    nobody: Any = None
    try:
        parse_inputs(verb, {name: value}, case=nobody, user=nobody)
    except InputError as error:
        rows = {field: (code, str(message)) for field, code, message in error.rows}
        return rows.get(name)
    return None


def test_every_number_is_taken_to_its_bounds_and_refused_beyond_with_both_of_them() -> None:
    numbers = inputs_of(Shape.DECIMAL)
    assert {one.name for _verb, one in numbers} == NUMBERS.keys()
    for verb, one in numbers:
        low, high = NUMBERS[one.name]
        assert [refusal(verb, one.name, value) for value in (low, high)] == [None, None], one.name
        for beyond in (low - 0.001, high + 0.001, [low], {}, True, "x"):
            code, words = refusal(verb, one.name, beyond) or ("", "")
            assert (code, f"from {low:g} to {high:g}" in words) == ("invalid", True), (one.name, words)


def test_every_text_is_taken_up_to_its_length_and_in_lines_where_it_may_be_long() -> None:
    texts = inputs_of(Shape.TEXT)
    asked: dict[Verb, set[str]] = {}
    for verb, one in texts:
        asked.setdefault(verb, set()).add(one.name)
        most = SHORTER.get(verb, {}).get(one.name, LONG)
        assert refusal(verb, one.name, "写" * most) is None, (verb, one.name)
        assert refusal(verb, one.name, "写" * (most + 1)) == ("invalid", f"Write at most {most} characters.")
        in_lines = refusal(verb, one.name, "两\n" + "行" * (most - 2))
        assert (in_lines and in_lines[0]) == ("unprintable" if most <= ONE_LINE else None), (verb, one.name)
    assert all(names.keys() <= asked[verb] for verb, names in SHORTER.items())


@pytest.mark.parametrize("verb", VERB_INPUTS)
def test_a_verb_asks_for_what_it_cannot_do_without_and_for_nothing_else(verb: Verb) -> None:
    nobody: Any = None
    needed = NEEDED.get(verb, set())
    if not needed:
        assert parse_inputs(verb, {}, case=nobody, user=nobody) == {}
        return
    with pytest.raises(InputError) as caught:
        parse_inputs(verb, {}, case=nobody, user=nobody)
    assert {(field, code) for field, code, _words in caught.value.rows} == {(n, "required") for n in needed}
    labels = {one.name: str(one.label) for one in VERB_INPUTS[verb]}
    assert all(labels[field] in str(words) for field, _code, words in caught.value.rows)
