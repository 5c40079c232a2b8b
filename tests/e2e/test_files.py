"""Pictures and documents of a case in a real browser."""

from playwright.sync_api import Route, expect

from accounts import clock
from tests.e2e.conftest import Visits
from tests.e2e.screens import PHONE
from tests.referral.case_files import added_and_checked
from tests.world import World


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
