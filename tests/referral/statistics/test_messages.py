"""What became of notifications: by month, hospital and ward, for whom, and how soon they were answered."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from notifications.models import Delivery, DeliveryState, Notification
from referral.statistics.messages import Messages, may_read, messages
from referral.statistics.scope import Wanted, clean_wanted
from tests.world import HOUR, MINUTE, NOW, World

TODAY = date(2026, 6, 20)


def tell(
    user: User,
    *ways: str,
    at: datetime = NOW,
    severity: str = "severe",
    read: bool = False,
    answered: datetime | None = None,
) -> Notification:
    """A notification to `user`, with a delivery in each of these states."""
    told = Notification.objects.create(
        dedup_key=f"{user.pk} {Notification.objects.count()}",
        recipient=user,
        subject_type="case",
        subject_id="1",
        kind="missed",
        severity=severity,
        created_at=at,
        read_at=answered or (at if read else None),
        acknowledged_at=answered,
    )
    for number, state in enumerate(ways):
        Delivery.objects.create(
            notification=told,
            channel=f"way{number}",
            urgent=True,
            state=state,
            available_at=at,
            next_hint_at=at,
            sent_at=at if state in ("sent", "delivered") else None,
            delivered_at=at if state == DeliveryState.DELIVERED else None,
        )
    return told


def wanted(user: User, **raw: str) -> Wanted:
    return clean_wanted(user, {"since": "2026-01", "until": "2026-06", **raw}, today=TODAY)


def figures(user: User, **raw: str) -> Messages:
    return messages(user, wanted(user, **raw))


@pytest.fixture
def told(world: World) -> World:
    """Four notifications in May, one in June: to a doctor, a specialist, a lead and the coordinator."""
    tell(world.specialist, "failed", "delivered", answered=NOW + 10 * MINUTE)
    tell(world.specialist, "sent", answered=NOW + 30 * MINUTE)
    tell(world.lead, "undeliverable")
    tell(world.doctor, "sent", severity="info", read=True)
    tell(world.coordinator, at=NOW + 30 * 24 * HOUR)
    return world


def test_a_coordinator_sees_what_was_delivered_failed_read_and_acknowledged(told: World) -> None:
    whole = figures(told.coordinator).whole
    assert (whole.told, whole.failed, whole.urgent) == (5, 1, 4)
    assert (whole.reached.hits, whole.reached.total) == (3, 5)
    assert (whole.read.hits, whole.acknowledged.hits, whole.acknowledged.total) == (3, 2, 4)
    assert (whole.answer.cases, whole.answer.median) == (2, 20 * 60)


@pytest.mark.parametrize("by", ["month", "hospital", "ward"])
def test_the_groups_are_together_the_whole(told: World, by: str) -> None:
    found = figures(told.coordinator, by=by)
    assert sum(group.told for group in found.groups) == found.whole.told
    assert sum(group.acknowledged.hits for group in found.groups) == found.whole.acknowledged.hits


def test_groups_are_months_or_the_places_of_the_people_who_were_told(told: World) -> None:
    def counted(by: str) -> dict[Any, int]:
        return {group.key: group.told for group in figures(told.coordinator, by=by).groups}

    assert counted("month") == {date(2026, 5, 1): 4, date(2026, 6, 1): 1}
    assert counted("hospital") == {told.hospital.pk: 1, None: 4}
    assert counted("ward") == {told.ward.pk: 3, None: 2}


def test_a_period_a_hospital_or_a_ward_narrows_what_is_counted(told: World) -> None:
    who = told.coordinator
    assert figures(who, since="2026-06").whole.told == 1
    assert figures(who, until="2026-04").whole.told == 0
    assert figures(who, ward=str(told.ward.pk)).whole.told == 3
    assert figures(who, hospital=str(told.hospital.pk)).whole.told == 1
    assert figures(who, ward=str(told.ward.pk), hospital=str(told.hospital.pk)).whole.told == 0


def test_months_are_those_of_the_hospitals_calendar(world: World) -> None:
    tell(world.doctor, at=datetime.fromisoformat("2026-04-30T16:30:00+00:00"))
    (group,) = figures(world.coordinator).groups
    assert group.key == date(2026, 5, 1)


def test_others_count_what_the_people_of_their_own_places_were_told(told: World) -> None:
    assert figures(told.specialist).whole.told == 3
    assert figures(told.doctor).whole.told == 1
    assert figures(told.other_doctor).whole.told == 0


def test_researchers_read_nothing_about_notifications(told: World) -> None:
    assert not may_read(told.researcher, wanted(told.researcher))
    assert figures(told.researcher).whole.told == 0


def test_deliveries_are_counted_by_channel_and_state(told: World) -> None:
    assert figures(told.coordinator).ways == {
        ("way0", "failed"): 1,
        ("way0", "sent"): 2,
        ("way0", "undeliverable"): 1,
        ("way1", "delivered"): 1,
    }


def test_somebody_of_two_wards_counts_at_both_and_once_in_the_whole(told: World) -> None:
    told.specialist.memberships.create(role="specialist", ward=told.second_ward, network=told.network)
    found = figures(told.coordinator, by="ward")
    counted: dict[UUID | None, int] = {group.key: group.told for group in found.groups}  # type: ignore[misc]
    assert counted == {told.ward.pk: 3, told.second_ward.pk: 2, None: 2}
    assert found.whole.told == 5
