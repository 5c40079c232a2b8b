"""A channel that fails again and again rests, is tried again by one message, and others take over."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from structlog.testing import capture_logs

from accounts.models import User
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery import breaker
from notifications.delivery.send import deliver, deliver_waiting
from notifications.models import ChannelBreaker, Delivery, Notification, Subscription
from notifications.services import notify
from tests.notifications.conftest import (
    NOW,
    Case,
    PagerChannel,
    RecordingChannel,
    deliveries_of,
    email_of,
    notice,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording", "_storm")]

SECOND = timedelta(seconds=1)
REST = breaker.FIRST_REST


@pytest.fixture
def _storm(settings: Any) -> None:
    settings.STORM_CONTROL = True


def fails(*, permanent: bool = False, retry_after: timedelta | None = None) -> Callable[[Message], Receipt]:
    def behave(message: Message) -> Receipt:
        raise ChannelError("451 later", permanent=permanent, retry_after=retry_after)

    return behave


def new_notifications(user: User, number: int = 1, key: str = "k", **changes: Any) -> list[Notification]:
    fields = {"severity": "critical"} | changes
    return notify(notices=[notice(user, f"{key} {at}", **fields) for at in range(number)], now=NOW)


def tripped(user: User) -> ChannelBreaker:
    """E-mail after five failures in a row."""
    RecordingChannel.behave = fails()
    new_notifications(user, breaker.TRIPS_AT)
    deliver(now=NOW)
    return ChannelBreaker.objects.get(channel="email")


def test_five_failures_in_a_row_let_a_channel_rest(user: User) -> None:
    result = tripped(user)
    assert (result.state, result.failures, result.last_error) == ("open", 5, "451 later")
    assert result.opened_at and result.probe_at == result.opened_at + breaker.FIRST_REST
    assert (result.opened_at is not None, breaker.resting(["email", "pager"]).keys()) == (True, {"email"})


def test_an_address_that_had_enough_does_not_silence_the_others(user: User) -> None:
    def had_enough(message: Message) -> Receipt:
        raise ChannelError("this number had enough", is_of_address=True)

    RecordingChannel.behave = had_enough
    new_notifications(user, breaker.TRIPS_AT + 1)
    deliver(now=NOW)
    assert breaker.resting(["email"]) == {}


def test_a_receiver_that_a_person_named_says_nothing_about_those_of_others(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingChannel, "has_one_provider", False)
    RecordingChannel.behave = fails()
    new_notifications(user, breaker.TRIPS_AT)
    deliver(now=NOW)
    assert not ChannelBreaker.objects.filter(failures__gt=0).exists()


def test_a_success_in_between_starts_the_count_anew(user: User) -> None:
    for turn in range(3):
        RecordingChannel.behave = fails()
        new_notifications(user, breaker.TRIPS_AT - 1, key=f"bad {turn}")
        deliver(now=NOW)
        RecordingChannel.behave = lambda message: Receipt()
        new_notifications(user, 1, key=f"good {turn}")
        deliver(now=NOW)
    assert ChannelBreaker.objects.get(channel="email").failures == 0


def test_refused_addresses_are_not_the_channels_fault(make_user: Callable[..., User]) -> None:
    RecordingChannel.behave = fails(permanent=True)
    for number in range(breaker.TRIPS_AT + 1):
        new_notifications(make_user(f"u{number}"), key=str(number))
    deliver(now=NOW)
    assert not ChannelBreaker.objects.exists()


def test_a_resting_channel_is_left_alone_and_its_messages_wait_without_using_attempts(user: User) -> None:
    tripped(user)
    sent = len(RecordingChannel.sent)
    [late] = new_notifications(user, key="late")
    deliver_waiting(ids=[email_of(late).pk], now=NOW + SECOND)
    assert len(RecordingChannel.sent) == sent
    assert (email_of(late).state, email_of(late).attempts) == ("sending", 0)
    assert email_of(late).available_at >= NOW + REST


def test_after_its_rest_one_message_tries_and_its_success_opens_the_way_for_all(user: User) -> None:
    tripped(user)
    tried = len(RecordingChannel.sent)
    again = NOW + 2 * REST
    deliver(now=again)
    assert len(RecordingChannel.sent) == tried + 1
    assert ChannelBreaker.objects.get().state == "open"

    RecordingChannel.behave = lambda message: Receipt()
    healed = again + timedelta(minutes=5)
    deliver(now=healed)
    assert ChannelBreaker.objects.get().state == "closed"
    deliver(now=healed + REST)
    assert not Delivery.objects.filter(channel="email").exclude(state="sent").exists()


def rest_of_email(now: datetime = NOW) -> float | None:
    """For how many seconds e-mail rests from `now` on."""
    until = breaker.resting(["email"]).get("email")
    return None if until is None else (until - now).total_seconds()


def test_the_fifth_failure_in_a_row_brings_a_short_rest_and_each_one_after_it_a_longer_one() -> None:
    rests = []
    for _turn in range(24):
        breaker.record_failure("email", error="x", now=NOW)
        rests.append(rest_of_email())
    assert rests[:11] == [None, None, None, None, 15, 30, 60, 120, 240, 300, 300]
    assert set(rests[11:]) == {300}


def test_what_only_the_operator_can_mend_lets_a_channel_rest_at_once_and_no_shorter_than_it_would() -> None:
    rests = []
    for failures in range(8):
        ChannelBreaker.objects.all().delete()
        for _turn in range(failures):
            breaker.record_failure("email", error="x", now=NOW)
        breaker.record_fault("email", error="no balance", now=NOW)
        rests.append(rest_of_email())
    assert rests == [15, 15, 15, 15, 15, 30, 60, 120]
    assert ChannelBreaker.objects.get().last_error == "no balance"


def test_that_a_channel_begins_to_rest_and_works_again_is_in_the_log_once_each() -> None:
    with capture_logs() as logs:
        breaker.record_success("email")
        for _turn in range(breaker.TRIPS_AT + 2):
            breaker.record_failure("email", error="x", now=NOW)
        assert breaker.may_try("email", now=NOW + timedelta(hours=1))
        breaker.record_failure("email", error="x", now=NOW + timedelta(hours=1))
        breaker.record_success("email")
        breaker.record_success("email")
    said = [(line["event"], line["channel"]) for line in logs]
    assert said == [("channel_breaker_opened", "email"), ("channel_breaker_closed", "email")]


def test_one_success_forgets_a_single_failure() -> None:
    breaker.record_failure("email", error="x", now=NOW)
    breaker.record_success("email")
    assert ChannelBreaker.objects.get().failures == 0
    for _turn in range(4):
        breaker.record_failure("email", error="x", now=NOW)
    assert rest_of_email() is None


def test_of_a_long_answer_of_the_provider_the_first_three_hundred_signs_are_kept() -> None:
    answer = "".join(chr(ord("a") + at % 26) for at in range(400))
    breaker.record_failure("email", error=answer, now=NOW)
    assert ChannelBreaker.objects.get().last_error == answer[:300]


def test_who_tries_a_resting_channel_and_is_not_heard_of_again_is_followed_by_another_after_two_minutes() -> (
    None
):
    for _turn in range(5):
        breaker.record_failure("email", error="x", now=NOW)
    moments = [14.9, 15, 15, 134.9, 135]
    tried = [breaker.may_try("email", now=NOW + timedelta(seconds=seconds)) for seconds in moments]
    assert tried == [False, True, False, False, True]


def test_a_provider_that_says_how_long_to_wait_is_left_alone_for_that_long(user: User) -> None:
    RecordingChannel.behave = fails(retry_after=timedelta(minutes=20))
    new_notifications(user, breaker.TRIPS_AT)
    deliver(now=NOW)
    assert breaker.resting(["email"])["email"] >= NOW + timedelta(minutes=20)


def test_another_channel_takes_over_what_is_urgent_at_once(user: User, case: Case) -> None:
    tripped(user)
    Subscription.objects.create(user=user, channel="pager", address="1", min_severity="severe")
    [quiet] = new_notifications(user, key="quiet", severity="warning")
    [urgent] = new_notifications(user, key="urgent", severity="severe")
    deliveries_of(quiet, urgent).filter(channel="pager").delete()  # as if it had been set up a moment later

    deliver(now=NOW + SECOND)
    deliver(now=NOW + SECOND)

    assert urgent.deliveries.get(channel="pager").state == "sent"
    assert not quiet.deliveries.filter(channel="pager").exists()
    assert {m.kind for m in PagerChannel.sent} == {"offer.acknowledge"}
    assert case.undeliverable == []


def test_no_other_way_is_opened_while_one_is_under_way(user: User) -> None:
    tripped(user)
    for address in "12":
        Subscription.objects.create(user=user, channel="pager", address=address, min_severity="severe")
    [urgent] = new_notifications(user, key="urgent", severity="severe")
    first, second = deliveries_of(urgent).filter(channel="pager").order_by("subscription__address")
    second.delete()
    deliver_waiting(ids=[email_of(urgent).pk], now=NOW + SECOND)
    assert [one.pk for one in urgent.deliveries.filter(channel="pager")] == [first.pk]


def test_what_lost_its_use_while_the_channel_rested_goes_to_somebody_else(
    user: User, make_user: Callable[..., User], case: Case
) -> None:
    tripped(user)
    [late] = new_notifications(user, key="late", severity="severe")
    stands_in = make_user("li")
    case.audience = [stands_in.pk]
    long_after = NOW + timedelta(hours=7)
    breaker.record_failure("email", error="x", now=long_after)
    deliver_waiting(ids=[email_of(late).pk], now=long_after)
    assert email_of(late).state == "failed"
    assert Notification.objects.filter(instead_of=late, recipient=stands_in).exists()


def test_switched_off_nothing_is_counted_and_nothing_rests(user: User, settings: Any) -> None:
    settings.STORM_CONTROL = False
    RecordingChannel.behave = fails()
    new_notifications(user, 9)
    deliver(now=NOW)
    assert not ChannelBreaker.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_only_one_tries_a_resting_channel(user: User) -> None:
    for _turn in range(breaker.TRIPS_AT):
        breaker.record_failure("email", error="x", now=NOW)

    def worker(turn: int) -> bool:
        try:
            return breaker.may_try("email", now=NOW + REST)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(worker, range(12))) == 1
    assert ChannelBreaker.objects.get().state == "half_open"
    assert breaker.may_try("email", now=NOW + REST + breaker.PROBE_PATIENCE)


@pytest.mark.django_db(transaction=True)
def test_failures_that_workers_count_at_the_same_moment_all_count() -> None:
    def worker(turn: int) -> None:
        try:
            breaker.record_failure("email", error=str(turn), now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(worker, range(30)))
    assert ChannelBreaker.objects.get().failures == 30
