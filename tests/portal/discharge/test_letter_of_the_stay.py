"""The letter of the way back says in two pages what happened in the ward."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page

from accounts import clock
from portal.pages.letters.stay import course, grades, sessions
from referral.models import ArtificialLiverSession, Case, OrganFailureAssessment
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import case_values
from tests.portal.conftest import SignIn
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.portal.reading import visible_text
from tests.world import HOUR, World, build

PAGE = re.compile(rb"/Type\s*/Page\b")
DAY = timedelta(days=1)
TABLE: dict[str, Any] = {
    **{"bilirubin_unit": "umol/L", "creatinine": 80, "creatinine_unit": "umol/L", "encephalopathy_grade": 0},
    **{"map_mmhg": 85, "spo2_percent": 98, "fio2": 0.21, "complications": 0, "sodium_mmol_l": 136},
}


def full_stay(world: World, now: datetime) -> Case:
    """A patient of hepatitis B who worsened, was treated, and goes home."""
    case = world.admitted(now - 9 * DAY)
    Case.objects.filter(pk=case.pk).update(chronic_liver_disease="hepatitis_b")
    case.refresh_from_db()

    def does(verb: Verb, days: float, **inputs: Any) -> None:
        nonlocal case
        case = perform(case, verb, actor=world.specialist, now=now - timedelta(days=days), **inputs)

    does(Verb.ASSESS_ORGAN_FAILURE, 8.5, **{**TABLE, "bilirubin": 310, "inr": 1.8})
    does(Verb.ASSESS_ORGAN_FAILURE, 6, **{**TABLE, "bilirubin": 420, "inr": 2.7, "sodium_mmol_l": 129})
    does(Verb.ASSESS_ORGAN_FAILURE, 1, **{**TABLE, "bilirubin": 150, "inr": 1.3})
    does(Verb.RECORD_PRECIPITANT, 8, precipitant="HBV_FLARE")
    does(Verb.RECORD_INTERVENTION, 8, precipitant="HBV_FLARE", note="Antiviral-X begun")
    for days in (6.0, 4.0):
        start = now - timedelta(days=days)
        does(
            *(Verb.RECORD_ARTIFICIAL_LIVER, days - 0.2),
            mode="dpmas_pe",
            started_at=start,
            ended_at=start + 3 * HOUR,
            complications=["allergy"],
        )
    sampled = now - 8.4 * DAY
    does(Verb.RECORD_KIT_RESULT, 8, lot="K1", sampled_at=sampled, answer="positive")
    does(Verb.RECORD_TREATMENT, 8, item="infection_prevention", progress="done")
    does(Verb.DECIDE_TRANSPLANT, 5, decision="listed")
    does(Verb.DIAGNOSE, 5, category="aclf", should_know="No herbs.")
    does(
        *(Verb.BACK_REFER, 0.1),
        plan="Rest, diet, weekly visits.",
        medicines="Med-M once a day",
        appointments="Bilirubin and INR on the 3rd day, then weekly",
        red_flags="Drowsiness, bleeding, less urine",
    )
    return case


def test_the_course_has_each_value_at_admission_at_its_worst_and_at_last(world: World) -> None:
    case = full_stay(world, clock.now())
    rows = {str(row.label): row for row in course(case_values(case), case.admitted_at)}
    bilirubin, sodium = rows["Total bilirubin"], rows["Serum sodium"]
    assert [cell.words for cell in bilirubin.cells if cell][1:] == ["420 µmol/L", "150 µmol/L"]
    assert sodium.worst.words == "129 mmol/L", "of sodium the lowest is the worst"
    assert all(row.at_admission.at <= row.last.at for row in rows.values() if row.at_admission)
    assert "FiO2" not in rows
    assert [row.is_measured_once for row in (bilirubin, rows["Blood urea"])] == [False, True]


def test_a_value_that_was_measured_once_stands_once_in_the_letter(world: World, as_user: SignIn) -> None:
    case = full_stay(world, clock.now())
    shown = as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/").content.decode()
    (row,) = [line for line in shown.split("<tr>") if "Blood urea" in line and "</tr>" in line]
    assert row.count("mmol/L") == 1
    assert "measured once" in row


def test_grades_are_those_by_which_something_changed(world: World) -> None:
    case = full_stay(world, clock.now())
    tables = list(OrganFailureAssessment.objects.filter(case=case))
    assert [row.failures for row in grades(tables)] == [1, 2, 0]
    assert len(grades([tables[0], tables[0], tables[0]])) == 2, "the first and the last"
    assert grades([]) == []


def test_sessions_are_told_by_mode_with_what_went_wrong(world: World) -> None:
    full_stay(world, clock.now())
    (row,) = sessions(list(ArtificialLiverSession.objects.all()))
    assert (row.count, len(row.complications), row.first < row.last) == (2, 1, True)


def test_a_county_doctor_finds_everything_in_the_letter(world: World, as_user: SignIn) -> None:
    case = full_stay(world, clock.now())
    answer = as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/?lang=en")
    text = visible_text(answer.content.decode())
    for said in (
        *("Grade over time", "Course of the values", "420 µmol/L", "Antiviral-X begun", "× 2", "positive"),
        *(
            "Put on the transplant waiting list",
            "Med-M",
            "then weekly",
            "Drowsiness",
            "Call the ward at once",
        ),
    ):
        assert said in text, said


def test_a_letter_without_records_of_the_ward_says_what_was_not_recorded(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    case = world.diagnosed(now)
    back = perform(case, Verb.BACK_REFER, actor=world.specialist, now=now, plan="p")
    text = visible_text(as_user(world.doctor).get(f"/cases/{back.pk}/back-letter/").content.decode())
    assert "not recorded" in text and "no decision recorded" in text


def test_what_the_ward_did_not_say_is_named_and_its_phone_stands_there_all_the_same(
    world: World, as_user: SignIn
) -> None:
    now = clock.now()
    back = perform(world.diagnosed(now), Verb.BACK_REFER, actor=world.specialist, now=now, plan="p")
    text = visible_text(as_user(world.doctor).get(f"/cases/{back.pk}/back-letter/").content.decode())
    for heading in ("Medicines", "Next tests and appointments", "Warning signs"):
        assert f"{heading} Not stated. Ask the ward." in " ".join(text.split()), heading
    assert f"Call the ward at once: {world.ward.phone}" in text


def test_a_letter_of_somebody_who_died_asks_for_no_follow_up(world: World, as_user: SignIn) -> None:
    case = full_stay(world, clock.now())
    died = {"now": clock.now(), "occurred_at": clock.now()}
    perform(case, Verb.RECORD_DEATH, actor=world.specialist, **died)
    text = visible_text(as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/").content.decode())
    assert "The patient has died" in text and "Please confirm the return" not in text


def test_a_transplant_stands_once_and_not_as_that_of_a_third_failure(world: World, as_user: SignIn) -> None:
    now = clock.now()
    case = world.diagnosed(now - DAY)
    at = {"actor": world.specialist, "now": now - 2 * HOUR}
    case = perform(case, Verb.DECIDE_TRANSPLANT, decision="transplanted", **at)
    perform(case, Verb.BACK_REFER, actor=world.specialist, now=now - HOUR, plan="p")
    text = visible_text(as_user(world.doctor).get(f"/cases/{case.pk}/back-letter/").content.decode())
    assert "Transplanted" in text
    assert "waiting list" not in text and "third" not in text


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_on_paper_it_is_two_pages(transactional_db: None, page: Page, as_user: SignIn, language: str) -> None:
    world = build()
    case = full_stay(world, clock.now())
    sign_in(page, as_user(world.doctor))
    page.goto(f"/cases/{case.pk}/back-letter/?lang={language}")
    paper = page.pdf(prefer_css_page_size=True)
    assert len(PAGE.findall(paper)) <= 2
