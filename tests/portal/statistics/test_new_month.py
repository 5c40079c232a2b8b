"""A quarter of an hour into a month of the network's calendar, the month exists everywhere at once."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from accounts import clock
from accounts.models import Hospital, Network
from notifications.models import Notification
from referral.models import CaseFacts
from referral.pathway.effects.registration import next_number
from referral.statistics.columns.notification_days import seal_days
from referral.statistics.columns.seal import SETTLED_AFTER, seal_settled
from referral.statistics.reports.filters import parse_filter
from referral.statistics.reports.notification_report import notification_report
from referral.statistics.reports.predictions import followed_until
from tests.portal.conftest import SignIn
from tests.portal.statistics.test_statistics import file_of, page_of
from tests.world import HOUR, MINUTE, World

SHANGHAI = ZoneInfo("Asia/Shanghai")
LATE = 45 * MINUTE
LAST_HOURS_OF_MAY_IN_UTC = datetime(2026, 5, 31, 16, 45, tzinfo=UTC)
JUNE = date(2026, 6, 1)


@pytest.fixture
def month(world: World) -> date:
    """The month that began 45 minutes ago in Shanghai; elsewhere it is still the one before."""
    first = (clock.now().astimezone(SHANGHAI).date().replace(day=1) + timedelta(days=32)).replace(day=1)
    midnight = datetime.combine(first, datetime.min.time(), SHANGHAI)
    clock.forward(midnight.astimezone(UTC) + LATE - clock.now())
    assert clock.now().month != first.month
    return first


def test_page_file_and_api_know_the_new_month(world: World, month: date, as_user: SignIn) -> None:
    world.register(now=clock.now())
    shown = f"{month:%Y-%m}"
    page = page_of(world.coordinator, as_user)
    assert f'name="until" value="{shown}"' in page or f'value="{shown}"' in page
    rows = file_of(world.coordinator, as_user)
    assert any(shown in row.values() for row in rows)
    client = as_user(world.coordinator)
    assert f"-{shown}-by-month.csv" in client.get("/statistics/file.csv")["Content-Disposition"]
    answer = client.get("/api/v1/statistics").json()
    assert answer["until"] == month.isoformat()
    assert [(group["key"], group["cases"]) for group in answer["groups"]] == [(month.isoformat(), 1)]
    for path in (
        "/api/v1/statistics/notifications",
        "/api/v1/statistics/kit",
        "/api/v1/statistics/predictions",
    ):
        file = client.get(path).json()
        assert file.get("until", month.isoformat()) == month.isoformat(), path


def test_a_case_is_numbered_by_the_networks_year() -> None:
    network = Network(zone="Asia/Shanghai")
    eve = datetime(2026, 12, 31, 16, 45, tzinfo=UTC)
    assert network.day_of(eve) == date(2027, 1, 1)
    assert Network(zone="America/New_York").month_of(eve) == date(2026, 12, 1)


def test_the_first_case_of_a_year_has_its_year(db: None) -> None:
    assert next_number(date(2027, 1, 1)).startswith("27-")


def test_a_case_belongs_to_the_networks_month_wherever_its_hospital_is(world: World) -> None:
    Hospital.objects.filter(pk=world.hospital.pk).update(zone="Asia/Urumqi")
    world.hospital.refresh_from_db()
    case = world.register(now=LAST_HOURS_OF_MAY_IN_UTC)
    assert CaseFacts.objects.get(case=case).month == JUNE
    values = parse_filter(world.coordinator, {}, now=LAST_HOURS_OF_MAY_IN_UTC)
    assert values.until == JUNE


def test_notifications_are_counted_by_the_networks_days(world: World) -> None:
    Hospital.objects.update(zone="Asia/Urumqi")
    world.flagged(now=LAST_HOURS_OF_MAY_IN_UTC)
    report_filter = parse_filter(world.coordinator, {}, now=LAST_HOURS_OF_MAY_IN_UTC)
    before = [group.key for group in notification_report(world.coordinator, report_filter).groups]
    assert before == [JUNE]
    first = Notification.objects.earliest("created_at").created_at
    assert seal_days(first + timedelta(days=9)) > 0
    assert [group.key for group in notification_report(world.coordinator, report_filter).groups] == before


@pytest.mark.parametrize(("zone", "is_sealed"), [("Asia/Shanghai", True), ("America/New_York", False)])
def test_a_month_is_sealed_by_the_networks_calendar(world: World, zone: str, is_sealed: bool) -> None:
    Network.objects.update(zone=zone)
    world.register(now=LAST_HOURS_OF_MAY_IN_UTC - 20 * HOUR)
    end_of_may_in_shanghai = datetime(2026, 5, 31, 16, tzinfo=UTC)
    assert seal_settled(end_of_may_in_shanghai + SETTLED_AFTER + LATE) == int(is_sealed)


def test_a_month_counts_as_followed_by_the_networks_calendar() -> None:
    moment = datetime(2026, 5, 31, 16, 45, tzinfo=UTC) + timedelta(days=90)
    grace = timedelta(days=7)
    assert followed_until(Network(zone="Asia/Shanghai"), moment + grace, grace) == JUNE
    assert followed_until(Network(zone="Europe/Berlin"), moment + grace, grace) == date(2026, 5, 1)
