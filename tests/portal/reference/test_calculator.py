"""The calculator: all scores side by side, nothing kept. And the published scores on the page of a case."""

import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from portal.forms.calculator import GROUPS
from portal.pages.reference.calculator_context import Row, comparators_of, rows_of
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from scoring import DEFAULT_MODEL, INPUTS, SCORES, meld, read_inputs
from scoring.score_cards import CITATION_CERTAINTY, SCORE_CARDS
from tests.portal.conftest import SignIn
from tests.portal.entry.test_new_case import text, value_of
from tests.world import HOUR, NOW, World, sampled

TYPED = {
    "age_years": "56",
    "cirrhosis": "yes",
    "variceal_bleeding": "no",
    "encephalopathy_grade": "2",
    "bilirubin": "310",
    "bilirubin_unit": "umol/L",
    "inr": "2.2",
    "urea": "11",
    "urea_unit": "mmol/L",
    "sodium_mmol_l": "129",
}
LABORATORY = {
    "creatinine": "1.7",
    "creatinine_unit": "mg/dL",
    "albumin_g_l": "28",
    "wbc_10e9_l": "9.8",
    "neutrophils_10e9_l": "7.1",
    "platelets_10e9_l": "80",
    "alt_u_l": "300",
    "ast_u_l": "260",
    "ast_upper_limit_u_l": "40",
    "lactate_mmol_l": "2.1",
    "map_mmhg": "75",
    "pao2_fio2": "380",
    "ascites": "mild",
    "sex": "female",
}


def post(client: Client, typed: dict[str, Any]) -> Any:
    return client.post(reverse("portal:calculator"), typed)


def words(fragment: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", fragment).split())


def row(page: str, name: str) -> str:
    """The row of one score, without its markup."""
    match = re.search(
        rf"<tr role=\"row\"[^>]*>\s*<th[^>]*><strong>{re.escape(name)}</strong>.*?</tr>", page, re.S
    )
    assert match is not None, name
    return words(match[0])


@pytest.mark.parametrize("who", ["doctor", "specialist", "lead", "coordinator"])
def test_clinical_people_open_the_calculator(world: World, as_user: SignIn, who: str) -> None:
    assert as_user(getattr(world, who)).get(reverse("portal:calculator")).status_code == 200


@pytest.mark.parametrize("who", ["researcher", "administrator"])
def test_people_without_patients_do_not(world: World, as_user: SignIn, who: str) -> None:
    client = as_user(getattr(world, who))

    assert client.get(reverse("portal:calculator")).status_code == 403
    assert post(client, TYPED).status_code == 403


def test_nobody_calculates_without_signing_in(db: None, client: Client) -> None:
    assert client.get(reverse("portal:calculator")).status_code == 302


def test_the_way_to_the_calculator_is_in_the_menu_of_clinical_people(world: World, as_user: SignIn) -> None:
    link = f'href="{reverse("portal:calculator")}"'

    assert link in text(as_user(world.doctor).get(reverse("portal:home")))
    assert link not in text(as_user(world.researcher).get(reverse("portal:about")))


def test_every_input_has_one_place_on_the_page() -> None:
    names = [name for _key, _title, group in GROUPS for name in group]

    assert sorted(names) == sorted(INPUTS)


def test_all_scores_grades_and_the_risk_stand_side_by_side(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED | LABORATORY))

    assert all(row(page, name) for name in (*SCORES, "EASL-CLIF", "Simple grade", DEFAULT_MODEL.identifier))
    assert "needs:" not in page
    assert "Class C" in row(page, "CTP")
    assert "dead within 90 days" in row(page, "CLIF-C ACLF")
    assert "ACLF grade 1b" in row(page, "EASL-CLIF")
    assert "Failing: Liver" in row(page, "Simple grade")


def test_the_risk_never_stands_without_the_models_standing(world: World, as_user: SignIn) -> None:
    page = row(text(post(as_user(world.doctor), TYPED)), DEFAULT_MODEL.identifier)

    assert "Provisional: not the consortium" in page
    assert "A low score does not overrule a worried clinician." in page


def test_missing_inputs_are_named_score_by_score(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED))

    assert "needs: Creatinine" in row(page, "MELD")
    assert "needs: Creatinine, Albumin, Sex" in row(page, "MELD 3.0")
    assert "needs: Neutrophils" in row(page, "COSSH-ACLF II")
    assert "PaO2/FiO2 or SpO2/FiO2" in row(page, "CLIF-C OF")


def test_the_risk_is_not_given_without_all_eight(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), {key: TYPED[key] for key in TYPED if key != "inr"}))

    assert "needs: INR" in row(page, DEFAULT_MODEL.identifier)


def test_a_grade_with_organs_unknown_is_called_a_lower_bound(world: World, as_user: SignIn) -> None:
    page = row(text(post(as_user(world.doctor), TYPED)), "EASL-CLIF")

    assert "at least ACLF grade 1b" in page
    assert "not known of Kidney, Circulation, Respiration" in page


