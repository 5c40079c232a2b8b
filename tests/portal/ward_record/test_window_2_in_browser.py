"""One patient through the second window without leaving the page of the ward's records, counted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from referral.models import (
    ArtificialLiverSession,
    Case,
    Diagnosis,
    ImmuneStatus,
    Intervention,
    KitResult,
    LaboratoryPanel,
    NutritionDay,
    NutritionTarget,
    OrganFailureAssessment,
    Precipitant,
    TransplantDecision,
    TreatmentRecord,
)
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, World, build

pytestmark = pytest.mark.django_db(transaction=True)

MOST_FIELDS = 50
"""Answers that a person gives for the patient below; with a page for each item and record it was 122."""


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def case(world: World) -> Case:
    return world.admitted(clock.now() - 20 * HOUR)


@dataclass
class Ward:
    """Somebody at the page of the records: what they filled in, and how often a page was loaded."""

    page: Page
    filled: int = 0
    loads: list[str] = field(default_factory=list)

    def opens(self, form: str) -> None:
        self.page.locator(f'a[data-in-place][href*="{form}"]').first.click()
        expect(self.page.locator("dialog#ward-form[open] form")).to_be_visible()

    def fills(self, **values: str) -> None:
        for name, value in values.items():
            place = self.page.locator(f'#ward-form [name="{name}"]')
            kind = place.first.get_attribute("type")
            more = self.page.locator("#ward-form details:not([open]) > summary")
            if not place.first.is_visible() and kind not in ("radio", "checkbox"):
                more.first.click()
            if kind in ("radio", "checkbox"):
                self.page.locator(f'#ward-form [name="{name}"][value="{value}"]').check()
            elif place.first.evaluate("(element) => element.tagName") == "SELECT":
                place.select_option(value)
            else:
                place.fill(value)
            self.filled += 1

    def saves(self) -> None:
        self.page.locator("#ward-form .verb-submit").click()
        expect(self.page.locator("dialog#ward-form")).not_to_be_visible()
        expect(self.page.locator("#ward-saved")).not_to_be_empty()

    def records(self, form: str, **values: str) -> None:
        self.opens(form)
        self.fills(**values)
        self.saves()


@pytest.fixture
def ward(browser: Browser, live_server: Any, world: World, case: Case, as_user: SignIn) -> Iterator[Ward]:
    context = browser.new_context(
        base_url=live_server.url, locale="en-GB", viewport={"width": 1440, "height": 900}
    )
    without_live_stream(context)
    page = context.new_page()
    sign_in(page, as_user(world.specialist))
    ward = Ward(page)
    page.on("framenavigated", lambda frame: ward.loads.append(frame.url))
    page.goto(f"/cases/{case.pk}/ward/")
    yield ward
    context.close()


def local(page: Page, hours: float) -> str:
    """A moment so many hours ago, as a field in the zone of the hospital takes it."""
    script = """(ms) => new Intl.DateTimeFormat("sv-SE", {timeZone: "Asia/Shanghai", dateStyle: "short",
        timeStyle: "short"}).format(new Date(ms)).replace(" ", "T")"""
    moment = clock.now().timestamp() - hours * 3600
    return str(page.evaluate(script, moment * 1000))


TABLE = {
    "bilirubin": "310",
    "bilirubin_unit": "umol/L",
    "inr": "1.8",
    "creatinine": "80",
    "creatinine_unit": "umol/L",
    "encephalopathy_grade": "0",
    "map_mmhg": "85",
    "spo2_percent": "98",
    "fio2": "0.21",
    "complications": "0",
}
CHECKLIST = {
    f"{item}-progress": "done"
    for item in ("liver_protection", "nutrition", "infection_prevention", "symptoms", "organ_support")
}


def through_window_2(ward: Ward) -> None:
    """Two tables, kit, precipitant and its treatment, checklist, two sessions, nutrition, immune markers,
    transplant, diagnosis."""
    page = ward.page
    ward.records("assess-organ-failure", **TABLE)
    ward.records("assess-organ-failure", **{**TABLE, "bilirubin": "380", "inr": "2.0", "complications": "1"})
    ward.records("record-kit-result", lot="L-7", sampled_at=local(page, 6), answer="negative")
    ward.records("record-precipitant", precipitant="HBV_FLARE")
    ward.records("record-intervention", precipitant="HBV_FLARE", note="started")
    ward.records("ward/checklist", **CHECKLIST)
    for hours in (9, 5):
        ward.records(
            "record-artificial-liver",
            mode="plasma_exchange",
            started_at=local(page, hours),
            ended_at=local(page, hours - 3),
        )
    ward.records("set-nutrition-target", height_cm="170", weight_kg="60")
    ward.records("record-intake", day=local(page, 0)[:10], kcal="1400")
    ward.records("record-immune-status", sampled_at=local(page, 4), mhladr_per_cell="6100")
    ward.records("decide-transplant", decision="listed")
    ward.records("diagnose", category="aclf")


def test_the_second_window_is_recorded_on_one_page(ward: Ward, case: Case) -> None:
    through_window_2(ward)
    print(f"window 2: {len(ward.loads)} page load, {ward.filled} fields")
    assert ward.loads == [ward.page.url]
    assert ward.filled <= MOST_FIELDS
    counted = {
        OrganFailureAssessment: 2,
        **{KitResult: 1, Precipitant: 1, Intervention: 1, TreatmentRecord: 5, ArtificialLiverSession: 2},
        **{NutritionTarget: 1, NutritionDay: 1, ImmuneStatus: 1, TransplantDecision: 1, Diagnosis: 1},
    }
    assert {kind: kind.objects.filter(case=case).count() for kind in counted} == counted


def test_a_refused_form_stays_with_its_first_error_in_view_and_escape_leaves_it(ward: Ward) -> None:
    ward.opens("assess-organ-failure")
    ward.fills(bilirubin="310", inr="1.8")
    expect(ward.page.locator("#ward-form #organ-preview .definitions")).to_be_visible()
    ward.page.locator("#ward-form .verb-submit").click()
    expect(ward.page.locator("#ward-form .error-summary")).to_be_visible()
    expect(ward.page.locator('#ward-form [aria-invalid="true"]').first).to_be_focused()
    expect(ward.page.locator('#ward-form [aria-invalid="true"]').first).to_be_in_viewport()
    expect(ward.page.locator('#ward-form [name="bilirubin"]')).to_have_value("310")
    ward.page.keyboard.press("Escape")
    expect(ward.page.locator("dialog#ward-form")).not_to_be_visible()
    expect(ward.page.locator('a[data-in-place][href*="assess-organ-failure"]').first).to_be_focused()


def test_what_was_typed_and_left_comes_back_with_the_form(ward: Ward) -> None:
    ward.opens("record-intervention")
    ward.fills(note="two lines of thought")
    expect(ward.page.locator("#ward-form [data-draft-state]")).to_be_visible()
    ward.page.keyboard.press("Escape")
    ward.opens("record-intervention")
    expect(ward.page.locator('#ward-form [name="note"]')).to_have_value("two lines of thought")


def test_the_checklist_is_filled_in_and_saved_by_keyboard(ward: Ward, case: Case) -> None:
    ward.page.locator('a[data-in-place][href*="checklist"]').focus()
    ward.page.keyboard.press("Enter")
    expect(ward.page.locator("#checklist-liver_protection")).to_be_focused()
    ward.page.keyboard.press("Space")
    ward.page.locator('#ward-form [name="liver_protection-note"]').focus()
    ward.page.keyboard.press("Enter")
    expect(ward.page.locator("#ward-saved")).to_have_text(re.compile("1 item recorded"))
    assert TreatmentRecord.objects.get(case=case).item == "liver_protection"


REPORT = "白蛋白 28.5 g/L\n血钾 3.42 mmol/L\n血氨 88 umol/L\nPT 22.5 s\n血小板 61 10^9/L"


def test_a_panel_is_read_from_a_pasted_report_and_saved_without_a_mouse(ward: Ward, case: Case) -> None:
    page = ward.page
    page.locator('a[data-in-place][href*="record-panel"]').focus()
    page.keyboard.press("Enter")
    form = page.locator("#ward-form form")
    expect(form).to_be_visible()
    form.locator(".reader-paste summary").focus()
    page.keyboard.press("Enter")
    page.locator("#reader-text").focus()
    page.keyboard.insert_text(REPORT)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    take = form.locator("[data-take-all]")
    expect(take).to_be_visible()
    take.focus()
    page.keyboard.press("Enter")
    expect(form.locator('[name="potassium_mmol_l"]')).to_have_value("3.42")
    form.locator('[name="sampled_at"]').fill(local(page, 1))
    form.locator('[name="inr"]').focus()
    page.keyboard.type("2,2")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#ward-form")).not_to_be_visible()
    panel = LaboratoryPanel.objects.get(case=case)
    assert panel.values["prothrombin_time_s"] == 22.5
    assert panel.values["inr"] == 2.2
    assert len(panel.entered) == 6
    assert panel.entered["ammonia_umol_l"]["source"]["form"] == "text"
    assert ward.loads == [page.url]


def test_a_form_is_sent_in_place_from_the_moment_in_which_it_stands_there(ward: Ward, case: Case) -> None:
    ward.page.evaluate(
        """() => document.addEventListener("htmx:afterSwap", () => queueMicrotask(
            () => document.querySelector("#ward-form form").requestSubmit()), { once: true })"""
    )
    ward.page.locator('a[data-in-place][href*="checklist"]').click()
    expect(ward.page.locator("#ward-saved")).to_have_text(re.compile("0 items recorded"))
    assert ward.loads == [ward.page.url]
