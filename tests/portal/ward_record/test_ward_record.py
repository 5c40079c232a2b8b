"""The page of what the ward recorded, the forms that fill it, and the evidence library."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from portal import moments
from portal.pages.verbs.slugs import slug
from referral.evidence import load_bundled
from referral.models import (
    ArtificialLiverSession,
    Case,
    ImmuneStatus,
    KitResult,
    NutritionTarget,
    OrganFailureAssessment,
)
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.reading import hidden
from tests.portal.verbs.test_verbs import address, local
from tests.world import HOUR, World

THREE = {"inr": 2.6, "dialysis": True, "vasopressors": True}


@pytest.fixture
def case(world: World) -> Case:
    return world.admitted(clock.now() - 6 * HOUR)


@pytest.fixture
def specialist(world: World, as_user: SignIn) -> Client:
    return as_user(world.specialist)


def does(world: World, case: Case, verb: Verb, **inputs: Any) -> Case:
    return perform(case, verb, actor=world.specialist, now=clock.now(), **inputs)


def submit(client: Client, case: Case, verb: Verb, **typed: Any) -> Any:
    """What follows from filling in the form of a verb."""
    where = address(case, verb)
    sent = hidden(client.get(where).content.decode(), where)
    return client.post(where, {**sent, **typed})


def page(client: Client, case: Case) -> str:
    answer = client.get(f"/cases/{case.pk}/ward/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_is_recorded_every_section_says_so(specialist: Client, case: Case) -> None:
    text = page(specialist, case)
    for what in ("Not assessed", "None recorded", "No result", "No target", "No values"):
        assert f"{what} yet." in text
    assert "Meant for cases precipitated by an infection" in text
    assert f"/cases/{case.pk}/ward/" in specialist.get(f"/cases/{case.pk}/").content.decode()


def test_a_case_that_was_never_admitted_has_no_link_to_the_record(world: World, as_user: SignIn) -> None:
    case = world.flagged(now=clock.now())
    text = as_user(world.doctor).get(f"/cases/{case.pk}/").content.decode()
    assert f"/cases/{case.pk}/ward/" not in text


def test_the_organ_table_is_typed_on_one_screen_and_both_grades_are_kept(
    world: World, specialist: Client, case: Case
) -> None:
    answer = submit(
        specialist, case, Verb.ASSESS_ORGAN_FAILURE, bilirubin="18", bilirubin_unit="mg/dL", inr="1.4",
        encephalopathy_grade="2", vasopressors="false", map_mmhg="80",
    )  # fmt: skip
    assert answer.status_code == 302
    row = OrganFailureAssessment.objects.get()
    assert (row.grade, row.simple_grade) == ("1b", "I")
    text = page(specialist, case)
    assert "ACLF grade 1b" in text
    assert "grade I" in text
    assert "Support of the failing organ" in text


def test_an_organ_value_without_its_unit_is_asked_for_at_its_field_and_stays_typed(
    specialist: Client, case: Case
) -> None:
    answer = submit(specialist, case, Verb.ASSESS_ORGAN_FAILURE, bilirubin="180", inr="1.4")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Unit of bilirubin is not stated" in text
    assert 'value="180"' in text
    assert not OrganFailureAssessment.objects.exists()


def test_an_unusual_value_is_asked_about_with_a_box_to_tick(specialist: Client, case: Case) -> None:
    typed = {"bilirubin": "20", "bilirubin_unit": "umol/L"}
    answer = submit(specialist, case, Verb.ASSESS_ORGAN_FAILURE, **typed)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert re.search(r'type="checkbox" name="confirmed" value="bilirubin"', text)

    answer = submit(specialist, case, Verb.ASSESS_ORGAN_FAILURE, **typed, confirmed=["bilirubin"])
    assert answer.status_code == 302
    assert OrganFailureAssessment.objects.get().failures == 0


def preview(client: Client, case: Case, **typed: str) -> Any:
    return client.post(f"/cases/{case.pk}/organs/", typed)


def test_a_grade_typed_by_hand_is_refused_as_the_api_does_and_the_values_stay(
    specialist: Client, case: Case
) -> None:
    for verb, typed, kept in (
        ("assess-organ-failure", {"inr": "2.7", "simple_grade": "III", "note": "night"}, 'value="2.7"'),
        ("diagnose", {"category": "aclf", "simple_grade": "III", "should_know": "fever"}, "fever"),
    ):
        answer = specialist.post(f"/cases/{case.pk}/{verb}/", {"version": str(case.version), **typed})
        page = " ".join(answer.content.decode().split())
        assert answer.status_code == 422
        assert "“simple_grade” is computed from the values and never typed. Leave it out." in page
        assert kept in page
    assert not OrganFailureAssessment.objects.exists()


def test_the_grades_follow_what_is_typed_and_nothing_is_stored(specialist: Client, case: Case) -> None:
    text = preview(specialist, case, inr="2.6", dialysis="true", map_mmhg="75").content.decode()
    assert "ACLF grade 2" in text
    assert "grade II" in text
    assert "Missing: Total bilirubin" in text
    text = preview(specialist, case, inr="2.6").content.decode()
    assert "No ACLF" not in text and "cannot be said yet" in text, "the other organs may be failing"
    text = preview(specialist, case, bilirubin="310").content.decode()
    assert "No ACLF" not in text, "nothing is known yet"
    assert "no failing organ" not in text
    assert "Unit of bilirubin is not stated" in text
    assert not OrganFailureAssessment.objects.exists()


def test_strange_organ_values_never_break_the_preview(specialist: Client, case: Case) -> None:
    for strange in ("", " ", "x", "-1", "NaN", "1e999", "\x00", "9" * 400, "<b>"):
        names = ("bilirubin", "bilirubin_unit", "inr", "dialysis", "encephalopathy_grade")
        typed = dict.fromkeys(names, strange)
        answer = preview(specialist, case, **typed, ventilated_for_encephalopathy=strange)
        assert answer.status_code == 200, strange
        assert "<b>" not in answer.content.decode()


def test_the_preview_is_of_no_use_to_strangers(world: World, as_user: SignIn, case: Case) -> None:
    assert preview(as_user(world.other_doctor), case, inr="2").status_code == 404
    assert preview(Client(), case, inr="2").status_code == 302


def test_a_third_failure_is_marked_and_charted_with_its_table(
    world: World, specialist: Client, case: Case
) -> None:
    now = clock.now()
    at = {"occurred_at": now - 2 * HOUR}
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=2.6, dialysis=True, **at)
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    text = page(specialist, case)
    assert "Third organ failure, after two, seen" in text
    chart = json.loads(re.search(r'id="organ-trend" type="application/json">(.*?)</script>', text)[1])  # type: ignore[index]
    first, second = chart["series"][0]["points"]
    assert first == [moments.local(at["occurred_at"], case.hospital.zone), 2], "the hospital's own time"
    assert second[1] == 3
    assert text.count('<tr><th scope="row">') >= 2
    assert "Transplant within 7 days of the third failure" in text


def test_every_form_of_the_ward_records_what_was_typed(world: World, specialist: Client, case: Case) -> None:
    now = clock.now()
    forms = {
        Verb.RECORD_KIT_RESULT: {
            "lot": "K1", "sampled_at": local(now, -2), "answer": "positive", "probability": "0.7",
            "assay": "m1: 2.5\nm2：low",
        },
        Verb.RECORD_PRECIPITANT: {"precipitant": "BACT_INF", "icd10": "J18.9"},
        Verb.RECORD_INTERVENTION: {"precipitant": "BACT_INF", "note": "cultures taken"},
        Verb.RECORD_TREATMENT: {"item": "icu", "progress": "declined", "reason": "not_available"},
        Verb.RECORD_ARTIFICIAL_LIVER: {
            "mode": "dpmas", "started_at": local(now, -4), "ended_at": local(now, -1),
            "complications": ["bleeding", "hypotension"],
        },
        Verb.SET_NUTRITION_TARGET: {"height_cm": "170", "weight_kg": "60.5"},
        Verb.RECORD_INTAKE: {"day": local(now)[:10], "kcal": "1200"},
        Verb.RECORD_IMMUNE_STATUS: {
            "sampled_at": local(now, -1), "mhladr_per_cell": "4200", "pct_ng_ml": "2.1"
        },
        Verb.DECIDE_TRANSPLANT: {"decision": "decided_against", "reason": "improved"},
    }  # fmt: skip
    for verb, typed in forms.items():
        answer = submit(specialist, case, verb, **typed)
        assert answer.status_code == 302, (verb, answer.content.decode()[-3000:])
    assert KitResult.objects.get().assay == {"m1": 2.5, "m2": "low"}
    assert ArtificialLiverSession.objects.get().complications == ["bleeding", "hypotension"]
    assert NutritionTarget.objects.get().weight_kg == 60.5
    assert ImmuneStatus.objects.get().values == {"mhladr_per_cell": 4200, "pct_ng_ml": 2.1}

    text = page(specialist, case)
    for words in (
        "ICD-10 J18.9", "cultures taken", "bleeding, low blood pressure", "Decided against a transplant",
        "immunoparalysis in that trial", "the latest value lies here", "NCT04990232", "1200",
    ):  # fmt: skip
        assert words in text, words
    assert "Meant for cases precipitated by an infection" not in text
    timeline = specialist.get(f"/cases/{case.pk}/").content.decode()
    for words in ("Kit result recorded", "Immune markers recorded", "Nutrition target set"):
        assert words in timeline, words


def test_a_choice_has_its_hint_beside_it(specialist: Client, case: Case) -> None:
    text = specialist.get(f"/cases/{case.pk}/record-treatment/").content.decode()
    assert "Needed when it is declined." in text


def test_a_refused_session_keeps_its_ticks(specialist: Client, case: Case) -> None:
    now = clock.now()
    answer = submit(
        specialist, case, Verb.RECORD_ARTIFICIAL_LIVER, mode="dpmas", started_at=local(now, -1),
        ended_at=local(now, -2), complications=["allergy"],
    )  # fmt: skip
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "The end must come after the start." in text
    assert re.search(r'value="allergy"[^>]*checked', text)


def test_the_checklist_leads_to_its_form_and_an_item_to_its_own(specialist: Client, case: Case) -> None:
    assert f'href="/cases/{case.pk}/ward/checklist/"' in page(specialist, case)
    where = f"/cases/{case.pk}/{slug(Verb.RECORD_TREATMENT)}/?item=symptoms"
    assert re.search(r'value="symptoms"[^>]*checked', specialist.get(where).content.decode())


def test_the_first_hospital_reads_the_record_without_buttons_and_strangers_do_not(
    world: World, as_user: SignIn, case: Case
) -> None:
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    text = page(as_user(world.doctor), case)
    assert "ACLF grade 3a" in text
    assert slug(Verb.ASSESS_ORGAN_FAILURE) not in text
    assert slug(Verb.RECORD_TREATMENT) not in text
    assert as_user(world.other_doctor).get(f"/cases/{case.pk}/ward/").status_code == 404


def test_the_pages_name_no_treatment_for_the_patient(world: World, specialist: Client, case: Case) -> None:
    values = {"mhladr_per_cell": 3000, "ferritin_ng_ml": 9000, "igm_g_l": 0.3}
    does(world, case, Verb.RECORD_IMMUNE_STATUS, sampled_at=clock.now(), **values)
    text = page(specialist, case).lower()
    assert not [
        drug for drug in ("anakinra", "interferon", "sargramostim", "thymosin", "pentaglobin") if drug in text
    ]


def test_the_record_is_read_in_chinese_too(world: World, case: Case, as_user: SignIn) -> None:
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, **THREE)
    client = as_user(world.specialist)
    world.specialist.language = "zh-hans"
    world.specialist.save()
    text = client.get(f"/cases/{case.pk}/ward/").content.decode()
    assert "器官衰竭" in text
    assert "肝移植等待名单" in text


def test_the_evidence_library_is_searched_filtered_and_paged(specialist: Client) -> None:
    load_bundled(now=clock.now())
    first = specialist.get("/evidence/").content.decode()
    assert "63 entries" in first
    assert "Page 1 of 4" in first
    assert "Page 4 of 4" in specialist.get("/evidence/", {"page": "99"}).content.decode()

    answer = specialist.get("/evidence/", {"q": "immunosep"}).content.decode()
    assert "1 entry" in answer
    assert "NCT04990232" in answer
    assert "1 entry" in specialist.get("/evidence/", {"therapy_class": "cell_therapy"}).content.decode()
    assert "Nothing found" in specialist.get("/evidence/", {"q": "<script>x"}).content.decode()
    assert "<script>x" not in specialist.get("/evidence/", {"q": "<script>x"}).content.decode()
    assert specialist.get("/evidence/", {"q": "\x00", "therapy_class": "y" * 500}).status_code == 200
    assert Client().get("/evidence/").status_code == 302


def test_a_mistyped_organ_table_is_marked_and_stays_in_the_table(world: World, as_user: SignIn) -> None:
    case = world.admitted(now=clock.now() - 3 * HOUR)
    for hours, values in ((2, {"inr": 1.2}), (1, {"dialysis": True, "inr": 2.6})):
        perform(
            case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=clock.now() - hours * HOUR, **values
        )
    browser, wrong = as_user(world.specialist), OrganFailureAssessment.objects.get(failures=2)
    form = f"/cases/{case.pk}/retract-record/"
    assert f"{form}?record={wrong.pk}" in browser.get(f"/cases/{case.pk}/ward/").content.decode()
    asked = " ".join(browser.get(f"{form}?record={wrong.pk}").content.decode().split())
    assert re.search(f'value="{wrong.pk}"[^>]* checked', asked)
    done = browser.post(form, {"record": str(wrong.pk), "reason": "wrong_values", "version": "99"})
    assert done.status_code == 409
    version = str(Case.objects.get(pk=case.pk).version)
    done = browser.post(form, {"record": str(wrong.pk), "reason": "wrong_values", "version": version})
    assert done.status_code == 302
    page = browser.get(f"/cases/{case.pk}/ward/").content.decode()
    assert "entered in error" in page
    assert "cannot be said yet" in page


def test_after_the_stay_the_right_table_is_entered_in_the_place_of_the_wrong_one(
    world: World, as_user: SignIn, case: Case
) -> None:
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=2.7, occurred_at=clock.now() - 4 * HOUR)
    does(world, case, Verb.DIAGNOSE, category="aclf", occurred_at=clock.now() - 2 * HOUR)
    does(world, case, Verb.DISCHARGE, to="home", occurred_at=clock.now() - HOUR)
    browser, wrong = as_user(world.specialist), OrganFailureAssessment.objects.get()
    where = address(case, Verb.ASSESS_ORGAN_FAILURE)
    assert "Enter what is right" not in page(browser, case)
    assert browser.get(where).status_code == 302
    does(world, case, Verb.RETRACT_RECORD, record=wrong, reason="wrong_values")
    assert f'href="{where}?corrects={wrong.pk}"' in page(browser, case)
    assert "Enter what is right" not in page(as_user(world.doctor), case)

    form = " ".join(browser.get(f"{where}?corrects={wrong.pk}").content.decode().split())
    assert re.search(f'value="{wrong.pk}"[^>]* checked', form)
    assert re.search('name="occurred_at"[^>]* required', form), "its time is asked in front"
    assert form.index('name="occurred_at"') < form.index("<summary>Add a note</summary>")
    refused = submit(browser, case, Verb.ASSESS_ORGAN_FAILURE, corrects=str(wrong.pk), inr="1.3")
    assert refused.status_code == 422
    assert "This cannot have happened after the end of the stay in the ward" in refused.content.decode()
    assert 'value="1.3"' in refused.content.decode()
    at = local(clock.now(), -3)
    submit(browser, case, Verb.ASSESS_ORGAN_FAILURE, corrects=str(wrong.pk), inr="1.3", occurred_at=at)
    assert [row.failures for row in OrganFailureAssessment.objects.counting()] == [0]
    assert "Enter what is right" not in page(browser, case)
    timeline = browser.get(f"/cases/{case.pk}/").content.decode()
    assert "in the place of a record entered in error" in timeline


def test_the_laboratory_panel_is_one_form_from_which_the_table_of_organ_failure_starts(
    world: World, specialist: Client, case: Case
) -> None:
    drawn = local(clock.now(), -2)
    values = {
        "bilirubin": "18,1",
        "bilirubin_unit": "mg/dL",
        "inr": "2.6",
        "albumin_g_l": "29",
        "hbsag": "positive",
    }
    refused = submit(specialist, case, Verb.RECORD_PANEL, sampled_at=drawn, **values, potassium_mmol_l="4o")
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "Enter its number alone." in text
    assert 'value="18,1"' in text
    assert submit(specialist, case, Verb.RECORD_PANEL, sampled_at=drawn, **values).status_code == 302
    shown = page(specialist, case)
    assert "HBsAg positive" in shown
    assert "Albumin 29 g/L" in shown

    table = specialist.get(f"/cases/{case.pk}/assess-organ-failure/").content.decode()
    for filled in ('value="18,1"', 'value="2.6"', f'value="{drawn}"', '<option value="mg/dL" selected>'):
        assert filled in table, filled
    does(world, case, Verb.ASSESS_ORGAN_FAILURE, inr=2.6)
    assert 'value="18,1"' not in specialist.get(f"/cases/{case.pk}/assess-organ-failure/").content.decode()


def test_the_ward_corrects_the_background_on_its_page_and_the_version_before_is_shown(
    world: World, specialist: Client, case: Case
) -> None:
    perform(
        case, Verb.STATE_BACKGROUND, actor=world.doctor, now=clock.now(), history="Ten days", varices="none"
    )
    assert f'href="/cases/{case.pk}/state-background/" data-in-place' in page(specialist, case)
    typed = {"history": "Ten days", "varices": "large", "infection_site": "peritonitis"}
    assert submit(specialist, case, Verb.STATE_BACKGROUND, **typed).status_code == 302
    text = page(specialist, case)
    assert "Spontaneous bacterial peritonitis" in text or "spontaneous bacterial peritonitis" in text
    assert re.search(r"Earlier versions.*<s>Varices: no varices</s>", text, re.DOTALL)
