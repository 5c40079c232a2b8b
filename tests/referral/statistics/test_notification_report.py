"""What became of notifications: by month, hospital and ward, for whom, and how soon they were answered."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from notifications.models import Delivery, DeliveryState, Notification
from notifications.outbox.store import store_one
from notifications.types import Notice
from referral.models import NotificationDay
from referral.statistics.columns.notification_days import seal_days
from referral.statistics.reports.filters import ReportFilter, parse_filter
from referral.statistics.reports.notification_report import NotificationReport, may_read, notification_report
from tests.world import HOUR, MINUTE, NOW, World


def notify_at(
    user: User,
    *deliveries: str,
    at: datetime = NOW,
    severity: str = "severe",
    read: bool = False,
    answered: datetime | None = None,
) -> Notification:
    """A notification to `user`, with a delivery in each of these states."""
    notice = Notice(
        dedup_key=f"{user.pk} {Notification.objects.count()}",
        recipients=[user.pk],
        subject_type="case",
        subject_id="1",
        kind="missed",
        severity=severity,
    )
    notified = store_one(notice, now=at, read_at=answered or (at if read else None))
    Notification.objects.filter(pk=notified.pk).update(acknowledged_at=answered)
    for number, state in enumerate(deliveries):
        Delivery.objects.create(
            notification=notified,
            channel=f"way{number}",
            urgent=True,
            state=state,
            available_at=at,
            next_hint_at=at,
            sent_at=at if state in ("sent", "delivered") else None,
            delivered_at=at if state == DeliveryState.DELIVERED else None,
        )
    return notified


def filter_of(user: User, **raw: str) -> ReportFilter:
    return parse_filter(user, {"since": "2026-01", "until": "2026-06", **raw}, now=NOW)


def figures(user: User, **raw: str) -> NotificationReport:
    return notification_report(user, filter_of(user, **raw))


@pytest.fixture
def notified(world: World) -> World:
    """Four notifications in May, one in June: to a doctor, a specialist, a lead and the coordinator."""
    notify_at(world.specialist, "failed", "delivered", answered=NOW + 10 * MINUTE)
    notify_at(world.specialist, "sent", answered=NOW + 30 * MINUTE)
    notify_at(world.lead, "undeliverable")
    notify_at(world.doctor, "sent", severity="info", read=True)
    notify_at(world.coordinator, at=NOW + 30 * 24 * HOUR)
    return world


def test_a_coordinator_sees_what_was_delivered_failed_read_and_acknowledged(notified: World) -> None:
    whole = figures(notified.coordinator).whole
    assert (whole.total, whole.failed, whole.urgent) == (5, 1, 4)
    assert (whole.reached.hits, whole.reached.total) == (3, 5)
    assert (whole.read.hits, whole.acknowledged.hits, whole.acknowledged.total) == (3, 2, 4)
    assert (whole.answer.cases, whole.answer.median) == (2, 20 * 60)


@pytest.mark.parametrize("by", ["month", "hospital", "ward"])
def test_the_groups_are_together_the_whole(notified: World, by: str) -> None:
    report = figures(notified.coordinator, by=by)
    assert sum(group.total for group in report.groups) == report.whole.total
    assert sum(group.acknowledged.hits for group in report.groups) == report.whole.acknowledged.hits


def test_groups_are_months_or_the_places_of_the_people_who_were_told(notified: World) -> None:
    def counted(by: str) -> dict[Any, int]:
        return {group.key: group.total for group in figures(notified.coordinator, by=by).groups}

    assert counted("month") == {date(2026, 5, 1): 4, date(2026, 6, 1): 1}
    assert counted("hospital") == {notified.hospital.pk: 1, None: 4}
    assert counted("ward") == {notified.ward.pk: 3, None: 2}


def test_a_period_a_hospital_or_a_ward_narrows_what_is_counted(notified: World) -> None:
    who = notified.coordinator
    assert figures(who, since="2026-06").whole.total == 1
    assert figures(who, until="2026-04").whole.total == 0
    assert figures(who, ward=str(notified.ward.pk)).whole.total == 3
    assert figures(who, hospital=str(notified.hospital.pk)).whole.total == 1
    assert figures(who, ward=str(notified.ward.pk), hospital=str(notified.hospital.pk)).whole.total == 0


def test_months_are_those_of_the_hospitals_calendar(world: World) -> None:
    notify_at(world.doctor, at=datetime.fromisoformat("2026-04-30T16:30:00+00:00"))
    (group,) = figures(world.coordinator).groups
    assert group.key == date(2026, 5, 1)


def test_others_count_what_the_people_of_their_own_places_were_told(notified: World) -> None:
    assert figures(notified.specialist).whole.total == 3
    assert figures(notified.doctor).whole.total == 1
    assert figures(notified.other_doctor).whole.total == 0


def test_researchers_read_nothing_about_notifications(notified: World) -> None:
    assert not may_read(notified.researcher, filter_of(notified.researcher))
    assert figures(notified.researcher).whole.total == 0


def test_deliveries_are_counted_by_channel_and_state(notified: World) -> None:
    assert figures(notified.coordinator).deliveries == {
        ("way0", "failed"): 1,
        ("way0", "sent"): 2,
        ("way0", "undeliverable"): 1,
        ("way1", "delivered"): 1,
    }


def test_somebody_of_two_wards_counts_at_both_and_once_in_the_whole(notified: World) -> None:
    notified.specialist.memberships.create(
        role="specialist", ward=notified.second_ward, network=notified.network
    )
    report = figures(notified.coordinator, by="ward")
    counted: dict[UUID | None, int] = {group.key: group.total for group in report.groups}  # type: ignore[misc]
    assert counted == {notified.ward.pk: 3, notified.second_ward.pk: 2, None: 2}
    assert report.whole.total == 5


DAY = timedelta(days=1)
WHILE_OPEN = NOW + 72 * HOUR - MINUTE


def kept() -> list[date]:
    return list(NotificationDay.objects.order_by("day").values_list("day", flat=True))


def test_what_comes_after_three_days_does_not_count(world: World) -> None:
    notify_at(world.specialist, "sent", answered=WHILE_OPEN)
    late = notify_at(world.specialist, "sent", answered=NOW + 72 * HOUR + MINUTE)
    Delivery.objects.filter(notification=late).update(sent_at=NOW + 73 * HOUR)
    whole = figures(world.coordinator).whole
    assert (whole.total, whole.reached.hits, whole.read.hits, whole.acknowledged.hits) == (2, 1, 1, 1)
    assert whole.answer.median == (WHILE_OPEN - NOW).total_seconds()


@pytest.mark.parametrize("by", ["month", "hospital", "ward"])
def test_days_that_are_kept_give_everybody_the_figures_of_the_notifications(notified: World, by: str) -> None:
    notified.specialist.memberships.create(
        role="specialist", ward=notified.second_ward, network=notified.network
    )
    people = (notified.coordinator, notified.specialist, notified.doctor, notified.other_doctor)
    before = [figures(user, by=by) for user in people]
    assert before[0].whole.total == 5
    for now in (NOW + 10 * DAY, NOW + 40 * DAY):
        seal_days(now)
        assert [figures(user, by=by) for user in people] == before
    notify_at(notified.specialist, "sent", at=NOW + 41 * DAY)
    assert figures(notified.coordinator, by=by, until="2026-07").whole.total == 6


def test_a_day_is_kept_when_three_days_have_passed_since_it_ended(world: World) -> None:
    notify_at(world.specialist, at=NOW)
    ended = datetime.fromisoformat("2026-05-18T00:00:00+08:00")
    assert seal_days(ended + 72 * HOUR) == 0
    assert seal_days(ended + 74 * HOUR) == 1
    assert kept() == [date(2026, 5, 17)]
    assert seal_days(ended + 10 * DAY) == 6
    assert seal_days(ended + 10 * DAY) == 0
    assert kept() == [date(2026, 5, 17 + number) for number in range(7)]


def test_what_happens_to_a_kept_day_later_changes_no_figure(notified: World) -> None:
    seal_days(NOW + 40 * DAY)
    before = figures(notified.coordinator)
    Notification.objects.filter(read_at=None).update(read_at=NOW + 50 * DAY)
    assert figures(notified.coordinator) == before
    NotificationDay.objects.all().delete()
    assert figures(notified.coordinator) == before


def test_days_kept_in_an_earlier_form_are_not_read_and_made_anew(notified: World) -> None:
    before = figures(notified.coordinator)
    seal_days(NOW + 40 * DAY)
    days = kept()
    NotificationDay.objects.update(layout="earlier", people=b"", answers=b"")
    assert figures(notified.coordinator) == before
    seal_days(NOW + 40 * DAY)
    assert kept() == days
    assert figures(notified.coordinator) == before


def test_many_days_are_kept_a_hundred_at_a_time(world: World) -> None:
    notify_at(world.specialist, at=NOW - 150 * DAY)
    assert [seal_days(NOW), seal_days(NOW), seal_days(NOW)] == [100, 47, 0]


def test_without_a_notification_no_day_is_kept(world: World) -> None:
    assert seal_days(NOW) == 0
