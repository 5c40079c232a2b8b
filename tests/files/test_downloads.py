import pytest
from django.test import RequestFactory

from files import downloads, links
from files.models import StoredFile, StoredPart
from tests.world import World

CONTENT = bytes(range(100))


@pytest.fixture
def part() -> StoredPart:
    file = StoredFile(name="化验/报告 1.pdf")
    return StoredPart(file=file, role="original", object_name="abc", media_type="application/pdf")


def answer(part: StoredPart, **headers: str) -> tuple[int, bytes, str]:
    request = RequestFactory().get(
        "/", headers={name.replace("_", "-"): text for name, text in headers.items()}
    )
    response = downloads.answer(request, part, CONTENT)
    return response.status_code, response.content, response.get("Content-Range", "")


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=90-", 90, 99),
        ("bytes=-5", 95, 99),
        ("bytes=-500", 0, 99),
        ("bytes=50-5000", 50, 99),
        ("bytes=99-99", 99, 99),
    ],
)
def test_a_range_is_answered_with_that_part(part: StoredPart, asked: str, first: int, last: int) -> None:
    assert answer(part, Range=asked) == (206, CONTENT[first : last + 1], f"bytes {first}-{last}/100")


@pytest.mark.parametrize(
    "asked", ["", "bytes=", "bytes=-", "bytes=9-1", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b"]
)
def test_what_is_no_range_is_answered_with_all(part: StoredPart, asked: str) -> None:
    assert answer(part, Range=asked) == (200, CONTENT, "")


@pytest.mark.parametrize("asked", ["bytes=100-", "bytes=500-600", "bytes=-0"])
def test_a_range_beyond_the_end_is_refused(part: StoredPart, asked: str) -> None:
    assert answer(part, Range=asked) == (416, b"", "bytes */100")


def test_a_range_of_another_version_is_answered_with_all(part: StoredPart) -> None:
    assert answer(part, Range="bytes=0-9", If_Range='"other"')[0] == 200
    assert answer(part, Range="bytes=0-9", If_Range='"abc"')[0] == 206


def test_what_is_known_is_not_sent_again(part: StoredPart) -> None:
    for tag in ('"abc"', 'W/"abc"', '"x", "abc"', "*"):
        assert answer(part, If_None_Match=tag)[:2] == (304, b"")
    assert answer(part, If_None_Match='"x", W/"y"')[0] == 200


def test_a_document_is_saved_under_a_clean_name_and_runs_nothing(part: StoredPart) -> None:
    response = downloads.answer(RequestFactory().get("/"), part, CONTENT)
    assert response["Content-Disposition"] == ("attachment; filename*=UTF-8''%E6%8A%A5%E5%91%8A%201.pdf")
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_a_link_opens_for_five_minutes_and_cannot_be_made_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user, attachment = world.doctor, world.lead.pk
    token = links.make(user=user, attachment=attachment, role="page", number=3)
    assert links.read(token) == (user, attachment, "page", 3)
    assert links.read(token[:-1]) is None
    assert links.read("x") is None
    monkeypatch.setattr(links, "GOOD_FOR_SECONDS", -1)
    assert links.read(token) is None
