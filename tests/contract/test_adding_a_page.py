"""What a new page needs, as CONTRIBUTING.md says it; permissions and query counts have tests of their own."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import URLPattern, resolve
from django.urls.resolvers import RegexPattern, RoutePattern

from portal.urls import urlpatterns
from tests.e2e.rounds import NOWHERE, ROUNDS
from tests.world import build

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "portal" / "pages"
CONTRIBUTING = ROOT / "CONTRIBUTING.md"

NOT_LOOKED_AT = {
    "a part of a page that stands open, fetched by itself": (
        *("morning_live", "case_live", "arrival_live", "files_live", "places_live", "operations_live"),
        *("board_rows", "board_changed", "wall_rows", "inbox_unread", "verb_form", "reading"),
    ),
    "only takes what is sent, and answers with another page or a part of one": (
        *("practice_send", "practice_answer", "save_draft", "assign_results", "set_results_aside"),
        *("check", "identity_remarks", "organ_preview", "case_alerts", "readings", "end_screen"),
        *("state_beds", "inbox_read_all", "inbox_open", "inbox_acknowledge", "release_deadline"),
        *("end_other_sessions", "end_all_sessions", "end_session", "language", "unannounced"),
        *("contact_method_add", "contact_method_test", "contact_method_code", "contact_method_confirm"),
        *("contact_method_wish", "contact_method_secret", "contact_method_remove"),
    ),
    "a file, or what only programs read": (
        *("letter_pdf", "back_letter_pdf", "file_content", "stays_csv", "kit_csv", "predictions_csv"),
        *("messages_csv", "statistics_csv", "typed_draft", "launch_keys", "alarm", "worker", "manifest"),
    ),
    "a screen on a wall, never a phone: portal/wall/test_wall_in_browser.py": ("wall",),
    "needs a record that answers: portal/launch/test_launch_in_browser.py": ("launch", "launch_callback"),
    "needs a laboratory's message: portal/results/test_results_in_browser.py": ("results",),
}
"""Why the round of pages leaves an address out; where another test looks at it, which."""


def patterns() -> Iterator[tuple[RoutePattern | RegexPattern, str]]:
    for one in urlpatterns:
        assert isinstance(one, URLPattern)
        yield one.pattern, one.callback.__module__


def left_out() -> list[str]:
    return [name for names in NOT_LOOKED_AT.values() for name in names]


def test_every_address_is_answered_from_the_folder_of_its_page() -> None:
    places = {str(route): module for route, module in patterns()}
    elsewhere = {route: module for route, module in places.items() if not module.startswith("portal.pages.")}
    assert not elsewhere, f"Move these views to portal/pages/<page>/views.py: {elsewhere}"


def test_every_page_is_a_folder_with_views_that_an_address_leads_to() -> None:
    led_to = {module.split(".")[2] for _, module in patterns()}
    folders = {folder.name for folder in PAGES.iterdir() if (folder / "__init__.py").exists()}
    assert folders == led_to, "A folder of portal/pages/ that no address leads to, or the other way round."


@pytest.mark.django_db
def test_every_page_is_looked_at_in_a_browser_or_said_to_be_left_out() -> None:
    world = build()
    opened = {path.partition("?")[0] for pages in ROUNDS for _user, path in pages(world)} - {NOWHERE}
    looked_at = {resolve(path).url_name for path in opened}
    missing = {one.name for one in urlpatterns} - looked_at - set(left_out())
    assert not missing, (
        f"No browser looks at {sorted(missing)}: say in tests/e2e/rounds.py who opens it and where, "
        "or in NOT_LOOKED_AT why it is no page to look at."
    )
    assert not looked_at & set(left_out()), "The round opens these; do not leave them out as well."


def test_nothing_is_left_out_that_is_not_there() -> None:
    assert sorted(left_out()) == sorted(set(left_out()) & {one.name for one in urlpatterns})
    for why in NOT_LOOKED_AT:
        _why, _colon, file = why.partition(": ")
        assert not file or (ROOT / "tests" / file).exists(), file


def test_the_checklists_name_what_fails_without_them() -> None:
    text = CONTRIBUTING.read_text()
    for step in ("tests/permissions/", "tests/contract/query_counts.json", "tests/e2e/rounds.py"):
        assert step in text