def test_a_score_for_other_patients_says_so(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED | LABORATORY))

    assert "by these values there is ACLF" in row(page, "CLIF-C AD")
    assert "counted as no: Renal replacement" in row(page, "CLIF-C OF")


def test_an_empty_form_is_answered_with_what_each_score_needs(world: World, as_user: SignIn) -> None:
    answer = post(as_user(world.doctor), {})

    assert answer.status_code == 200
    assert text(answer).count("needs:") == len(SCORES) + 3


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("inr", "much"),
        ("inr", "NaN"),
        ("sodium_mmol_l", "12"),
        ("bilirubin", "-4"),
        ("albumin_g_l", "1e999"),
        ("age_years", "9" * 41),
        ("urea", "1,2,3"),
    ],
)
def test_a_bad_value_is_refused_at_its_field_and_kept(
    world: World, as_user: SignIn, field: str, typed: str
) -> None:
    answer = post(as_user(world.doctor), TYPED | {field: typed, "creatinine": "150"})

    page = text(answer)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in page
    assert value_of(page, field) == typed
    assert value_of(page, "creatinine") == "150"
    assert '<table class="scores"' not in page


@pytest.mark.parametrize(
    ("field", "typed"),
    [("bilirubin_unit", "stones"), ("encephalopathy_grade", "7"), ("cirrhosis", "perhaps"), ("sex", "")],
)
def test_an_answer_that_is_not_offered_is_never_a_crash(
    world: World, as_user: SignIn, field: str, typed: str
) -> None:
    assert post(as_user(world.doctor), TYPED | {field: typed}).status_code in (200, 422)


def test_an_unusual_value_counts_and_is_warned_of(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED | {"bilirubin": "20"}))

    assert 'class="soft-limit"' in page
    assert page.count("Was the laboratory") >= 2
    assert "needs:" not in row(page, DEFAULT_MODEL.identifier)


