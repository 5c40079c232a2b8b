"""The network dashboard, everybody's statistics, and their file."""

import csv
import io
import json
import re
from collections import Counter
from datetime import timedelta
from html import unescape
from typing import Any

import pytest

from accounts import clock
from accounts.models import Hospital, Network, User
from notifications.models import Delivery, Notification
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.portal.conftest import SignIn
from tests.world import HOUR, MINUTE, World, make_deliveries

CHARTS = re.compile(r'<script id="chart-data" type="application/json">(.*?)</script>', re.DOTALL)


def page_of(user: User, as_user: SignIn, query: str = "") -> str:
    return unescape(as_user(user).get(f"/statistics/{query}").content.decode())


def file_of(user: User, as_user: SignIn, query: str = "") -> list[dict[str, str]]:
    answer: Any = as_user(user).get(f"/statistics/file.csv{query}")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def admitted_after(world: World, hours: float, name: str = "测试甲") -> None:
    visit = clock.now() - timedelta(days=3)
    case = world.accepted(now=visit, name=name)
    perform(case, Verb.ADMIT, actor=world.specialist, now=visit + timedelta(hours=hours))


def test_a_coordinator_sees_where_open_cases_stand_and_who_has_not_answered(
    world: World, as_user: SignIn
) -> None:
    case = world.flagged(now=clock.now() - 20 * MINUTE)
    page = page_of(world.coordinator, as_user)
    assert "Network overview" in page
    assert case.number in page
    assert f"/cases/{case.pk}/redirect/" in page
    assert f"/cases/{case.pk}/extend/" in page
    assert "Messages of the last seven days" in page


def test_a_place_named_like_a_formula_is_a_text_to_a_spreadsheet(world: World, as_user: SignIn) -> None:
    admitted_after(world, 10)
    for name in ('=HYPERLINK("https://elsewhere.example")', "+cmd", "-cmd", "@SUM(1)"):
        Hospital.objects.filter(pk=world.hospital.pk).update(name_zh=name, name_en=name)
        groups = {row["group"] for row in file_of(world.coordinator, as_user, "?by=hospital")}
        assert f"'{name}" in groups
        assert name not in groups


def test_others_see_figures_of_their_own_and_no_network_overview(world: World, as_user: SignIn) -> None:
    admitted_after(world, 10)
    for user, cases in ((world.doctor, "1"), (world.lead, "1"), (world.other_doctor, "0")):
        page = page_of(user, as_user)
        assert "Open cases now" not in page
        assert "<h1>Statistics</h1>" in page
        shown = re.search(r"<strong>(\d+)</strong>", page.partition('class="headline"')[2])
        assert shown is not None
        assert shown[1] == cases


def test_who_has_nothing_to_count_finds_no_page(world: World, as_user: SignIn) -> None:
    assert as_user(world.administrator).get("/statistics/").status_code == 404
    assert as_user(world.administrator).get("/statistics/file.csv").status_code == 404


def test_a_researcher_begins_with_the_figures_and_sees_no_names(world: World, as_user: SignIn) -> None:
    for number in range(5):
        admitted_after(world, 10, f"测试{number}")
    begin: Any = as_user(world.researcher).get("/")
    assert begin["Location"] == "/statistics/"
    page = page_of(world.researcher, as_user, "?by=hospital")
    assert "For research" in page
    assert world.hospital.name not in page
    assert "H-" in page


def test_the_file_holds_the_numbers_of_the_page(world: World, as_user: SignIn) -> None:
    for number, hours in enumerate((10, 20, 30, 50, 60, 70)):
        admitted_after(world, hours, f"测试{number}")
    page, rows = page_of(world.coordinator, as_user), file_of(world.coordinator, as_user)
    for row in rows:
        if row["group"] == "all cases" and row["figure"] in ("admission", "admit") and row["part"] != "delay":
            assert f"<strong>{row['value']}</strong>" in page
            assert f"{row['low']}–{row['high']}" in page
    admission = next(row for row in rows if (row["group"], row["figure"]) == ("all cases", "admission"))
    assert (admission["value"], admission["cases"], admission["unit"]) == ("40.0", "6", "h")


def test_a_coordinators_file_ends_with_what_became_of_messages(world: World, as_user: SignIn) -> None:
    world.flagged(now=clock.now())
    make_deliveries(clock.now())
    notifications = Notification.objects.count()
    deliveries = Counter(f"{row.channel}:{row.state}" for row in Delivery.objects.all())
    lines = [row for row in file_of(world.coordinator, as_user) if row["part"] == "messages"]
    assert {row["figure"]: row["cases"] for row in lines} == {
        "total": str(notifications),
        "read": "0",
        "acknowledged": "0",
        **{delivery: str(count) for delivery, count in deliveries.items()},
    }
    assert notifications > 0
    assert not [row for row in file_of(world.lead, as_user) if row["part"] == "messages"]


