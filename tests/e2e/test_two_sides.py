"""From a free bed to the hand-over: each side sees what the other and the carrier did, without a reload."""

import json
import re
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from accounts import clock
from notifications.channels.signing import signature
from notifications.models import Delivery, Subscription
from notifications.reports.addresses import address_of
from referral.models import Case
from referral.pathway.vocabulary import State
from referral.queries.hand_over_codes import make_code
from tests.e2e.conftest import CARRIER_SECRET, Platform, Visits, live, until
from tests.e2e.screens import PHONE
from tests.e2e.test_main_job import field_time, register
from tests.world import World

NUMBER = "+8613800000042"


class Carrier:
    """The carrier's side: what it was given for NUMBER, and what it reports to the product."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform

    def given(self, channel: str) -> dict[str, Any]:
        """The first message of a channel; waits for it."""

        def of_channel() -> list[dict[str, Any]]:
            bodies = [asked.json for asked in self._platform.carrier.asked]
            return [body for body in bodies if (body["channel"], body["to"]) == (channel, NUMBER)]

        until(lambda: of_channel() != [])
        return of_channel()[0]

    def report(self, channel: str, body: dict[str, Any], secret: str = CARRIER_SECRET) -> httpx.Response:
        raw, second = json.dumps(body).encode(), str(int(clock.wall().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-ACLF-Timestamp": second,
            "X-ACLF-Signature": f"sha256={signature(second, raw, secret)}",
        }
        return httpx.post(address_of(channel), content=raw, headers=headers)


def stays(page: Page) -> None:
    """Wait for the live stream, and mark the page so that a reload would be noticed."""
    live(page)
    page.evaluate("window.wasNotReloaded = true")


@pytest.fixture
def carrier(platform: Platform, settings: Any) -> Carrier:
    """Of a network whose product is reached at the platform's address."""
    shared = {"provider": "generic", "secret": CARRIER_SECRET}
    settings.BASE_URL, settings.CHANNEL_SETTINGS = platform.url, {"sms": shared, "voice": shared}
    return Carrier(platform)


def test_both_sides_see_what_the_other_and_the_carrier_did(
    world: World, carrier: Carrier, visit: Visits
) -> None:
    for channel in ("sms", "voice"):
        Subscription.objects.create(
            user=world.specialist, channel=channel, address=NUMBER, address_key=NUMBER
        )
    ward, places, doctor = visit(world.specialist), visit(world.doctor, size=PHONE), visit(world.doctor)
    for page, address in ((ward, "/board/"), (places, "/places/")):
        page.goto(address)
        stays(page)

    ward.get_by_role("button", name=re.compile("^2 free beds")).click()
    expect(places.locator("#places-others")).to_contain_text("2 beds free")

    doctor.goto("/")
    register(doctor)
    row = ward.locator("article[data-new]")
    expect(row).to_be_visible()
    case = Case.objects.get()
    expect(row).to_contain_text(case.number)
    doctor.goto(f"/cases/{case.pk}/")
    stays(doctor)
    the_carrier_reports(doctor, carrier)
    the_telephone_acknowledges(doctor, ward, carrier, case)

    assert ward.evaluate("window.wasNotReloaded")
    ward.locator("summary", has_text="Accept with a bed").click()
    ward.get_by_label("Bed, if known").fill("12")
    ward.get_by_role("button", name="Accept", exact=True).click()
    expect(doctor.locator(".promise")).to_contain_text("Bed 12")
    expect(places.locator("#places-others")).to_contain_text("1 bed free")

    sheet = visit(world.lead, size=PHONE)
    the_patient_comes(doctor, sheet, case)
    the_letters_code_takes_over(doctor, sheet, case)
    assert all(page.evaluate("window.wasNotReloaded") for page in (places, sheet))


def the_carrier_reports(doctor: Page, carrier: Carrier) -> None:
    """A report is shown to who waits at once; a forged one, or of nothing, shows nothing."""
    text = carrier.given("sms")
    proof = doctor.locator("#proof")
    proof.locator("summary").click()
    expect(proof).to_contain_text("specialist")
    delivered = {"id": text["id"], "status": "delivered"}
    assert carrier.report("sms", delivered, secret="guessed").status_code == 403
    assert carrier.report("sms", {**delivered, "id": "0" * 32}).status_code == 200
    assert Delivery.objects.get(pk=text["id"]).state == "sent"
    for _again in range(2):
        assert carrier.report("sms", delivered).json() == {"ok": True}
    expect(proof).to_contain_text("delivered", timeout=10_000)


def the_telephone_acknowledges(doctor: Page, ward: Page, carrier: Carrier, case: Case) -> None:
    call = carrier.given("voice")
    keys = {"id": call["id"], "status": "delivered", "keys": call["keys"]["acknowledge"]}
    assert carrier.report("voice", keys).json()["calls"][0]["outcome"] == "acknowledged"
    expect(doctor.locator("#timeline")).to_contain_text("number ending 0042")
    expect(ward.locator("article[data-new]")).to_have_count(0)
    assert case.offers.get().acknowledged_by_id is not None


def the_patient_comes(doctor: Page, sheet: Page, case: Case) -> None:
    doctor.locator("summary", has_text="Patient has left").click()
    doctor.get_by_role("textbox", name="Expected arrival").fill(field_time(2))
    doctor.locator("#action-depart .verb-extra > summary").click()
    doctor.locator("#action-depart [name=team]").fill("王师傅")
    doctor.get_by_role("button", name="Record departure").click()
    expect(doctor.get_by_text("The departure was recorded and the ward was told.")).to_be_visible()
    sheet.goto(f"/cases/{case.pk}/arrival/")
    stays(sheet)
    expect(sheet.locator(".detail-list")).to_contain_text("王师傅")
    expect(sheet.locator(".arrival-time .window")).to_contain_text("1 h")

    doctor.goto(f"/cases/{case.pk}/arrival/")
    doctor.locator("summary", has_text="Change the expected arrival").click()
    doctor.get_by_role("textbox", name="Expected arrival").fill(field_time(5))
    doctor.get_by_role("button", name="Expect the patient then").click()
    expect(sheet.locator(".arrival-time .window")).to_contain_text("4 h")


def the_letters_code_takes_over(doctor: Page, sheet: Page, case: Case) -> None:
    """The ward's phone reads the code; the first hospital, which looks at its case, hears who took over."""
    doctor.goto(f"/cases/{case.pk}/")
    stays(doctor)
    reader = sheet.context.new_page()
    reader.goto(f"/hand-over/{make_code(case.pk)}/")
    expect(reader.get_by_role("heading", name="Is this the patient in front of you?")).to_be_visible()
    reader.locator("[name=handed_over_by]").fill("王师傅")
    reader.get_by_role("button", name="Taken over").click()
    expect(doctor.locator("#timeline")).to_contain_text("王师傅")
    expect(sheet.get_by_text("The patient is in the ward.")).to_be_visible()
    case.refresh_from_db()
    assert (case.state, case.bed) == (State.ADMITTED, "12")
    assert doctor.evaluate("window.wasNotReloaded")