def test_the_unit_decides_and_stays_chosen(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    si = text(post(client, TYPED | LABORATORY | {"creatinine": "150.28", "creatinine_unit": "umol/L"}))
    conventional = text(post(client, TYPED | LABORATORY))

    assert row(si, "MELD") == row(conventional, "MELD")
    assert re.search(r'<option value="mg/dL" selected>', conventional)
    assert "data-factors" in conventional


def test_a_calculation_writes_no_row_and_asks_little(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    client.get(reverse("portal:calculator"))

    with CaptureQueriesContext(connection) as queries:
        assert post(client, TYPED | LABORATORY).status_code == 200

    said = [query["sql"] for query in queries.captured_queries]
    assert not [sql for sql in said if re.match(r"\s*(INSERT|UPDATE|DELETE|MERGE|COPY)\b", sql, re.I)]
    assert len(said) <= 10


def test_a_calculation_leaves_no_value_in_log_session_or_cache(
    world: World, as_user: SignIn, caplog: pytest.LogCaptureFixture
) -> None:
    client = as_user(world.doctor)
    with caplog.at_level(logging.DEBUG):
        answer = post(client, TYPED | {"inr": "2.19", "creatinine": "never-a-number"})

    assert "2.19" not in caplog.text
    assert "never-a-number" not in caplog.text
    assert "2.19" not in json.dumps(dict(client.session.items()), default=str)
    assert "no-store" in answer.headers["Cache-Control"]


def test_values_are_not_taken_from_the_address(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(reverse("portal:calculator"), TYPED))

    assert value_of(page, "inr") == ""
    assert '<table class="scores"' not in page


def test_the_browser_is_not_asked_to_keep_anything(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(reverse("portal:calculator")))

    assert "data-keep>" not in page
    assert 'autocomplete="off"' in page


def test_nothing_is_inline_and_what_is_printed_is_said(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED | LABORATORY))
    sheet = (Path(settings.BASE_DIR) / "portal/static/portal/calculator.css").read_text()

    assert not re.search(r"<script(?![^>]*\bsrc=)|<style| style=| on[a-z]+=\"", page)
    assert "data-print" in page
    assert re.search(r'<form [^>]*class="entry d-print-none"', page)
    assert "@media print" in sheet
    assert "Total bilirubin" in words(page.split("Counted from")[1])


def test_each_score_has_its_source_and_its_doubts(world: World, as_user: SignIn) -> None:
    page = text(post(as_user(world.doctor), TYPED))

    for card in SCORE_CARDS:
        assert card.citation in page
        assert card.certainty.split(";")[0].split("'")[0] in page
        assert CITATION_CERTAINTY in row(page, card.name)
    assert CITATION_CERTAINTY not in row(page, "Simple grade")


def test_albumin_can_be_typed_in_g_dl_and_is_printed_in_both_units(world: World, as_user: SignIn) -> None:
    client = as_user(world.doctor)
    si = text(post(client, TYPED | LABORATORY))
    page = text(post(client, TYPED | LABORATORY | {"albumin_g_l": "2.8", "albumin_unit": "g/dL"}))

    for name in ("CTP", "ALBI", "MELD 3.0"):
        assert row(page, name) == row(si, name)
    assert "Albumin 28 g/L (2.8 g/dL)" in words(page.split("Counted from")[1])
    assert "28 g/L (" not in words(si.split("Counted from")[1])
    assert re.search(r'<option value="g/dL" selected', page)


def test_g_per_litre_is_preselected_and_a_value_stays_in_the_unit_it_was_typed_in(
    world: World, as_user: SignIn
) -> None:
    client = as_user(world.doctor)
    fresh = text(client.get(reverse("portal:calculator")))
    select = re.search(r'<select[^>]*name="albumin_unit".*?</select>', fresh, re.S)
    assert select is not None
    assert re.findall(r'<option value="([^"]+)"', select[0]) == ["g/L", "g/dL"]

    refused = text(post(client, TYPED | {"albumin_g_l": "28", "albumin_unit": "g/dL"}))

    assert "Possible values are 0.5 to 7 g/dL" in refused
    assert 'value="28"' in refused
    assert re.search(r'<option value="g/dL" selected', refused)


def test_the_calculator_speaks_chinese(world: World, client: Client) -> None:
    world.doctor.language = User.Language.CHINESE
    world.doctor.save()
    client.force_login(world.doctor)

    page = words(text(post(client, TYPED)))

    assert "计算器" in page
    for english in ("Calculat", "needs:", "Publication", "Grade", "Formula", "Not stated", "lower bound"):
        assert english not in page


def test_a_ward_and_a_coordinator_see_the_published_scores_of_a_case(world: World, as_user: SignIn) -> None:
    case = world.flagged()
    page = reverse("portal:case", args=[case.pk])

    for user in (world.specialist, world.coordinator):
        shown = text(as_user(user).get(page))
        assert "needs: Creatinine" in row(shown, "MELD")
        assert "dead within" not in row(shown, "MELD")
        assert row(shown, "COSSH-ACLF II")


def test_the_first_hospital_is_not_shown_them(world: World, as_user: SignIn) -> None:
    page = text(as_user(world.doctor).get(reverse("portal:case", args=[world.flagged().pk])))

    assert 'id="comparators"' not in page


def test_the_scores_of_a_case_reach_as_far_as_its_values(world: World) -> None:
    now = NOW
    values = sampled({**TYPED, "creatinine": "150", "creatinine_unit": "umol/L", "albumin_g_l": "28"}, now)
    case = perform(world.register(), Verb.ASSESS, actor=world.doctor, now=now, values=values)

    rows = scores_of(case)

    raw = {**TYPED, "creatinine": "150", "creatinine_unit": "umol/L", "albumin_g_l": "28", "sex": "male"}
    typed = {items.name: items for items in rows_of(read_inputs({**raw, "age_years": "56"}))}
    assert rows["MELD"].value == typed["MELD"].value
    assert rows["MELD 3.0"].value
    assert rows["AARC"].needs == ("乳酸",) or rows["AARC"].needs == ("Lactate",)


def scores_of(case: Case) -> dict[str, Row]:
    scores = comparators_of(case)
    assert scores is not None
    return {row.name: row for row in scores.rows}


ORGANS = {
    **{"bilirubin": "15", "bilirubin_unit": "mg/dL", "creatinine": "1.6", "creatinine_unit": "mg/dL"},
    **{"inr": "1.8", "map_mmhg": "66", "pao2_fio2": "320"},
}


def test_what_the_ward_measured_for_the_organs_counts_where_it_is_the_newer(world: World) -> None:
    case = world.admitted()
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=NOW + 3 * HOUR, **ORGANS)

    rows = scores_of(case)

    assert case.assessment is not None and case.assessment.values["inr"] != 1.8
    assert rows["MELD"].value == str(meld(bilirubin_mg_dl=15, creatinine_mg_dl=1.6, inr=1.8))
    assert rows["CLIF-C OF"].value == str(3 + 1 + 2 + 1 + 2 + 1)


def test_the_page_says_when_the_values_of_the_scores_were_so(world: World, as_user: SignIn) -> None:
    case = world.admitted()
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=NOW + 3 * HOUR, **ORGANS)

    shown = text(as_user(world.specialist).get(reverse("portal:case", args=[case.pk])))

    assert "Where both have a value, the newer one counts." in shown


def test_ventilation_for_encephalopathy_counts_in_the_scores_of_a_case_too(world: World) -> None:
    case = world.admitted()
    ventilated = {**ORGANS, "encephalopathy_grade": "2", "ventilated_for_encephalopathy": True}
    perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=NOW + 3 * HOUR, **ventilated)

    assert scores_of(case)["CLIF-C OF"].value == str(3 + 1 + 3 + 1 + 2 + 1)


def test_a_case_without_an_assessment_has_no_scores(world: World) -> None:
    assert comparators_of(world.register()) is None
