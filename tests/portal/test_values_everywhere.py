"""Whatever either side entered stands wherever values stand, with its time and where it is from."""

from typing import Any

import pytest
from django.test import Client

from accounts import clock
from portal.pages.reference.calculator_context import comparators_of
from portal.pages.verbs import forms
from referral.intake.drafts import save_indicators
from referral.models import Case
from referral.pathway.inputs import UNITS_OF
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden, visible_text
from tests.world import HOUR, ILL, MINUTE, World, sampled

THREE = {"bilirubin": 251, "bilirubin_unit": "umol/L", "inr": 2.37, "encephalopathy_grade": 3}
NOTE = "血管加压药需求上升"
WARD = {
    **{"bilirubin": 310, "bilirubin_unit": "umol/L", "inr": 2.6, "albumin_g_l": 2.9, "albumin_unit": "g/dL"},
    **{"spo2_percent": 96, "fio2": 0.3},
}


@pytest.fixture
def referred(world: World) -> Case:
    """Three values and a red flag, then a direct referral with a reason and a note."""
    now = clock.now() - HOUR
    case = world.register(now=now)
    values = {**THREE, "sampled_at": (now - 10 * MINUTE).isoformat()}
    save_indicators(case=case, actor=world.doctor, values=values, now=now)
    return perform(case, Verb.REFER, actor=world.doctor, now=now, reason="values_missing", note=NOTE)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return visible_text(answer.content.decode())


@pytest.mark.parametrize("part", ["", "letter/", "trends/"])
@pytest.mark.parametrize("side", ["doctor", "specialist"])
def test_a_referral_without_a_score_shows_its_values_flag_and_gaps(
    world: World, as_user: SignIn, referred: Case, part: str, side: str
) -> None:
    text = shown(as_user(getattr(world, side)), f"/cases/{referred.pk}/{part}")
    for said in ("251 µmol/L", "2.37", "Hepatic encephalopathy", "Serum sodium"):
        assert said in text
    assert "Hepatic encephalopathy grade III" in text or "Red flag" in text


def test_the_result_of_a_referral_without_a_score_shows_its_values(
    world: World, as_user: SignIn, referred: Case
) -> None:
    assert "251 µmol/L" in shown(as_user(world.doctor), f"/cases/{referred.pk}/result/")


def test_the_board_shows_values_flag_gaps_reason_and_whom_to_call(
    world: World, as_user: SignIn, referred: Case
) -> None:
    text = shown(as_user(world.specialist), "/board/")
    for said in ("251", "2.37", NOTE, "Serum sodium", "years", world.hospital.phone):
        assert said in text


@pytest.mark.parametrize("part", ["", "letter/"])
def test_reason_and_note_of_a_direct_referral_stand_where_the_ward_looks(
    world: World, as_user: SignIn, referred: Case, part: str
) -> None:
    text = shown(as_user(world.specialist), f"/cases/{referred.pk}/{part}")
    assert NOTE in text
    assert "Referred on clinical judgement" in text


def test_the_letter_of_a_referral_without_a_score_claims_no_high_risk(
    world: World, as_user: SignIn, referred: Case
) -> None:
    text = shown(as_user(world.specialist), f"/cases/{referred.pk}/letter/")
    assert "High risk" not in text
    assert world.hospital.phone in text
    assert "years" in text


def in_ward(world: World, **changes: Any) -> Case:
    now = clock.now()
    case = world.admitted(now - 20 * HOUR)
    return perform(
        case,
        Verb.ASSESS_ORGAN_FAILURE,
        actor=world.specialist,
        now=now,
        sampled_at=now - HOUR,
        **WARD | changes,
    )


@pytest.mark.parametrize("part", ["", "letter/", "trends/", "ward/"])
def test_what_the_ward_measured_stands_with_its_unit_and_time(
    world: World, as_user: SignIn, part: str
) -> None:
    case = in_ward(world)
    text = shown(as_user(world.doctor), f"/cases/{case.pk}/{part}")
    for said in ("310 µmol/L", "2.6", "29 g/L", "96 %", "320", "ward, organ failures"):
        assert said in text


def test_the_board_goes_on_with_what_the_ward_measured(world: World, as_user: SignIn) -> None:
    in_ward(world, bilirubin=333)
    text = shown(as_user(world.specialist), "/board/?tab=window-2")
    assert "333" in text
    assert "Late stage · Chinese guideline for liver failure" in text


