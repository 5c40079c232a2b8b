"""Charts, and what stands where there is nothing to draw."""

import pytest
from playwright.sync_api import Page, expect

from accounts import clock
from tests.portal.conftest import SignIn
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


def test_a_chart_that_cannot_be_drawn_says_which_one_it_is(world: World, page: Page, as_user: SignIn) -> None:
    world.flagged(clock.now() - HOUR)
    sign_in(page, as_user(world.coordinator))
    page.goto("/statistics/notifications/")
    expect(page.locator(".chart-canvas")).to_have_count(1)
    expect(page.locator(".chart.is-empty p")).to_have_text(
        [
            "Chart of the table below: time to acknowledgement",
            "Nothing to draw: too few are counted. The table says what can be shown.",
        ]
    )
