"""What every definition of ACLF says of the bedside table, while it is typed and once it is kept."""

from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from accounts import clock
from accounts.models import User
from portal.definitions import ANSWERS, rows_of
from portal.pages.verbs.record_texts import said_of
from portal.severity import severity_of
from referral.deadlines.policies import draft_policy, publish_policy
from referral.models import Case, OrganFailureAssessment
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import with_values
from referral.ward.codes import RecordKind
from scoring.definitions import CARDS
from scoring.definitions.grading import DEFINITIONS
from tests.portal.conftest import SignIn
from tests.portal.reading import visible_text
from tests.world import HOUR, MINUTE, World

JAUNDICED: dict[str, Any] = {
    **{
        "bilirubin": 310,
        "bilirubin_unit": "umol/L",
        "inr": 1.8,
        "creatinine": 80,
        "creatinine_unit": "umol/L",
    },
    **{"encephalopathy_grade": 0, "map_mmhg": 85, "spo2_percent": 98, "fio2": 0.21, "complications": 0},
}


@pytest.fixture
def case(world: World) -> Case:
    admitted = world.admitted(clock.now() - 6 * HOUR)
    Case.objects.filter(pk=admitted.pk).update(chronic_liver_disease="hepatitis_b")
    admitted.refresh_from_db()
    return admitted


@pytest.fixture
def specialist(world: World, as_user: SignIn) -> Client:
    return as_user(world.specialist)


def kept(case: Case, actor: User, **changes: Any) -> OrganFailureAssessment:
    """The table that is kept of these values, a minute after the one before."""
    at = clock.now() - HOUR + OrganFailureAssessment.objects.count() * MINUTE
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=actor, now=at, **{**JAUNDICED, **changes})
    return OrganFailureAssessment.objects.latest("occurred_at")


def answers(row: OrganFailureAssessment) -> dict[str, str]:
    return {each.name: each.answer for each in rows_of(row.grading)}


def test_jaundice_with_inr_in_hepatitis_b_is_aclf_by_cossh_and_the_guideline(
    world: World, case: Case
) -> None:
    row = kept(case, world.specialist)
    assert row.definitions["cossh"]["grade"] == "1"
    assert row.definitions["china"]["stage"] == "early"
    assert row.background["cause"] == "hepatitis_b"
    assert answers(row)["cossh"] == "ACLF grade 1"


def test_the_preview_says_what_each_definition_says_and_how_certain_that_is(
    specialist: Client, case: Case
) -> None:
    typed = {name: str(value) for name, value in JAUNDICED.items()}
    text = visible_text(specialist.post(f"/cases/{case.pk}/organs/", typed).content.decode())
    assert "Early stage" in text and "leads" in text
    assert "Bilirubin of 205 µmol/L (12 mg/dL) or more with INR of 1.5 or more suffices." in text
    assert "criteria not read in the source: general knowledge" in text
    assert "Chinese guideline for ACLF (2025)" in text and "Nothing is graded by it." in text
    assert not OrganFailureAssessment.objects.exists()


def test_the_first_creatinine_of_the_case_is_the_baseline_unless_one_is_stated(
    world: World, case: Case
) -> None:
    kept(case, world.specialist)
    assert kept(case, world.specialist, creatinine=170).definitions["kdigo"]["stage"] == "2"
    stated = kept(case, world.specialist, creatinine=170, baseline_creatinine=150)
    assert stated.definitions["kdigo"]["stage"] == "none"
    assert kept(case, world.specialist, creatinine=170).definitions["kdigo"]["stage"] == "none"


def test_the_leading_definition_stands_beside_the_name_and_on_every_page_of_the_ward(
    world: World, case: Case, specialist: Client
) -> None:
    kept(case, world.specialist)
    with_grade = with_values(Case.objects.filter(pk=case.pk)).get()
    assert severity_of(with_grade).words == "Early stage · Chinese guideline for liver failure"
    for page in ("", "ward/", "trends/"):
        text = visible_text(specialist.get(f"/cases/{case.pk}/{page}").content.decode())
        assert "Early stage" in text, page
    assert "Early stage" in visible_text(specialist.get("/board/?tab=window-2").content.decode())


def test_a_policy_can_let_another_definition_lead_for_cases_that_begin_under_it(world: World) -> None:
    now = clock.now() - 8 * HOUR
    draft = draft_policy(world.network, leading_definition="cossh", note="as the network agreed")
    publish_policy(draft=draft, actor=world.administrator, now=now)
    later = world.admitted(clock.now() - 6 * HOUR)
    Case.objects.filter(pk=later.pk).update(chronic_liver_disease="hepatitis_b")
    later.refresh_from_db()
    kept(later, world.specialist)
    with_grade = with_values(Case.objects.filter(pk=later.pk)).get()
    assert severity_of(with_grade).words == "ACLF grade 1 · COSSH"


def test_the_timeline_and_the_list_of_records_speak_by_the_leading_definition(
    world: World, case: Case, specialist: Client
) -> None:
    row = kept(case, world.specialist)
    details = case.events.filter(what="assess_organ_failure").get().details
    assert details["leading"] == {
        "definition": "china",
        "value": "early",
        "at_least": "early",
        "aclf_type": row.definitions["china"]["type"] or "",
    }
    text = visible_text(specialist.get(f"/cases/{case.pk}/").content.decode())
    assert "Chinese guideline for liver failure: " in text and "EASL-CLIF: " not in text
    assert "Early stage" in said_of(RecordKind.ORGAN_FAILURE, row)


def test_a_table_kept_before_definitions_were_is_read_anew(world: World, case: Case) -> None:
    row = kept(case, world.specialist)
    row.definitions = {}
    assert row.grading["by_number"]["grade"] == "I"
    assert row.grading["leading"] == "easl_clif"


def test_the_words_follow_the_language_of_the_reader() -> None:
    with override("zh-hans"):
        assert (str(ANSWERS["kdigo"]["1a"]), str(ANSWERS["by_number"]["II"])) == ("1a期", "II级")
    with override("en"):
        assert (str(ANSWERS["kdigo"]["1a"]), str(ANSWERS["by_number"]["II"])) == ("Stage 1a", "grade II")


def test_every_answer_of_every_definition_has_words() -> None:
    assert set(ANSWERS) == {card.name for card in CARDS}
    for definition in DEFINITIONS:
        said = {"yes": True, "no": False}
        assert {said.get(value, value) for value in definition.scale} <= set(ANSWERS[definition.name])
