"""Pictures and documents of a case in a real browser."""

import base64

from playwright.sync_api import Page, Route, expect

from accounts import clock
from files.models import StoredFile
from tests.e2e.conftest import Visits, until
from tests.e2e.screens import PHONE
from tests.files.pictures import jpeg, png, webp
from tests.referral.case_files import added_and_checked
from tests.world import World

SAID_FOR = 5_000
"""In milliseconds: for so long a page says that a file was sent."""


def test_a_page_that_does_not_come_says_so_and_can_be_asked_for_again(world: World, visit: Visits) -> None:
    now = clock.now()
    case = world.flagged(now=now)
    file = added_and_checked(case, world.doctor, now=now)
    ward = visit(world.specialist, size=PHONE)
    away = {"is": True}

    def store(route: Route) -> None:
        if away["is"]:
            route.fulfill(status=503, body="away")
        else:
            route.continue_()

    ward.route("**/page/1/", store)
    ward.goto(f"/cases/{case.pk}/files/{file.pk}/")
    trouble = ward.get_by_text("This page cannot be shown just now.")
    expect(trouble).to_be_visible()

    ward.get_by_role("button", name="Try again").click()
    expect(trouble).to_be_visible()
    away["is"] = False
    ward.get_by_role("button", name="Try again").click()

    expect(trouble).to_have_count(0)
    assert ward.locator("main img").evaluate(
        "async (one) => { await one.decode(); return one.naturalWidth > 0; }"
    )


def bring(page: Page, event: str, **files: bytes) -> None:
    """Drop files on the page, or paste them into it."""
    contents = {name: base64.b64encode(content).decode() for name, content in files.items()}
    page.evaluate(
        """([kind, contents]) => {
            const data = new DataTransfer();
            for (const [name, content] of Object.entries(contents)) {
                const bytes = Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0));
                data.items.add(new File([bytes], name));
            }
            const options = { bubbles: true, cancelable: true };
            document.body.dispatchEvent(kind === "drop"
                ? new DragEvent("drop", { ...options, dataTransfer: data })
                : new ClipboardEvent("paste", { ...options, clipboardData: data }));
        }""",
        [event, contents],
    )


def no_longer_said(page: Page) -> bool:
    """Whether the list of files has none that was sent, as much later as they stand in it."""
    page.clock.fast_forward(SAID_FOR)
    return page.locator(".upload:not(.is-refused)").count() == 0


def test_files_are_dropped_several_at_once_or_pasted(world: World, visit: Visits) -> None:
    case = world.flagged(now=clock.now())
    doctor = visit(world.doctor)
    doctor.clock.install()
    doctor.goto(f"/cases/{case.pk}/files/")

    bring(doctor, "drop", first=jpeg(), second=png(), letter=b"no picture and no document")
    bring(doctor, "paste", third=webp())

    refused = doctor.locator(".upload.is-refused")
    expect(refused).to_have_count(1)
    expect(refused.locator("strong")).to_have_text("letter")
    until(lambda: StoredFile.objects.count() == 3)
    until(lambda: no_longer_said(doctor))
    expect(doctor.locator("#files-live li")).to_have_count(3)