@pytest.mark.parametrize("page", ["/cases/{}/", "/cases/{}/result/", "/board/?tab=window-2"])
def test_after_admission_nothing_says_that_the_patient_should_be_referred(
    world: World, as_user: SignIn, page: str
) -> None:
    case = in_ward(world)
    text = shown(as_user(world.specialist), page.format(case.pk))
    assert "should be referred" not in text


def test_a_dead_patient_and_an_entry_in_error_are_not_to_be_referred(world: World, as_user: SignIn) -> None:
    now = clock.now()
    dead = world.admitted(now - 20 * HOUR)
    perform(dead, Verb.RECORD_DEATH, actor=world.specialist, now=now, occurred_at=now - HOUR)
    void = world.flagged(now - HOUR, name="另一人")
    perform(void, Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=now, reason="wrong_patient")
    for case, words in ((dead, "Died "), (void, "Entered in error")):
        text = shown(as_user(world.doctor), f"/cases/{case.pk}/")
        assert "should be referred" not in text
        assert words in text
    assert "Entered in error" in shown(as_user(world.doctor), f"/cases/{void.pk}/letter/")


def test_a_note_typed_with_an_assessment_is_in_the_letter_too(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.register(now=now)
    perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=sampled(ILL, now), note="呕血两次")
    assert "呕血两次" in shown(as_user(world.specialist), f"/cases/{case.pk}/letter/")


def test_no_published_score_of_a_case_is_missing_for_ever(world: World) -> None:
    others = {
        **{"creatinine": 96, "creatinine_unit": "umol/L", "map_mmhg": 78, "encephalopathy_grade": 1},
        **{"wbc_10e9_l": 9, "neutrophils_10e9_l": 7, "lactate_mmol_l": 2.1, "ascites": "mild"},
        **{"platelets_10e9_l": 80, "alt_u_l": 210, "ast_u_l": 180, "ast_upper_limit_u_l": 40, "urea": 9},
        **{"urea_unit": "mmol/L", "sodium_mmol_l": 133},
    }
    case = in_ward(world, **others)
    scores = comparators_of(case)
    assert scores is not None
    assert [row.name for row in scores.rows if row.needs] == []


def test_the_organ_form_has_each_unit_beside_its_value_and_asks_for_no_ratio(world: World) -> None:
    form = forms.build(Verb.ASSESS_ORGAN_FAILURE, case=in_ward(world))
    names = {row.name for row in form.fields}
    assert not names & {*UNITS_OF, "pao2_fio2", "spo2_fio2"}
    assert {"spo2_percent", "fio2", "pao2", "sampled_at", "albumin_g_l", "ascites"} <= names
    albumin = next(row for row in form.fields if row.name == "albumin_g_l")
    assert albumin.unit_row is not None
    assert albumin.unit_row.value == "g/L"


def test_a_trap_is_a_question_at_its_field_with_a_box_and_what_was_typed(
    world: World, as_user: SignIn
) -> None:
    case, client = in_ward(world), as_user(world.specialist)
    where = f"/cases/{case.pk}/assess-organ-failure/"
    sent = hidden(client.get(where).content.decode(), where)
    answer = client.post(where, {**sent, "inr": "18.5", "spo2_percent": "97"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "prothrombin time (PT) in seconds" in page
    assert "0.21 on room air" in visible_text(page)
    assert 'value="18.5"' in page
    assert 'name="confirmed" value="inr"' in page
    assert client.post(where, {**sent, "inr": "2.1", "spo2_percent": "97", "fio2": "0.21"}).status_code == 302


def test_the_organ_table_shows_what_its_points_were_read_from(world: World, as_user: SignIn) -> None:
    case = in_ward(world, vasopressors=True, map_mmhg=58)
    text = shown(as_user(world.specialist), f"/cases/{case.pk}/ward/")
    assert "58 mmHg · Vasopressors" in text


def test_the_home_list_shows_no_referral_risk_of_an_admitted_patient(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    world.flagged(clock.now())
    assert "provisional model" in shown(client, "/")
    Case.objects.update(state="admitted", admitted_at=clock.now())
    assert "provisional model" not in shown(client, "/")
