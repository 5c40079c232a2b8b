"""Registering a patient, whatever goes wrong on the way."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock
from portal.moments import local
from referral.intake.drafts import draft_of, save_indicators
from referral.models import Case
from referral.pathway.vocabulary import State
from tests.portal.conftest import SignIn
from tests.world import HOUR, World

ZONE = "Asia/Shanghai"


def typed(world: World, **changes: Any) -> dict[str, Any]:
    """A complete form of an ill patient, as a browser sends it."""
    now = clock.now()
    return {
        "case_id": str(uuid4()),
        "hospital": str(world.hospital.pk),
        "name": "张三",
        "sex": "male",
        "birth_date": "1970-01-02",
        "national_id": "",
        "local_number": "",
        "phone": "",
        "first_visit_at": local(now, ZONE),
        "chronic_liver_disease": "hepatitis_b",
        "presentation": "acute_liver_injury",
        "cirrhosis": "yes",
        "variceal_bleeding": "no",
        "encephalopathy_grade": "2",
        "bilirubin": "310",
        "bilirubin_unit": "umol/L",
        "inr": "2.2",
        "urea": "11",
        "urea_unit": "mmol/L",
        "sodium_mmol_l": "129",
        "creatinine": "",
        "creatinine_unit": "umol/L",
        "sampled_at": local(now - HOUR, ZONE),
        "then": "assess",
        **changes,
    }


def send(client: Client, form: dict[str, Any]) -> Any:
    return client.post("/cases/new/", form)


def text(answer: Any) -> str:
    return str(answer.content.decode())


def value_of(page: str, name: str) -> str:
    match = re.search(rf'<input[^>]*name="{name}"[^>]*>', page)
    assert match is not None, name
    value = re.search(r'value="([^"]*)"', match[0])
    return value[1] if value else ""


def test_a_flagged_patient_is_registered_assessed_and_offered_at_once(world: World, as_user: SignIn) -> None:
    form = typed(world)

    answer = send(as_user(world.doctor), form)

    case = Case.objects.get(pk=form["case_id"])
    assert answer.headers["Location"] == reverse("portal:result", args=[case.pk])
    assert (case.state, case.assessment is not None) == (State.OFFERED, True)


def test_the_patient_is_named_in_no_address(world: World, as_user: SignIn) -> None:
    form = typed(world, national_id="110101197001021233", phone="13800000000")

    answer = send(as_user(world.doctor), form)

    assert not re.search("张三|%E5%BC%A0|110101197001021233|13800000000|1970", answer.headers["Location"])


def test_sending_the_same_form_twice_registers_once(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world)
    first = send(client, form)

    second = send(client, form)

    assert Case.objects.count() == 1
    assert second.headers["Location"] == first.headers["Location"]


def test_going_back_and_adding_a_value_does_not_lose_it(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world, inr="", then="draft")
    send(client, form)

    answer = send(client, {**form, "inr": "2.4", "then": "assess"})

    page = text(answer)
    assert (answer.status_code, Case.objects.count()) == (422, 1)
    assert value_of(page, "inr") == "2.4"
    assert reverse("portal:indicators", args=[form["case_id"]]) in page


def test_missing_values_can_wait_as_a_draft(world: World, as_user: SignIn) -> None:
    form = typed(world, inr="", urea="", then="draft")

    page = text(as_user(world.doctor).post("/cases/new/", form, follow=True))

    case = Case.objects.get(pk=form["case_id"])
    assert case.state == State.REGISTERED
    assert draft_of(case)["sodium_mmol_l"] == "129"
    assert "Still missing" in page and "INR" in page


def test_a_complete_assessment_is_asked_for_all_eight(world: World, as_user: SignIn) -> None:
    answer = send(as_user(world.doctor), typed(world, inr=""))

    assert answer.status_code == 422
    assert "refer without a score" in text(answer)
    assert not Case.objects.exists()


def test_a_draft_from_elsewhere_opens_in_the_unit_it_was_typed_in(world: World, as_user: SignIn) -> None:
    case, now = world.register(now=clock.now()), clock.now()
    drawn = {"bilirubin": 20, "bilirubin_unit": " MG/DL", "urea": 28, "urea_unit": "bun mg/dl"}
    save_indicators(case=case, actor=world.doctor, values=drawn, now=now)

    page = text(as_user(world.doctor).get(f"/cases/{case.pk}/indicators/"))

    assert '<option value="mg/dL" selected' in page
    assert '<option value="BUN mg/dL" selected' in page


def test_referring_needs_no_score_but_a_reason(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world, inr="", then="refer")

    assert "Please choose: " in text(send(client, form))
    assert not Case.objects.exists()

    send(client, {**form, "reason": "values_missing"})
    case = Case.objects.get()
    assert (case.state, case.assessment) == (State.OFFERED, None)


def test_a_flagged_patient_can_be_held_back_with_a_reason(world: World, as_user: SignIn) -> None:
    send(as_user(world.doctor), typed(world, hold_back="refused"))

    assert Case.objects.get().state == State.WATCHED


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("sodium_mmol_l", "1400", "impossible"),
        ("inr", "two", "not a number"),
        ("bilirubin_unit", "mg", "valid choice"),
        ("first_visit_at", "2999-01-01T00:00", "Enter a date and a time"),
        ("first_visit_at", "2199-01-01T00:00", "cannot be in the future"),
        ("first_visit_at", "0001-01-01T00:00", "Enter a date and a time"),
        ("first_visit_at", "2020-01-01T00:00", "more than 30 days ago"),
        ("sampled_at", "2199-01-01T00:00", "in the future"),
        ("birth_date", "2199-01-01", "does not fit"),
        ("birth_date", "yesterday", "valid date"),
        ("name", "", "required"),
        ("name", "   ", "required"),
        ("sex", "x", "valid choice"),
        ("chronic_liver_disease", "", "required"),
        ("hospital", "00000000-0000-7000-8000-000000000000", "valid choice"),
        ("encephalopathy_grade", "7", "valid choice"),
        ("hold_back", "because", "valid choice"),
        ("note", "x" * 2001, "2000"),
        ("inr", "2\x00", "Null characters"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field_and_nothing_typed_is_lost(
    world: World, as_user: SignIn, field: str, value: str, said: str
) -> None:
    answer = send(as_user(world.doctor), typed(world, **{field: value}))

    page = text(answer)
    assert answer.status_code == 422
    assert said in page and f'href="#id_{field}' in page
    assert not Case.objects.exists()
    kept = {"name": "张三", "bilirubin": "310", "inr": "2.2", "birth_date": "1970-01-02"} | {field: value}
    for name in {"name", "bilirubin", "inr", "birth_date"} - {field}:
        assert value_of(page, name) == kept[name]


def test_an_unusual_value_is_asked_about_once(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world, bilirubin="20")

    asked = send(client, form)
    assert asked.status_code == 422
    assert 'id="confirm-bilirubin"' in text(asked) and "mg/dL?" in text(asked)

    send(client, {**form, "confirmed": ["bilirubin"]})
    assert Case.objects.get().assessment is not None


def test_an_unusual_age_is_asked_about_too(world: World, as_user: SignIn) -> None:
    client, form = as_user(world.doctor), typed(world, birth_date="1935-01-02")

    assert 'id="confirm-age_years"' in text(send(client, form))

    send(client, {**form, "confirmed": ["age_years"]})
    assert Case.objects.count() == 1


def test_a_value_drawn_at_another_time_keeps_its_own_time(world: World, as_user: SignIn) -> None:
    earlier = local(clock.now() - 5 * HOUR, ZONE)

    send(as_user(world.doctor), typed(world, sampled_at_inr=earlier))

    times = Case.objects.get().assessment.entered["sampled_at"]  # type: ignore[union-attr]
    assert times["inr"] < times["bilirubin"]


def test_an_old_sample_is_asked_about(world: World, as_user: SignIn) -> None:
    old = local(clock.now() - 20 * HOUR, ZONE)

    page = text(send(as_user(world.doctor), typed(world, sampled_at=old)))

    assert "20 hours ago" in page or "19 hours ago" in page
    assert not Case.objects.exists()


def test_one_old_sample_of_all_values_is_asked_about_once_and_confirmed_once(
    world: World, as_user: SignIn
) -> None:
    form = typed(world, sampled_at=local(clock.now() - 20 * HOUR, ZONE), confirmed=[])
    client = as_user(world.doctor)
    page = text(send(client, form))
    assert page.count('name="confirmed"') == 1 and 'value="sampled_at"' in page

    send(client, {**form, "confirmed": ["sampled_at"]})
    assert Case.objects.get().state == State.OFFERED


def test_a_letter_says_once_that_the_times_of_sampling_are_not_known(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    send(client, typed(world, sampled_at=""))
    letter = text(client.get(f"/cases/{Case.objects.get().pk}/letter/"))

    assert letter.count("not known") == 1
    assert "The time of sampling is not known of: Total bilirubin, INR, Blood urea, Serum sodium." in letter


def test_a_patient_with_an_open_case_elsewhere_is_answered_with_whom_to_call(
    world: World, as_user: SignIn
) -> None:
    existing = world.register(
        now=clock.now(),
        national_id="110101197001021233",
        actor=world.other_doctor,
        hospital=world.other_hospital,
    )

    answer = send(as_user(world.doctor), typed(world, national_id="110101197001021233"))

    page = text(answer)
    assert answer.status_code == 422
    assert 'href="tel:0201000"' in page
    assert existing.number not in page and str(existing.pk) not in page
    assert value_of(page, "name") == "张三"


def test_an_own_open_case_is_linked(world: World, as_user: SignIn) -> None:
    existing = world.register(now=clock.now(), national_id="110101197001021233")

    page = text(send(as_user(world.doctor), typed(world, national_id="110101197001021233")))

    assert reverse("portal:case", args=[existing.pk]) in page


def test_a_namesake_has_to_be_told_apart(world: World, as_user: SignIn) -> None:
    existing = world.register(now=clock.now(), name="张三")
    client, form = as_user(world.doctor), typed(world)

    asked = send(client, form)
    assert asked.status_code == 422
    assert 'name="confirmed_different"' in text(asked)
    assert f"Your hospital&#x27;s open case {existing.number}" in text(asked)
    assert reverse("portal:case", args=[existing.pk]) in text(asked)

    assert send(client, {**form, "confirmed_different": "on"}).status_code == 422, "nobody was asked about"
    question = re.search(r'name="question" value="(\w+)"', text(asked))
    assert question is not None
    send(client, {**form, "confirmed_different": "on", "question": question[1]})
    assert Case.objects.count() == 2


def test_without_chronic_liver_disease_there_is_no_score_and_the_page_says_so(
    world: World, as_user: SignIn
) -> None:
    page = text(
        as_user(world.doctor).post("/cases/new/", typed(world, chronic_liver_disease="none"), follow=True)
    )

    assert "the model does not apply" in page
    assert "Of 100 patients" not in page


def test_a_late_registration_is_asked_about(world: World, as_user: SignIn) -> None:
    late = local(clock.now() - 40 * HOUR, ZONE)

    page = text(
        as_user(world.doctor).post(
            "/cases/new/", typed(world, first_visit_at=late, then="draft"), follow=True
        )
    )

    assert "more than 24 hours ago" in page


@pytest.mark.parametrize("who", ["specialist", "coordinator", "researcher", "administrator"])
def test_only_those_who_refer_for_a_hospital_register(world: World, as_user: SignIn, who: str) -> None:
    client = as_user(getattr(world, who))

    assert client.get("/cases/new/").status_code == 403
    assert send(client, typed(world)).status_code == 403
    assert not Case.objects.exists()


def test_nobody_registers_for_a_hospital_of_others(world: World, as_user: SignIn) -> None:
    answer = send(as_user(world.other_doctor), typed(world))

    assert answer.status_code == 422
    assert not Case.objects.exists()


def test_the_id_of_somebody_elses_case_opens_nothing(world: World, as_user: SignIn) -> None:
    theirs = world.register(
        now=clock.now(), actor=world.other_doctor, hospital=world.other_hospital, name="别人"
    )

    answer = send(as_user(world.doctor), typed(world, case_id=str(theirs.pk)))

    assert answer.status_code == 422
    assert "别人" not in text(answer) and theirs.number not in text(answer)


def test_a_broken_id_is_replaced(world: World, as_user: SignIn) -> None:
    answer = send(as_user(world.doctor), typed(world, case_id="not-an-id"))

    assert answer.status_code in (302, 422)


def test_a_value_is_judged_while_the_rest_is_being_typed(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)

    wrong = client.post("/cases/check/", {"sodium_mmol_l": "1400"})
    odd = client.post("/cases/check/", {"bilirubin": "20", "bilirubin_unit": "umol/L"})
    right = client.post("/cases/check/", {"inr": "2.2"})

    assert "impossible" in text(wrong)
    assert 'id="confirm-bilirubin"' in text(odd)
    assert not text(right).strip()
    assert client.post("/cases/check/", {"nothing": "1"}).status_code == 404


def test_identity_is_marked_so_that_the_device_does_not_keep_it(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get("/cases/new/"))

    for name in ("name", "birth_date", "national_id", "local_number", "phone"):
        assert re.search(rf'<input[^>]*name="{name}"[^>]*data-identity', page), name


def test_a_first_visit_in_the_future_is_said_together_with_what_else_is_wrong(
    world: World, as_user: SignIn
) -> None:
    later = local(clock.now() + 24 * HOUR, ZONE)
    page = text(send(as_user(world.doctor), typed(world, first_visit_at=later, sodium_mmol_l="1400")))

    assert "The first visit cannot be in the future." in page
    assert "beyond" in page or "impossible" in page


def test_one_wrong_time_for_all_values_is_refused_once_where_it_was_typed(
    world: World, as_user: SignIn
) -> None:
    later = local(clock.now() + 24 * HOUR, ZONE)
    page = text(send(as_user(world.doctor), typed(world, sampled_at=later)))

    assert page.count("The time of sampling is in the future.") == 2  # summary and field
    assert 'href="#id_sampled_at"' in page and 'href="#id_sampled_at_bilirubin"' not in page
