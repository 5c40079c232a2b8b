"""The letters as PDF: two pages, the Chinese face embedded and subset, nothing loaded from anywhere."""

import ctypes
from io import BytesIO
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from accounts import clock
from portal import pdf
from portal.pages.letters.stay import course
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from referral.queries.case_values import case_values
from tests.portal.conftest import SignIn
from tests.portal.discharge.test_letter_of_the_stay import full_stay
from tests.world import HOUR, World

pytestmark = pytest.mark.skipif("not pdf.is_installed()", reason="Pango is missing: no PDF can be made here")
MOST_BYTES = 400_000


@pytest.fixture
def client(world: World, as_user: SignIn) -> Client:
    return as_user(world.specialist)


@pytest.fixture
def case(world: World) -> Case:
    return full_stay(world, clock.now())


def text_of(content: bytes) -> tuple[str, int]:
    """The text of a PDF file without its blanks, and the number of its pages."""
    document = pypdfium2.PdfDocument(BytesIO(content))
    pages = [page.get_textpage().get_text_range() for page in document]
    return "".join("".join(pages).split()), len(pages)


def test_the_letter_back_is_two_pages_with_what_a_county_doctor_acts_on(client: Client, case: Case) -> None:
    answer = client.get(f"/cases/{case.pk}/back-letter/pdf/?lang=zh-hans")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert answer["Content-Disposition"] == f'attachment; filename="back-letter-{case.number}.pdf"'
    text, pages = text_of(answer.content)
    assert pages <= 2
    assert case.patient.name.replace(" ", "") in text
    for words in ("下转", "总胆红素", "首诊医院", "人工肝", "Antiviral-X", "警示"):
        assert words in text, words


def test_the_face_is_embedded_and_only_the_glyphs_that_are_needed(client: Client, case: Case) -> None:
    content = client.get(f"/cases/{case.pk}/back-letter/pdf/?lang=zh-hans").content
    document = pypdfium2.PdfDocument(BytesIO(content))
    kinds = pypdfium2.raw.FPDF_PAGEOBJ_TEXT
    texts = [one for page in document for one in page.get_objects(filter=[kinds])]
    assert {face_of(one) for one in texts} == {"Noto Sans SC"}
    assert len(content) < MOST_BYTES, "the whole face has eight megabytes"


def face_of(text: Any) -> str:
    """The family of the embedded font of a text of a page."""
    font = pypdfium2.raw.FPDFTextObj_GetFont(text.raw)
    assert pypdfium2.raw.FPDFFont_GetIsEmbedded(font) == 1
    name = ctypes.create_string_buffer(100)
    pypdfium2.raw.FPDFFont_GetFamilyName(font, name, 100)
    return name.value.decode()


def test_the_referral_letter_is_a_file_in_english_too(client: Client, case: Case) -> None:
    text, _pages = text_of(client.get(f"/cases/{case.pk}/letter/pdf/?lang=en").content)
    assert "Referralletter" in text
    assert case.number in text


def test_the_page_of_the_letter_leads_to_the_file_in_its_language(client: Client, case: Case) -> None:
    page = client.get(f"/cases/{case.pk}/back-letter/?lang=zh-hans").content.decode()
    assert f'href="/cases/{case.pk}/back-letter/pdf/?lang=zh-hans"' in page


def test_without_pango_the_file_is_refused_in_a_sentence_and_not_offered(
    client: Client, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_library", lambda: None)
    answer = client.get(f"/cases/{case.pk}/back-letter/pdf/")
    assert answer.status_code == 503
    assert "Pango" in answer.content.decode()
    assert "/pdf/" not in client.get(f"/cases/{case.pk}/back-letter/").content.decode()


def test_a_letter_makes_the_server_read_nothing(client: Client, case: Case, world: World) -> None:
    with pytest.raises(ValueError, match="loads nothing"):
        pdf._fetcher(pdf._library()).fetch("file:///etc/passwd")
    note = '<img src="file:///etc/passwd"><link rel="stylesheet" href="http://127.0.0.1:1/x.css">'
    perform(case, Verb.MESSAGE, actor=world.specialist, now=clock.now(), text=note)
    text, _pages = text_of(client.get(f"/cases/{case.pk}/letter/pdf/?lang=en").content)
    assert "<imgsrc=" in text


def test_the_case_of_another_hospital_has_no_file(case: Case, as_user: SignIn, world: World) -> None:
    stranger = as_user(world.other_doctor)
    assert stranger.get(f"/cases/{case.pk}/letter/pdf/").status_code == 404


def test_at_admission_is_the_wards_own_value_or_says_that_it_is_not(world: World) -> None:
    now = clock.now()
    case = world.admitted(now - 48 * HOUR)
    table = {"inr": 2.6, "bilirubin": 333, "bilirubin_unit": "umol/L"}
    late = {"creatinine": 90, "creatinine_unit": "umol/L"}
    own = {"actor": world.specialist}
    perform(case, Verb.ASSESS_ORGAN_FAILURE, now=now - 46 * HOUR, **own, **table)
    case = perform(case, Verb.ASSESS_ORGAN_FAILURE, now=now - 2 * HOUR, **own, **late)
    case = Case.objects.get(pk=case.pk)
    rows = {str(row.label): row.at_admission for row in course(case_values(case), case.admitted_at)}
    inr, sodium = rows["INR"], rows["Serum sodium"]
    assert inr is not None
    assert (inr.words, inr.is_first_hospital) == ("2.6", False)
    assert sodium is not None
    assert sodium.is_first_hospital
    assert rows["Creatinine"] is None


def test_the_letter_of_a_death_is_a_file_in_portal_and_api(world: World, as_user: SignIn) -> None:
    client, now = as_user(world.doctor), clock.now()
    case = world.diagnosed(now - HOUR)
    case = perform(case, Verb.RECORD_DEATH, actor=world.specialist, now=now, occurred_at=now)
    for address in (f"/cases/{case.pk}/back-letter/pdf/", f"/api/v1/cases/{case.pk}/back-letter.pdf"):
        answer = client.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf"), address
        text, pages = text_of(answer.content)
        assert pages <= 2 and case.number in text and world.ward.phone in text
