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


def test_a_browser_that_refuses_gzip_gets_none(world: World) -> None:
    browser = Client(headers={"Accept-Encoding": "gzip;q=0, identity"})
    browser.force_login(world.doctor)
    assert "Content-Encoding" not in browser.get("/").headers
