"""The main job in a real browser, in both roles at once."""

from datetime import timedelta
from email.message import EmailMessage
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from accounts import clock
from referral.models import Case
from referral.pathway.vocabulary import State
from tests.e2e.conftest import Platform, Visits, live, until
from tests.e2e.screens import PHONE
from tests.world import World

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""Generous, for a busy machine; the benchmark measures the real figure."""


def field_time(hours: float) -> str:
    return (clock.now() + timedelta(hours=hours)).astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


def sign_in(page: Page, email: str) -> None:
    page.goto("/")
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill("a-long-password")
    page.get_by_role("button", name="Sign in", exact=True).click()


def mails_about(case: Case, platform: Platform, to: str) -> list[EmailMessage]:
    received = [mail for people, mail in platform.mailbox.received if people == [to]]
    return [mail for mail in received if case.number in mail["Subject"]]


def register(page: Page) -> None:
    """Register an ill patient, ask for the assessment, and wait for its result to stand there."""
    page.get_by_role("link", name="New case").first.click()
    page.locator("[name=name]").fill("测试甲")
    page.locator("[name=sex][value=male]").check()
    page.locator("[name=birth_date]").fill("1970-01-02")
    page.locator("[name=first_visit_at]").fill(field_time(-1))
    page.locator("[name=chronic_liver_disease]").select_option("hepatitis_b")
    page.locator("[name=presentation][value=acute_liver_injury]").check()
    page.locator("[name=cirrhosis][value=yes]").check()
    page.locator("[name=variceal_bleeding][value=no]").check()
    page.locator("[name=encephalopathy_grade][value='2']").check()
    page.locator("[name=sampled_at]").fill(field_time(-0.5))
    for name, value in {"bilirubin": "310", "inr": "2.2", "urea": "11", "sodium_mmol_l": "129"}.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Assess now").click()
    page.wait_for_url("**/result/")


def test_from_the_first_visit_to_a_bed_in_the_specialist_ward(
    world: World, platform: Platform, visit: Visits
) -> None:
    doctor, specialist = visit(size=PHONE), visit()
    sign_in(specialist, "specialist@test.example")
    expect(specialist).to_have_url(f"{platform.url}/board/")
    expect(specialist.get_by_text("No open requests")).to_be_visible()
    live(specialist)
    specialist.evaluate("window.wasNotReloaded = true")

    sign_in(doctor, "doctor@test.example")
    register(doctor)

    row = specialist.locator("article[data-new]")
    expect(row).to_be_visible()
    assert specialist.evaluate("window.wasNotReloaded")
    expect(specialist).to_have_title("(1) Ward board · ACLF referral")
    expect(doctor.get_by_text("Red flag: the referral is under way").first).to_be_visible()
    expect(doctor.get_by_text("Provisional: not the consortium's published model").first).to_be_visible()

    case = Case.objects.get()
    expect(row).to_contain_text(case.number)
    expect(row).to_contain_text("red flag")
    until(lambda: mails_about(case, platform, to="specialist@test.example") != [])
    assert "测试甲" not in mails_about(case, platform, to="specialist@test.example")[0].as_string()

    acknowledge_and_accept(specialist, doctor, case)
    talk_both_ways(specialist, doctor, case)
    depart_and_admit(specialist, doctor, case)
    closed = case.deadlines.exclude(closed_at=None).values_list("kind", "outcome")
    assert dict(closed) == dict.fromkeys(["assess", "acknowledge", "decide", "admit", "arrive"], "met")


def acknowledge_and_accept(specialist: Page, doctor: Page, case: Case) -> None:
    doctor.goto(f"/cases/{case.pk}/")
    live(doctor)
    specialist.get_by_role("button", name="Acknowledge").click()
    expect(specialist.get_by_text("Acknowledged. The first hospital was told.")).to_be_visible()
    expect(doctor.locator("#timeline")).to_contain_text("Request acknowledged")

    specialist.locator("summary", has_text="Accept with a bed").click()
    specialist.get_by_label("Bed, if known").fill("12")
    specialist.get_by_role("button", name="Accept", exact=True).click()
    expect(specialist.get_by_text("Accepted. The first hospital was told.")).to_be_visible()
    expect(doctor.locator(".promise")).to_contain_text("Bed 12")


def talk_both_ways(specialist: Page, doctor: Page, case: Case) -> None:
    specialist.goto(f"/cases/{case.pk}/")
    live(specialist)
    doctor.locator("#talk-text").fill("Drowsy since six, two units of plasma given")
    doctor.locator("#talk-form button").click()
    expect(specialist.locator("#talk-list")).to_contain_text("Drowsy since six")
    expect(doctor.locator("#talk-text")).to_have_value("")

    specialist.locator("#talk-text").fill("Please send her now")
    specialist.locator("#talk-form button").click()
    expect(doctor.locator("#talk-list")).to_contain_text("Please send her now")


def depart_and_admit(specialist: Page, doctor: Page, case: Case) -> None:
    doctor.locator("summary", has_text="Patient has left").click()
    doctor.get_by_role("textbox", name="Expected arrival").fill(field_time(2))
    doctor.get_by_role("button", name="Record departure").click()
    expect(doctor.get_by_text("The departure was recorded and the ward was told.")).to_be_visible()
    expect(specialist.locator("#action-admit > summary")).to_be_visible()
    expect(specialist.locator(".awaited")).to_contain_text("arrival and admission")

    specialist.locator("#action-admit > summary").click()
    expect(specialist.locator("#action-admit").get_by_label("Bed, if known")).to_have_value("12")
    specialist.get_by_role("button", name="Record admission").click()
    expect(specialist.get_by_text("The admission was recorded. The second window runs.")).to_be_visible()
    expect(doctor.locator("#timeline")).to_contain_text("Patient admitted")
    case.refresh_from_db()
    assert (case.state, case.bed) == (State.ADMITTED, "12")


def test_a_case_declined_from_the_board_goes_to_the_next_wards_open_board(
    world: World, platform: Platform, visit: Visits
) -> None:
    first, second = visit(world.specialist, size=PHONE), visit(world.second_specialist)
    for page in (first, second):
        page.goto("/board/")
        live(page)
    case = world.flagged(now=clock.now())

    expect(first.locator("article[data-new]")).to_be_visible()
    first.locator("summary", has_text="Decline").click()
    expect(first.get_by_text("The next ward is asked at once.").first).to_be_visible()
    first.get_by_role("button", name="no bed").click()

    expect(first.get_by_text("Declined. The next ward was asked.")).to_be_visible()
    expect(first.get_by_text(case.number)).to_have_count(0)
    expect(second.locator("article[data-new]")).to_contain_text(case.number)


def test_a_patient_at_the_door_is_admitted(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    page = visit(world.second_specialist, size=PHONE)
    page.goto("/board/")
    page.get_by_label("Case number or national ID").fill(case.number)
    page.get_by_role("button", name="Find").click()
    page.get_by_label("as the person at the door says it").fill("测试甲")
    page.get_by_label("Bed, if known").fill("3")
    page.get_by_role("button", name="Record admission").click()
    expect(page.get_by_role("heading", name="测试甲")).to_be_visible()
    case.refresh_from_db()
    assert case.ward == world.second_ward
