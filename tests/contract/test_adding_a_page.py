"""What a new page needs, as CONTRIBUTING.md says it; permissions and query counts have tests of their own."""

from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern
from django.urls.resolvers import RegexPattern, RoutePattern

from portal.urls import urlpatterns

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "portal" / "pages"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"


def patterns() -> Iterator[tuple[RoutePattern | RegexPattern, str]]:
    for one in urlpatterns:
        assert isinstance(one, URLPattern)
        yield one.pattern, one.callback.__module__


def test_every_address_is_answered_from_the_folder_of_its_page() -> None:
    places = {str(route): module for route, module in patterns()}
    elsewhere = {route: module for route, module in places.items() if not module.startswith("portal.pages.")}
    assert not elsewhere, f"Move these views to portal/pages/<page>/views.py: {elsewhere}"


def test_every_page_is_a_folder_with_views_that_an_address_leads_to() -> None:
    led_to = {module.split(".")[2] for _, module in patterns()}
    folders = {folder.name for folder in PAGES.iterdir() if (folder / "__init__.py").exists()}
    assert folders == led_to, "A folder of portal/pages/ that no address leads to, or the other way round."


def test_the_checklists_name_what_fails_without_them() -> None:
    text = CONTRIBUTING.read_text()
    for step in ("tests/permissions/", "tests/contract/query_counts.json", "tests/e2e/test_pages.py"):
        assert step in text
