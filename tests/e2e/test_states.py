"""What goes wrong or is asked, on phones: it fits, can be read in both themes and hit by a finger."""

from datetime import timedelta

from playwright.sync_api import Page, expect

from accounts import clock
from accounts.models import Hospital, User
from tests.e2e.conftest import Visits, live
from tests.e2e.screens import PHONE, troubles_on_phones, unfit_for_phones
from tests.world import World

NATIONAL_ID = "110105197001020033"
LONG_NAME = "Third Affiliated People's Hospital of the Medical University of the Province"


def register(page: Page, name: str, national_id: str = "") -> None:
    """Fills in who it is, and sends."""
    page.goto("/cases/new/")
    page.locator("[name=name]").fill(name)
    page.locator("[name=sex][value=male]").check()
    page.locator("[name=birth_date]").fill("1970-01-02")
    page.locator("[name=national_id]").fill(national_id)
    page.locator("[name=chronic_liver_disease]").select_option("hepatitis_b")
    page.get_by_role("button", name="Save, values still to come").click()


def test_the_box_of_a_patient_with_an_open_case_elsewhere_fits(world: World, visit: Visits) -> None:
    Hospital.objects.filter(pk=world.hospital.pk).update(name_en=LONG_NAME, phone="0571-87236666")
    world.register(now=clock.now() - timedelta(hours=1), name="张三", national_id=NATIONAL_ID)
    page = visit(world.other_doctor, size=PHONE)
    register(page, "张三", NATIONAL_ID)
    expect(page.get_by_role("alert").filter(has_text="87236666")).to_be_visible()
    assert troubles_on_phones(page) == []


def test_the_question_about_a_namesake_fits(world: World, visit: Visits) -> None:
    world.register(now=clock.now() - timedelta(hours=1), name="张三")
    page = visit(world.doctor, size=PHONE)
    register(page, "张三")
    expect(page.locator(".question")).to_be_visible()
    assert troubles_on_phones(page) == []


def test_a_new_case_with_nothing_in_it_is_refused_where_it_can_be_read(world: World, visit: Visits) -> None:
    page = visit(world.doctor, size=PHONE)
    page.goto("/cases/new/")
    page.locator("[name=sodium_mmol_l]").fill("1400")
    page.get_by_role("button", name="Assess now").click()
    expect(page.locator(".error-summary")).to_be_visible()
    assert troubles_on_phones(page) == []


def test_the_board_of_somebody_whom_alerts_may_not_reach_fits(world: World, visit: Visits) -> None:
    page = visit(world.specialist, size=PHONE)
    page.goto("/board/")
    expect(page.locator(".reach-line a")).to_be_visible()
    assert troubles_on_phones(page) == []


def test_a_lost_connection_and_the_menu_fit_on_a_phone(world: World, visit: Visits) -> None:
    page = visit(world.specialist, size=PHONE)
    page.goto("/board/")
    live(page)
    visit.expects_trouble = True
    page.context.set_offline(True)
    expect(page.locator("#live-state")).to_have_attribute("data-state", "lost")
    assert troubles_on_phones(page) == []
    page.locator("details[data-menu] > summary").click()
    assert troubles_on_phones(page) == []


def test_the_administration_fits_on_a_phone(world: World, visit: Visits) -> None:
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True)
    page = visit(world.administrator, size=PHONE)
    person = f"/admin/accounts/user/{world.doctor.pk}/change/"
    for path in ("/admin/", "/admin/accounts/user/", person, "/admin/accounts/ward/add/"):
        page.goto(path)
        expect(page.locator("#content-main")).to_be_visible()
        assert unfit_for_phones(page) == [], path
