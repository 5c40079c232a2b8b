"""The course on paper: every value with its time, however many there are."""

from datetime import timedelta
from io import BytesIO

import pypdfium2
import pytest
from playwright.sync_api import Page

from accounts import clock
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.portal.discharge.test_letter_of_the_stay import TABLE
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import World, build

pytestmark = pytest.mark.django_db(transaction=True)
TABLES = 9


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


def test_every_value_of_both_hospitals_is_on_the_paper(world: World, page: Page, as_user: SignIn) -> None:
    now = clock.now()
    case = world.admitted(now - timedelta(days=12))
    for number in range(TABLES):
        at = now - timedelta(days=11 - number)
        values = {**TABLE, "bilirubin": 401 + number, "inr": 1.8}
        case = perform(case, Verb.ASSESS_ORGAN_FAILURE, actor=world.specialist, now=at, **values)
    sign_in(page, as_user(world.specialist))
    page.goto(f"/cases/{case.pk}/trends/?lang=en")
    paper = pypdfium2.PdfDocument(BytesIO(page.pdf(format="A4")))
    pages = [sheet.get_textpage().get_text_range() for sheet in paper]
    text = " ".join("".join(pages).split())
    for value in ("310 µmol/L", *(f"{401 + number} µmol/L" for number in range(TABLES))):
        assert value in text, value
    assert "Total bilirubin" in pages[0], "the first page is not left empty"
