"""What is printed in practice says so on every sheet, as a PDF and by the browser; what is real does not."""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page

from accounts import clock
from accounts.models import Hospital, User
from portal import pdf
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.practice.network import Made, make_practice_network
from tests.api.conftest import API, Caller
from tests.portal.conftest import SignIn, without_live_stream
from tests.portal.entry.test_entry_in_browser import sign_in
from tests.world import HOUR, ILL, NOW, World, build, sampled

pytestmark = pytest.mark.django_db(transaction=True)
needs_pango = pytest.mark.usefixtures("pango")


@pytest.fixture
def pango() -> None:
    if not pdf.is_installed():
        pytest.skip("Pango is missing: no PDF can be made here")


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def made(world: World) -> Made:
    return make_practice_network(domain="practice.example", password=None, now=NOW)


@pytest.fixture
def ward(made: Made) -> User:
    return made.accounts["practice-specialist"]


@pytest.fixture
def case(world: World, made: Made, ward: User) -> Case:
    """A practice patient on the way to the ward."""
    now, doctor = clock.now(), made.accounts["practice-doctor"]
    hospital = Hospital.objects.get(pk__in=doctor.access.refers_for)
    case = world.register(now=now - HOUR, actor=doctor, hospital=hospital, name="演示患者甲")
    case = perform(case, Verb.ASSESS, actor=doctor, now=now - HOUR, values=sampled(ILL, now - HOUR))
    case = perform(case, Verb.ACCEPT, actor=ward, now=now)
    return perform(case, Verb.DEPART, actor=doctor, now=now, expected_arrival_at=now + HOUR)


def sheets(content: bytes) -> list[str]:
    """The text of each page of a PDF file, without its blanks."""
    pages = pypdfium2.PdfDocument(BytesIO(content))
    return ["".join(page.get_textpage().get_text_range().split()) for page in pages]


@needs_pango
@pytest.mark.parametrize(
    ("language", "words"), [("zh-hans", "练习·患者为虚构"), ("en", "Practice·Thepatientismadeup.")]
)
def test_the_letter_as_a_file_says_on_every_page_that_it_is_practice(
    world: World, case: Case, ward: User, as_user: SignIn, language: str, words: str
) -> None:
    for number in range(30):
        perform(case, Verb.MESSAGE, actor=ward, now=clock.now(), text=f"{number} " + "很长的一段话。" * 9)
    letter = as_user(ward).get(f"/cases/{case.pk}/letter/pdf/?lang={language}").content
    pages = sheets(letter)
    assert len(pages) > 1
    assert all(words in page for page in pages)
    real = world.accepted(clock.now())
    pages = sheets(as_user(world.specialist).get(f"/cases/{real.pk}/letter/pdf/?lang={language}").content)
    assert not any(words in page for page in pages)


@needs_pango
def test_the_letter_that_a_program_is_given_says_so_too(case: Case, ward: User) -> None:
    caller = Caller(ward)
    answer = caller.client.get(f"{API}/cases/{case.pk}/letter.pdf", headers=caller.headers)
    assert all("Practice·Thepatientismadeup." in page for page in sheets(answer.content))


@pytest.fixture
def page(browser: Browser, live_server: Any, ward: User, as_user: SignIn) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 900})
    without_live_stream(context)
    page = context.new_page()
    client = as_user(ward)
    client.get("/practice/")
    sign_in(page, client)
    yield page
    context.close()


def test_every_sheet_that_a_browser_prints_says_so(page: Page, case: Case, ward: User) -> None:
    for number in range(30):
        perform(case, Verb.MESSAGE, actor=ward, now=clock.now(), text=f"{number} " + "很长的一段话。" * 9)
    page.emulate_media(media="print", color_scheme="dark")
    for part in ("letter", "arrival", "replay", "replay/?names=0", ""):
        page.goto(f"/cases/{case.pk}/{part}" + ("" if not part or "?" in part else "/"))
        strip = page.locator(".strip-practice")
        ink, ground = (
            strip.evaluate(f"element => getComputedStyle(element).{name}")
            for name in ("color", "backgroundColor")
        )
        assert (ink, ground) == ("rgb(0, 0, 0)", "rgba(0, 0, 0, 0)"), "paper has no coloured ground"
        printed = sheets(page.pdf(format="A4"))
        assert len(printed) > 1, part
        for number, sheet in enumerate(printed):
            assert re.search("Practice", sheet), f"page {number + 1} of {part!r}"
