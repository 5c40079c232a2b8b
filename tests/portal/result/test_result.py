"""The page of a result: what it says, and to whom."""

import pytest
from django.urls import reverse

from accounts import clock
from accounts.models import AuditEntry
from referral.intake.drafts import save_indicators
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text
from tests.world import ILL, WELL, World, sampled


def page_of(case: Case) -> str:
    return reverse("portal:result", args=[case.pk])


def assessed(world: World, values: dict[str, object], **inputs: str) -> Case:
    now = clock.now()
    return perform(
        world.register(now=now),
        Verb.ASSESS,
        actor=world.doctor,
        now=now,
        values=sampled(values, now),
        **inputs,
    )


def test_a_flagged_result_says_risk_cause_ward_time_and_number(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(page_of(assessed(world, ILL))))

    assert "the referral is under way" in page
    assert "Of 100 patients with such values" in page
    assert "Provisional: not the consortium" in page
    assert page.count('class="bar-fill"') == 8
    assert "The request was sent to 丙 · 一病房 at" in page
    assert 'href="tel:0202000"' in page


def test_a_red_flag_is_never_shown_as_calm(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(page_of(assessed(world, {**WELL, "variceal_bleeding": True}))))

    assert "Red flag" in page and "tone-alarm" in page
    assert "Low risk" not in page and "Moderate risk" not in page


def test_a_red_flag_that_was_referred_no_longer_calls_for_a_referral(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.register(now=now)
    save_indicators(case=case, actor=world.doctor, values={"variceal_bleeding": True}, now=now)
    client = as_user(world.doctor)
    assert "Red flag: refer without waiting for a score" in text(client.get(page_of(case)))

    perform(case, Verb.REFER, actor=world.doctor, now=now, reason="red_flag")

    page = text(client.get(page_of(case)))
    assert "Red flag: the referral is under way" in page
    assert "refer without waiting" not in page


def test_a_low_result_warns_that_it_does_not_overrule_a_worried_clinician(
    world: World, as_user: SignIn
) -> None:
    case = assessed(world, WELL)

    page = text(as_user(world.doctor).get(page_of(case)))

    assert "tone-calm" in page
    assert "does not overrule a worried clinician" in page
    assert reverse("portal:verb", args=[case.pk, "refer"]) in page


def test_no_risk_is_shown_beyond_what_the_model_can_say(world: World, as_user: SignIn) -> None:
    dying = {**ILL, "age_years": 78, "inr": 7, "bilirubin": 700, "urea": 19, "encephalopathy_grade": 4}

    page = text(as_user(world.doctor).get(page_of(assessed(world, dying))))

    assert "above 95 %" in page and "more than 95" in page


def test_before_a_score_the_page_says_what_is_missing(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(page_of(world.register(now=clock.now()))))

    assert "Waiting for laboratory values" in page
    assert "Still missing" in page


def test_reading_a_result_is_audited(world: World, as_user: SignIn) -> None:
    case = assessed(world, ILL)

    as_user(world.doctor).get(page_of(case))

    assert AuditEntry.objects.filter(actor=world.doctor, action="read", subject_id=str(case.pk)).exists()


@pytest.mark.parametrize("who", ["other_doctor", "second_specialist", "researcher", "administrator"])
def test_for_people_it_is_not_for_the_result_does_not_exist(world: World, as_user: SignIn, who: str) -> None:
    assert as_user(getattr(world, who)).get(page_of(assessed(world, ILL))).status_code == 404


def test_the_card_of_the_model_says_what_it_is_not(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)

    page = text(client.get("/models/aclf8-provisional-1/"))

    assert "not validated" in page and "Limits" in page
    assert client.get("/models/some-other/").status_code == 404
