"""The ward's record in a real browser: grades while one types, charts, barriers, the security policy."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect

from accounts import clock
from referral.models import Case, OrganFailureAssessment
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.e2e.screens import troubles
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, World, build

pytestmark = pytest.mark.django_db(transaction=True)

SIZES = {"phone": (390, 844), "desk": (1440, 900)}
DRAWN = "[...document.querySelectorAll('[data-trend] canvas')].filter((canvas) => canvas.width > 0).length"


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def case(world: World) -> Case:
    """A patient whose organs fail one after the other, with an infection."""
    now = clock.now()
    case = world.admitted(now - 20 * HOUR)

    def does(verb: Verb, hours: float, **inputs: Any) -> None:
        perform(case, verb, actor=world.specialist, now=now - timedelta(hours=hours), **inputs)

    does(Verb.ASSESS_ORGAN_FAILURE, 15, inr=2.6)
    does(Verb.ASSESS_ORGAN_FAILURE, 9, inr=2.6, dialysis=True)
    does(Verb.ASSESS_ORGAN_FAILURE, 3, inr=2.6, dialysis=True, vasopressors=True)
    does(Verb.RECORD_PRECIPITANT, 8, precipitant="BACT_INF")
    does(Verb.SET_NUTRITION_TARGET, 7, height_cm=170, weight_kg=60)
    does(Verb.RECORD_INTAKE, 1, day=now.date(), kcal=1100)
    for hours, value in ((10, 6100), (2, 4200)):
        sampled = now - timedelta(hours=hours)
        does(Verb.RECORD_IMMUNE_STATUS, 1, sampled_at=sampled, mhladr_per_cell=value, pct_ng_ml=hours)
    return case


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Breaches of the security policy that the browser complains about; there must be none."""
    findings: list[str] = []
    yield findings
    assert not [text for text in findings if "Security Policy" in text]


@pytest.fixture(params=SIZES)
def page(
    request: pytest.FixtureRequest,
    browser: Browser,
    live_server: Any,
    world: World,
    as_user: SignIn,
    complaints: list[str],
) -> Iterator[Page]:
    """A page of the specialist. The live stream needs another server, so it is cut off."""
    width, height = SIZES[request.param]
    dark = "dark" if request.param == "desk" else "light"
    context = browser.new_context(
        base_url=live_server.url,
        locale="en-GB",
        viewport={"width": width, "height": height},
        color_scheme=dark,  # type: ignore[arg-type]
    )
    without_live_stream(context)
    page = context.new_page()
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    sign_in(page, as_user(world.specialist))
    yield page
    context.close()


def test_the_record_has_its_charts_and_no_barriers(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.pk}/ward/")
    page.wait_for_function(f"() => {DRAWN} === 3")
    expect(page.get_by_text("Third organ failure, after two, seen")).to_be_visible()
    assert troubles(page) == []


def test_the_grade_is_computed_as_one_types_and_kept(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.pk}/assess-organ-failure/")
    preview = page.locator("#organ-preview")
    expect(preview).to_contain_text("cannot be said yet")
    page.locator("[name=inr]").fill("2.7")
    expect(preview).to_contain_text("grade I")
    page.locator("[name=dialysis][value=true]").check()
    expect(preview).to_contain_text("ACLF grade 2")
    page.locator("[name=bilirubin]").fill("20")
    expect(preview).to_contain_text("Unit of bilirubin is not stated")
    page.locator("[name=bilirubin_unit]").select_option("mg/dL")
    expect(preview).to_contain_text("ACLF grade 3a")
    assert troubles(page) == []

    page.get_by_role("button", name="Keep the assessment").click()
    page.wait_for_url(f"**/cases/{case.pk}/")
    assert OrganFailureAssessment.objects.filter(grade="3a").count() == 2


def test_the_other_forms_and_the_library_have_no_barriers(page: Page, case: Case) -> None:
    for path in (
        f"/cases/{case.pk}/record-kit-result/",
        f"/cases/{case.pk}/record-artificial-liver/",
        f"/cases/{case.pk}/record-immune-status/",
        "/evidence/?q=nothing",
    ):
        page.goto(path)
        assert troubles(page) == [], path


def test_the_time_of_sampling_of_an_organ_table_is_set_by_one_tap(page: Page, case: Case) -> None:
    page.goto(f"/cases/{case.pk}/assess-organ-failure/")
    page.get_by_role("button", name=re.compile("^(3 hours ago|3 ?小时前)$")).click()
    wall = (clock.now() - 3 * HOUR).astimezone(ZoneInfo(case.hospital.zone))
    typed = datetime.fromisoformat(page.locator("[name=sampled_at]").input_value())
    assert abs(typed - wall.replace(tzinfo=None)) < timedelta(minutes=5)
