"""Gaps in the rota are told before they happen, once each, to who can fill them."""

from datetime import datetime, timedelta

import pytest
from django.utils import translation

from accounts.duty import swap_duty, undo_exception
from accounts.models import DutyOverride, Membership, Ward
from notifications import hooks
from notifications.models import Notification
from referral.alerts.rota_gaps import GAP, GAP_IS_NEAR, look_ahead
from tests.world import HOUR, NOW, World

START = NOW + timedelta(days=5)


def gap(world: World, start: datetime = START, hours: int = 6) -> DutyOverride:
    span = (start, start + hours * HOUR)
    swap_duty(ward=world.ward, off=world.specialist, on=None, span=span, actor=world.lead, now=NOW)
    return DutyOverride.objects.latest("pk")


def notifications_of(world: World, kind: str) -> list[Notification]:
    return list(Notification.objects.filter(alert__kind=kind, withdrawn_at=None).order_by("pk"))


def test_a_full_rota_tells_nobody(world: World) -> None:
    assert look_ahead(NOW) == 0


def test_the_lead_is_told_of_a_gap_once_and_again_a_day_before(world: World) -> None:
    gap(world)
    assert [look_ahead(NOW + hours * HOUR) for hours in (0, 1, 50)] == [1, 0, 0]
    [early] = notifications_of(world, GAP)
    assert (early.recipient, early.alert.severity) == (world.lead, "warning")
    assert [look_ahead(START - hours * HOUR) for hours in (23, 22, 1)] == [1, 0, 0]
    [near] = notifications_of(world, GAP_IS_NEAR)
    assert (near.recipient, near.alert.severity) == (world.lead, "severe")


def test_a_gap_that_runs_is_not_told_anew_every_hour(world: World) -> None:
    gap(world, NOW, hours=10)
    assert sum(look_ahead(NOW + hours * HOUR) for hours in range(10)) <= 2


def test_a_ward_without_any_rota_is_told_once_a_week(world: World) -> None:
    world.ward.shifts.all().delete()
    sent_in_a_day = sum(look_ahead(NOW + hours * HOUR) for hours in range(12))
    assert sent_in_a_day == 1


def test_a_filled_gap_leaves_the_inbox(world: World) -> None:
    override = gap(world)
    look_ahead(NOW)
    undo_exception(override=override, actor=world.lead, now=NOW + HOUR)
    look_ahead(NOW + HOUR)
    assert notifications_of(world, GAP) == []


def test_of_two_gaps_the_filled_one_leaves_the_inbox(world: World) -> None:
    filled, open_still = gap(world), gap(world, START + timedelta(days=2))
    look_ahead(NOW)
    undo_exception(override=filled, actor=world.lead, now=NOW + HOUR)
    assert look_ahead(NOW + HOUR) == 0
    assert [row.alert.payload["start"] for row in notifications_of(world, GAP)] == [
        open_still.starts_at.isoformat()
    ]


def test_a_gap_that_is_filled_and_opens_again_is_told_again(world: World) -> None:
    soon = NOW + 20 * HOUR
    for turn in range(3):
        override = gap(world, soon)
        assert look_ahead(NOW + turn * HOUR) == 1
        undo_exception(override=override, actor=world.lead, now=NOW)
        assert look_ahead(NOW + turn * HOUR) == 0
        assert notifications_of(world, GAP_IS_NEAR) == []


def test_a_gap_that_shrinks_or_grows_is_told_with_its_new_times(world: World) -> None:
    gap(world)
    look_ahead(NOW)
    half = (START, START + 3 * HOUR)
    swap_duty(ward=world.ward, off=None, on=world.lead, span=half, actor=world.lead, now=NOW)
    assert look_ahead(NOW) == 1
    [row] = notifications_of(world, GAP)
    assert row.alert.payload["start"] == half[1].isoformat()
    gap(world, START + 6 * HOUR, hours=2)
    assert look_ahead(NOW) == 1
    assert notifications_of(world, GAP)[-1].alert.payload["end"] == (START + 8 * HOUR).isoformat()


def test_a_gap_that_begins_is_no_new_one(world: World) -> None:
    gap(world)
    sent_then = [look_ahead(START + hours * HOUR) for hours in (-100, -20, 0, 1, 5)]
    assert sent_then == [1, 1, 0, 0, 0]
    assert look_ahead(START + 7 * HOUR) == 0
    assert notifications_of(world, GAP_IS_NEAR) == []


def test_without_a_lead_the_coordinator_is_told(world: World) -> None:
    Membership.objects.filter(user=world.lead).delete()
    span = (START, START + HOUR)
    swap_duty(ward=world.ward, off=world.specialist, on=None, span=span, actor=world.coordinator, now=NOW)
    look_ahead(NOW)
    assert {row.recipient for row in notifications_of(world, GAP)} == {world.coordinator}


def test_a_closed_ward_needs_no_duty(world: World) -> None:
    gap(world)
    Ward.objects.filter(pk=world.ward.pk).update(closed_at=NOW)
    assert look_ahead(NOW) == 0


@pytest.mark.parametrize(
    ("language", "words", "begins"),
    [("en", "nobody is on duty", "22 May 11:00"), ("zh-hans", "无人值班", "5月22日 11:00")],
)
def test_the_message_names_ward_and_time_on_the_wards_clock(
    world: World, language: str, words: str, begins: str
) -> None:
    gap(world)
    look_ahead(NOW)
    [row] = notifications_of(world, GAP)
    with translation.override(language):
        text = hooks.render(row, language)
    assert words in text.title and "一病房" in text.title
    assert begins in text.title
    assert text.url_path == f"/board/wards/{world.ward.pk}/duty/"


def test_who_no_longer_leads_the_ward_is_not_sent_it(world: World) -> None:
    gap(world)
    look_ahead(NOW)
    [row] = notifications_of(world, GAP)
    entitled = hooks.subject(row.alert.subject_type).still_entitled
    assert entitled([row])
    Membership.objects.filter(user=world.lead).delete()
    assert not entitled([Notification.objects.get(pk=row.pk)])
    assert hooks.subject(row.alert.subject_type).next_recipients(row) == [world.coordinator.pk]
