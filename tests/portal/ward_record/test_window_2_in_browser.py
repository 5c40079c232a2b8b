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
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, World, build

pytestmark = pytest.mark.django_db(transaction=True)

MOST_FIELDS = 30
"""Answers and one-tap answers for the patient below, laboratory values read from reports; with a page
for each item and record it was 122."""
MOST_FIELDS_TYPED = 36
"""The same where every laboratory value is typed."""


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

    def taps(self, words: str) -> None:
        """Answers several fields by one tap."""
        self.page.locator("#ward-form .at-once-tap", has_text=words).click()
        self.filled += 1

    def reads(self, report: str) -> None:
        """Pastes a report and takes what was read of it."""
        form = self.page.locator("#ward-form form")
        form.locator(".reader-paste summary").click()
        form.locator("#reader-text").fill(report)
        form.locator(".reader-paste button").click()
        form.locator("[data-take-all]").click()
        self.filled += 2

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


FIRST = {"bilirubin": "310", "inr": "1.8", "creatinine": "80"}
SECOND = {"bilirubin": "380", "inr": "2.0", "creatinine": "80"}


def report_of(values: dict[str, str]) -> str:
    return "总胆红素 {bilirubin} umol/L\nINR {inr}\n肌酐 {creatinine} umol/L".format(**values)


def table(ward: Ward, values: dict[str, str], tap: str, *, reads: bool, **seen: str) -> None:
    ward.opens("assess-organ-failure")
    if reads:
        ward.reads(report_of(values))
    else:
        ward.fills(**values, bilirubin_unit="umol/L", creatinine_unit="umol/L")
    ward.fills(map_mmhg="85", spo2_percent="98", **seen)
    ward.taps(tap)
    ward.saves()


def through_window_2(ward: Ward, *, reads: bool = False) -> None:
    """Two tables, kit, precipitant and its treatment, checklist, two sessions, nutrition, immune markers,
    transplant, diagnosis."""
    page = ward.page
    table(ward, FIRST, "None of these", reads=reads)
    table(ward, SECOND, "As in the last table", reads=reads, complications="1")
    ward.records("record-kit-result", lot="L-7", sampled_at=local(page, 6), answer="negative")
    ward.records("record-precipitant", precipitant="HBV_FLARE")
    ward.records("record-intervention", note="started")
    ward.opens("ward/checklist")
    ward.taps("Done")
    ward.fills(**{"organ_support-progress": "done"})
    ward.saves()
    times = [{"started_at": local(page, hours), "ended_at": local(page, hours - 3)} for hours in (9, 5)]
    ward.records("record-artificial-liver", mode="plasma_exchange", **times[0])
    ward.records("record-artificial-liver", **times[1])
    ward.records("set-nutrition-target", height_cm="170", weight_kg="60")
    ward.records("record-intake", kcal="1400")
    ward.records("record-immune-status", sampled_at=local(page, 4), mhladr_per_cell="6100")
    ward.records("decide-transplant", decision="listed")
    ward.records("diagnose", category="aclf")


@pytest.mark.parametrize(("reads", "most"), [(True, MOST_FIELDS), (False, MOST_FIELDS_TYPED)])
def test_the_second_window_is_recorded_on_one_page(ward: Ward, case: Case, reads: bool, most: int) -> None:
    through_window_2(ward, reads=reads)
    print(f"window 2: {len(ward.loads)} page load, {ward.filled} fields")
    assert ward.loads == [ward.page.url]
    assert ward.filled <= most
    counted = {
        OrganFailureAssessment: 2,
        **{KitResult: 1, Precipitant: 1, Intervention: 1, TreatmentRecord: 5, ArtificialLiverSession: 2},
        **{NutritionTarget: 1, NutritionDay: 1, ImmuneStatus: 1, TransplantDecision: 1, Diagnosis: 1},
    }
    assert {kind: kind.objects.filter(case=case).count() for kind in counted} == counted
    first, second = OrganFailureAssessment.objects.filter(case=case).order_by("occurred_at")
    assert (first.values["complications"], second.values["complications"]) == (0, 1)
    assert second.values["bilirubin_umol_l"] == 380 and second.values["encephalopathy_grade"] == 0
    assert second.values["vasopressors"] is False
    assert {row.mode for row in ArtificialLiverSession.objects.all()} == {"plasma_exchange"}


def test_one_tap_leaves_what_was_answered_and_takes_over_nothing_that_was_measured(ward: Ward) -> None:
    table(ward, FIRST, "None of these", reads=False, encephalopathy_grade="2")
    assert OrganFailureAssessment.objects.get().values["encephalopathy_grade"] == 2
    ward.opens("assess-organ-failure")
    ward.taps("As in the last table")
    form = ward.page.locator("#ward-form")
    assert form.locator('[name="encephalopathy_grade"]:checked').get_attribute("value") == "2"
    for name in ("bilirubin", "inr", "creatinine", "map_mmhg", "spo2_percent"):
        expect(form.locator(f'[name="{name}"]')).to_have_value("")
    expect(form.locator('[name="bilirubin_unit"]')).to_have_value("")


COUNT_DRAWINGS = """() => {
    const chart = echarts.getInstanceByDom(document.querySelector("[data-trend]"));
    window.drawings = 0;
    chart.setOption = () => { window.drawings += 1; };
}"""


def test_one_tap_for_several_answers_asks_for_the_grade_once_and_draws_no_chart_again(
    ward: Ward, case: Case, world: World
) -> None:
    for hours in (9, 3):
        at = clock.now() - hours * HOUR
        perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=at, inr=2.6)
    page = ward.page
    page.reload()
    page.evaluate(COUNT_DRAWINGS)
    ward.opens("assess-organ-failure")
    expect(page.locator("#ward-form #organ-preview")).not_to_be_empty()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response("**/organs/"):
        ward.taps("None of these")
    assert len([address for address in asked if "/organs/" in address]) == 1
    assert page.evaluate("window.drawings") == 0


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
