"""What is asked right before sending is asked for many at once, and again once the answer is old."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from accounts.models import User
from notifications import hooks
from notifications.delivery.send import deliver
from notifications.delivery.send_guard import SendGuard
from notifications.models import Delivery, DropReason, Notification
from notifications.services import acknowledge, notify
from tests.notifications.conftest import NOW, Case, RecordingChannel, notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]


def two(user: User) -> tuple[Notification, Notification]:
    first, second = notify(notices=[notice(user, key) for key in "ab"], now=NOW)
    return first, second


def test_what_is_acknowledged_while_a_slow_batch_runs_is_not_told_any_more(user: User) -> None:
    first, second = two(user)
    seconds = [0.0]
    guard = SendGuard([first.pk, second.pk], lambda: seconds[0])
    assert guard.drop_reason(first.pk) is None
    acknowledge(notification=second, user=user, now=NOW)

    seconds[0] = 1.5

    assert guard.drop_reason(second.pk) == DropReason.ACKNOWLEDGED


def test_who_loses_the_subject_while_a_slow_batch_runs_is_not_told_it(user: User, case: Case) -> None:
    first, second = two(user)
    seconds = [0.0]
    guard = SendGuard([first.pk, second.pk], lambda: seconds[0])
    assert guard.drop_reason(first.pk) is None
    case.entitled = False

    seconds[0] = 1.5

    assert guard.drop_reason(second.pk) == DropReason.NOT_ENTITLED


def test_within_a_second_one_answer_serves_the_whole_batch(
    user: User, django_assert_num_queries: Any
) -> None:
    first, second = two(user)
    seconds = [0.5]
    guard = SendGuard([first.pk, second.pk], lambda: seconds[0])
    guard.drop_reason(first.pk)
    acknowledge(notification=second, user=user, now=NOW)
    with django_assert_num_queries(0):
        seconds[0] = 1.5
        assert guard.drop_reason(second.pk) is None
    seconds[0] = 1.51
    assert guard.drop_reason(second.pk) == DropReason.ACKNOWLEDGED


def test_a_question_that_fails_for_one_notification_keeps_no_other_from_going_out(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = two(user)

    def answers(notifications: Sequence[Notification]) -> set[UUID]:
        if broken.pk in {one.pk for one in notifications}:
            raise KeyError("case")
        return {one.pk for one in notifications}

    thing = hooks.subject("thing")
    monkeypatch.setitem(hooks._subjects, "thing", replace(thing, still_entitled=answers))
    deliver(now=NOW)

    held = Delivery.objects.get(channel="email", notification=broken)
    assert (held.lease_token, held.last_error) == (None, "internal error")
    assert Delivery.objects.get(channel="email", notification=sound).state == "sent"
    assert len(RecordingChannel.sent) == 1