def test_a_wrong_month_keeps_what_else_was_chosen(world: World, as_user: SignIn) -> None:
    asked = f"?since=2026-06&until=2026-05&by=ward&hospital={world.hospital.pk}"
    page = as_user(world.coordinator).get(f"/statistics/{asked}").content.decode()
    assert f'value="{world.hospital.pk}" selected' in page
    assert 'value="ward" selected' in page
    assert 'value="2026-06"' in page
    assert 'value="2026-05"' in page


def test_the_charts_draw_the_numbers_of_the_table(world: World, as_user: SignIn) -> None:
    admitted_after(world, 10)
    page = as_user(world.coordinator).get("/statistics/").content.decode()
    match = CHARTS.search(page)
    assert match is not None
    charts = json.loads(match[1])
    assert charts["times"]["series"][0]["points"] == [[10.0, None, None]]
    assert charts["in_time"]["series"][0]["points"][0][0] == 100.0
    assert charts["funnel"]["series"][0]["points"][0][0] == 1


def test_a_line_joins_months_and_not_places(world: World, as_user: SignIn) -> None:
    admitted_after(world, 10)
    for by, is_joined in (("month", True), ("hospital", False), ("ward", False)):
        match = CHARTS.search(as_user(world.coordinator).get(f"/statistics/?by={by}").content.decode())
        assert match is not None
        assert json.loads(match[1])["times"]["joined"] is is_joined


def test_a_period_without_cases_says_so(world: World, as_user: SignIn) -> None:
    page = page_of(world.coordinator, as_user, "?since=2020-01&until=2020-03")
    assert "No case in this period" in page


@pytest.mark.parametrize(
    "query", ["?since=2026-99", "?since=2026-06&until=2026-01", "?hospital=x", "?by=moon"]
)
def test_a_question_that_cannot_be_read_is_answered_with_a_sentence(
    world: World, as_user: SignIn, query: str
) -> None:
    client = as_user(world.coordinator)
    page = client.get(f"/statistics/{query}")
    assert page.status_code == 422
    assert "alarm-text" in page.content.decode()
    assert client.get(f"/statistics/file.csv{query}").status_code == 422


def test_another_hospital_cannot_be_asked_about(world: World, as_user: SignIn) -> None:
    page = as_user(world.doctor).get(f"/statistics/?hospital={world.other_hospital.pk}")
    assert page.status_code == 422
    assert world.other_hospital.name not in page.content.decode().partition("<main")[2]


def test_signing_in_comes_first(world: World, client: Any) -> None:
    assert client.get("/statistics/")["Location"].startswith("/accounts/login/")
    assert client.get("/statistics/file.csv")["Location"].startswith("/accounts/login/")


def test_a_late_admission_shows_its_reason(world: World, as_user: SignIn) -> None:
    visit = clock.now() - timedelta(days=3)
    case = world.accepted(now=visit)
    perform(case, Verb.ADMIT, actor=world.specialist, now=visit + 50 * HOUR)
    missed = case.deadlines.get(kind="admit")
    perform(
        case, Verb.EXPLAIN_DELAY, actor=world.doctor, now=visit + 51 * HOUR, deadline=missed, reason="no_bed"
    )
    assert "Admission: no bed" in page_of(world.coordinator, as_user)


def test_a_network_that_is_not_the_readers_does_not_exist(world: World, as_user: SignIn) -> None:
    elsewhere = Network.objects.create(name_zh="别处", name_en="Elsewhere")
    for page in ("", "file.csv", "models/", "models/file.csv", "research/", "research/kit.csv"):
        answer = as_user(world.coordinator).get(f"/statistics/{page}?network={elsewhere.pk}")
        assert answer.status_code == 404, page


def test_a_long_list_of_unanswered_requests_says_how_many_it_leaves_out(
    world: World, as_user: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.pages.statistics.views.MOST_SHOWN", 1)
    for name in ("测试甲", "测试乙", "测试丙"):
        world.flagged(now=clock.now() - 20 * MINUTE, name=name)
    assert "The 1 that have waited longest, of 3." in page_of(world.coordinator, as_user)


def test_what_became_of_notifications_has_a_page_and_a_file_with_the_same_numbers(
    world: World, as_user: SignIn
) -> None:
    admitted_after(world, 10)
    notifications = Notification.objects.filter(recipient__memberships__network=world.network).count()
    browser = as_user(world.coordinator)
    page = unescape(browser.get("/statistics/notifications/?by=ward").content.decode())
    assert "Delivered, read, acknowledged" in page
    answer: Any = browser.get("/statistics/notifications/file.csv?by=ward")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))
    whole = next(row for row in rows if (row["group"], row["figure"]) == ("everybody", "total"))
    assert whole["cases"] == str(notifications)
    assert f"<strong></strong> {notifications}</td>" in page
    assert browser.get("/statistics/notifications/?until=0001-01").status_code == 422


def test_researchers_have_no_page_about_notifications(world: World, as_user: SignIn) -> None:
    browser = as_user(world.researcher)
    assert browser.get("/statistics/notifications/").status_code == 404
    assert "/statistics/notifications/" not in browser.get("/statistics/").content.decode()
