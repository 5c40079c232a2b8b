"""What travels compressed, and what must not."""

from django.test import Client

from tests.world import World


def test_a_page_is_sent_compressed_to_a_browser_that_takes_it(world: World) -> None:
    browser = Client(headers={"Accept-Encoding": "gzip"})
    browser.force_login(world.doctor)
    page = browser.get("/")
    assert page.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in page.headers["Vary"]


def test_a_browser_that_takes_no_compression_gets_the_page_as_it_is(world: World) -> None:
    browser = Client()
    browser.force_login(world.doctor)
    assert "Content-Encoding" not in browser.get("/").headers


def test_answers_for_programs_keep_their_strong_etag(world: World) -> None:
    case = world.register()
    program = Client(headers={"Accept-Encoding": "gzip"})
    program.force_login(world.doctor)
    answer = program.get(f"/api/v1/cases/{case.pk}")
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["ETag"].startswith('"')
