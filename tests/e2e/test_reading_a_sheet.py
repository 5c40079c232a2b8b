"""The whole way of a laboratory sheet on a phone: taken, read, corrected, submitted, seen by the ward."""

from pathlib import Path

from playwright.sync_api import Page, expect

from accounts import clock
from files import checking
from labs.models import LabReading, ReadingState
from labs.readings import worker
from referral.models import Case, CaseFile
from tests.e2e.conftest import Visits, until
from tests.e2e.screens import PHONE, SETTLED, troubles_on_phones
from tests.e2e.test_main_job import field_time
from tests.world import MINUTE, World

PATIENT = {"name": "测试甲", "sex": "male", "age_years": 56}
EIGHT = ("bilirubin", "inr", "urea", "sodium_mmol_l")


def photographed(folder: Path, **other: object) -> Path:
    """A drawn sheet of the patient, or of somebody else, as a telephone takes it."""
    from labs.drawing import draw_sheet

    sheet = folder / "IMG_0001.jpg"
    draw_sheet(3, "county", patient={**PATIENT, **other}).picture.save(sheet, quality=90)
    return sheet


def fill_in_who(page: Page) -> None:
    page.goto("/cases/new/")
    page.locator("[name=name]").fill("测试甲")
    page.locator("[name=sex][value=male]").check()
    page.locator("[name=birth_date]").fill(f"{clock.now().year - 56}-01-02")
    page.locator("[name=first_visit_at]").fill(field_time(-1))
    page.locator("[name=chronic_liver_disease]").select_option("hepatitis_b")
    page.locator("[name=presentation][value=acute_liver_injury]").check()
    page.locator("[name=cirrhosis][value=yes]").check()
    page.locator("[name=variceal_bleeding][value=no]").check()
    page.locator("[name=encephalopathy_grade][value='2']").check()


def read_it() -> bool:
    """What the workers of files and readings do, once; whether the report has been read."""
    now = clock.now()
    checking.check(now=now)
    worker.read_next(now)
    return LabReading.objects.filter(state=ReadingState.READ).exists()


def test_a_sheet_is_taken_read_corrected_submitted_and_seen_by_the_ward(
    world: World, visit: Visits, tmp_path: Path
) -> None:
    doctor = visit(world.doctor, size=PHONE)
    fill_in_who(doctor)
    doctor.locator("#reader-file").set_input_files(photographed(tmp_path))
    until(read_it)
    proposals = doctor.locator(".proposal:visible")
    expect(proposals.first).to_be_visible(timeout=15_000)
    expect(doctor.locator(".proposal-cutout img").first).to_be_visible()
    doctor.evaluate(SETTLED)
    assert troubles_on_phones(doctor) == []

    doctor.locator("[data-take-all]").click()
    for one in proposals.locator("[data-take]:visible").all():
        if one.count() and not one.locator("xpath=ancestor::li[contains(@class, 'is-taken')]").count():
            one.click()
    read = {name: doctor.locator(f"[name={name}]").input_value() for name in EIGHT}
    assert any(read.values()), "nothing of the eight was read"
    values = {"bilirubin": "310", "inr": "2.2", "urea": "11", "sodium_mmol_l": "129"}
    for name, value in values.items():
        doctor.locator(f"[name={name}]").fill(value)
    doctor.locator("[name=sampled_at]").fill(field_time(-0.5))
    doctor.get_by_role("button", name="Assess now").click()
    expect(doctor.locator("input[id^=confirm-], .result-risk").first).to_be_visible()
    for question in doctor.locator("input[id^=confirm-]").all():
        question.check()
    if doctor.locator("input[id^=confirm-]").count():
        doctor.get_by_role("button", name="Assess now").click()
    expect(doctor.get_by_text("Red flag: the referral is under way").first).to_be_visible()

    case, file = Case.objects.get(), CaseFile.objects.get()
    assert file.case == case
    ward = visit(world.specialist, size=PHONE)
    ward.goto(f"/cases/{case.pk}/")
    expect(ward.get_by_text("read from a picture, changed by hand").first).to_be_visible()
    ward.goto(f"/cases/{case.pk}/files/{file.pk}/")
    picture = ward.locator("main img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("async (one) => { await one.decode(); return one.naturalWidth > 300; }")


def test_nothing_is_taken_of_a_sheet_of_somebody_else_until_it_is_said_to_be_the_patients(
    world: World, visit: Visits, tmp_path: Path
) -> None:
    doctor = visit(world.doctor, size=PHONE)
    fill_in_who(doctor)
    doctor.locator("#reader-file").set_input_files(photographed(tmp_path, name="王建国", sex="female"))
    until(read_it)
    same = doctor.get_by_label("It is this patient's report all the same")
    expect(same).to_be_visible(timeout=15_000)
    expect(doctor.locator(".reading .question", has=same)).to_contain_text("王建国")
    take = doctor.locator("[data-take-all], [data-take]")
    assert take.count() > 4
    assert all(one.is_disabled() for one in take.all())

    same.check()
    expect(doctor.locator("[data-take-all]")).to_be_enabled()
    assert doctor.locator("[name=bilirubin]").input_value() == ""


def test_an_answer_among_the_values_of_a_panel_is_taken_with_those_behind_it(
    world: World, visit: Visits
) -> None:
    case = world.admitted(clock.now() - 5 * MINUTE)
    ward = visit(world.specialist, size=PHONE)
    ward.goto(f"/cases/{case.pk}/record-panel/")
    ward.locator("[name=hbeag][value=positive]").check()
    ward.locator(".reader-paste summary").click()
    ward.locator("#reader-text").fill("INR 2.2\nHBsAg 阳性\nHBeAg 阴性\nCRP 12 mg/L")
    ward.get_by_role("button", name="Read the text").click()
    ward.locator("[data-take-all]").click()

    expect(ward.locator("[name=inr]")).to_have_value("2.2")
    expect(ward.locator("[name=hbsag][value=positive]")).to_be_checked()
    expect(ward.locator("[name=crp_mg_l]")).to_have_value("12")
    expect(ward.locator("[name=hbeag][value=positive]")).to_be_checked()
    other = ward.locator(".proposal[data-name=hbeag]")
    expect(other).to_contain_text("Left as typed: Positive")
    other.locator("[data-take]").click()
    expect(other.locator("[data-take]")).to_have_text("Replace Positive by Negative")
    other.locator("[data-take]").click()
    expect(ward.locator("[name=hbeag][value=negative]")).to_be_checked()
    ward.locator("[name=sampled_at]").fill(field_time(0))
    ward.get_by_role("button", name="Save the values").click()
    until(lambda: case.laboratorypanel_set.exists())
    entered = case.laboratorypanel_set.get().entered
    assert {name for name, said in entered.items() if "source" in said} == {
        "inr",
        "hbsag",
        "hbeag",
        "crp_mg_l",
    }
