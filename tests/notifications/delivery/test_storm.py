"""Storm control: what is told together, what waits, and what nothing may hold back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts.models import User
from notifications.channels.base import ChannelError, Message, Receipt
from notifications.delivery import bundles
from notifications.delivery.send import deliver, deliver_waiting
from notifications.delivery.storm import BUNDLE_SECONDS
from notifications.models import Delivery, Notification, Subscription
from notifications.services import acknowledge, notify
from tests.notifications.conftest import NOW, PagerChannel, RecordingChannel, deliveries_of, email_of, notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording", "_storm")]

LATER, SECOND = NOW + BUNDLE_SECONDS, timedelta(seconds=1)


@pytest.fixture
def _storm(settings: Any) -> None:
    settings.STORM_CONTROL = True


def many(user: User, number: int, **changes: Any) -> list[Notification]:
    fields = {"severity": "severe", "group": "ward 1"} | changes
    prefix = fields.pop("key", f"{fields['group']} {fields['severity']}")
    return notify(notices=[notice(user, f"{prefix} {at}", **fields) for at in range(number)], now=NOW)


def states(notifications: list[Notification], channel: str = "email") -> list[str]:
    rows = Delivery.objects.filter(notification__in=notifications, channel=channel)
    return sorted(rows.values_list("state", flat=True))


def storm(user: User, **changes: Any) -> list[Notification]:
    """One that was told at once, and three that came right after and wait."""
    notifications = many(user, 1, group="ward 1", key="first", **changes)
    deliver(now=NOW)
    notifications += many(user, 3, **changes)
    deliver(now=NOW + SECOND)
    return notifications


def test_the_first_goes_at_once_and_what_follows_becomes_one_message(user: User) -> None:
    notifications = storm(user)
    assert len(RecordingChannel.sent) == 1
    deliver(now=LATER)

    alone, together = RecordingChannel.sent
    assert alone.kind == "offer.acknowledge"
    assert together.kind == bundles.KIND
    assert together.rendered.body.count("offer.acknowledge C-7") == 3
    assert together.link == "http://localhost:8000/inbox/"
    assert together.severity == "severe"
    assert states(notifications) == ["sent"] * 4


def test_what_waits_already_when_the_first_goes_goes_with_it(user: User) -> None:
    notifications = many(user, 5)
    deliver(now=NOW)
    [together] = RecordingChannel.sent
    assert together.rendered.body.count("•") == 5
    assert states(notifications) == ["sent"] * 5


def test_what_was_told_together_is_known_of_each(user: User) -> None:
    notifications = storm(user)
    deliver(now=LATER)

    result = bundles.sent_together(notifications)

    assert len(result) == 3
    assert {(row.channel, row.others) for rows in result.values() for row in rows} == {("email", 2)}
    heads = Delivery.objects.filter(carried_by=None, channel="email", notification__in=list(result))
    assert heads.count() == 1


def test_a_single_notice_is_neither_delayed_nor_reworded(user: User) -> None:
    [notification] = many(user, 1)
    deliver(now=NOW)
    assert email_of(notification).state == "sent"
    assert RecordingChannel.sent[0].kind == "offer.acknowledge"
    assert bundles.sent_together([notification]) == {}


def test_wards_and_people_are_not_mixed(user: User, make_user: Callable[..., User]) -> None:
    other = make_user("li")
    for who, ward in ((user, "ward 1"), (user, "ward 2"), (other, "ward 3")):
        many(who, 2, group=ward)
    deliver(now=NOW)
    assert sorted((m.user_id, m.rendered.body.count("•")) for m in RecordingChannel.sent) == sorted(
        [(user.pk, 2), (user.pk, 2), (other.pk, 2)]
    )


@pytest.mark.parametrize("changes", [{"severity": "critical"}, {"group": ""}])
def test_critical_alerts_and_those_without_a_group_pass_a_storm_each_alone(
    user: User, changes: dict[str, str], settings: Any
) -> None:
    many(user, 100, group="storm")
    notifications = many(user, 80, **changes)
    deliver_waiting(ids=[email_of(one).pk for one in notifications], now=NOW)
    assert states(notifications) == ["sent"] * 80
    assert len({message.delivery_id for message in RecordingChannel.sent}) == 80
    assert not Delivery.objects.filter(notification__in=notifications, carried_by__isnull=False).exists()


def test_a_critical_alert_is_never_listed_in_somebody_elses_message(user: User) -> None:
    storm(user)
    [critical] = many(user, 1, severity="critical")
    deliver(now=NOW + SECOND)
    deliver(now=LATER)
    assert email_of(critical).carried_by is None
    assert [m.severity for m in RecordingChannel.sent if m.delivery_id == email_of(critical).pk] == [
        "critical"
    ]


def test_a_person_gets_no_more_messages_an_hour_than_the_channel_allows(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RecordingChannel, "most_per_hour", 3)
    for ward in range(5):
        many(user, 1, group=f"ward {ward}")

    deliver(now=NOW)
    deliver(now=NOW + timedelta(minutes=59))
    assert len(RecordingChannel.sent) == 3

    deliver(now=NOW + timedelta(minutes=61))
    assert len(RecordingChannel.sent) == 5
    assert not Delivery.objects.filter(state="sending").exists()


def test_a_limit_on_one_channel_leaves_the_others_free(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1")
    monkeypatch.setattr(RecordingChannel, "most_per_hour", 1)
    monkeypatch.setattr(PagerChannel, "most_per_hour", 9)
    for ward in range(3):
        many(user, 1, group=f"ward {ward}")
    deliver(now=NOW)
    assert (len(RecordingChannel.sent), len(PagerChannel.sent)) == (1, 3)


def test_every_browser_of_a_person_gets_the_first_message(user: User) -> None:
    for address in ("1", "2"):
        Subscription.objects.create(user=user, channel="pager", address=address)
    storm(user)
    deliver(now=LATER)
    assert sorted((m.address, m.kind == bundles.KIND) for m in PagerChannel.sent) == [
        ("1", False),
        ("1", True),
        ("2", False),
        ("2", True),
    ]


def test_what_is_of_little_weight_waits_for_the_hourly_digest(user: User) -> None:
    many(user, 2, severity="info", group="ward 1")
    many(user, 1, severity="info", group="ward 2")

    deliver(now=NOW + timedelta(minutes=30))
    assert RecordingChannel.sent == []
    deliver(now=NOW + timedelta(hours=1))

    [message] = RecordingChannel.sent
    assert (message.kind, message.rendered.body.count("•")) == (bundles.KIND, 3)


def test_held_messages_used_up_no_attempt(user: User) -> None:
    notifications = storm(user)
    held = Delivery.objects.filter(notification__in=notifications, channel="email", sent_at=None)
    assert {(row.attempts, row.available_at, row.leased_until) for row in held} == {(0, LATER, None)}


def test_what_lost_its_reason_meanwhile_is_left_out_of_the_message(user: User) -> None:
    notifications = storm(user)
    waiting = [one for one in notifications if email_of(one).state == "sending"]
    acknowledge(notification=waiting[0], user=user, now=NOW)
    acknowledge(notification=waiting[1], user=user, now=NOW)
    deliver(now=LATER)
    deliver(now=LATER + BUNDLE_SECONDS)
    assert states(notifications) == ["dropped", "dropped", "sent", "sent"]


def fails(*, permanent: bool = False) -> Callable[[Message], Receipt]:
    def behave(message: Message) -> Receipt:
        raise ChannelError("451 later", permanent=permanent)

    return behave


def test_a_bundle_that_fails_is_sent_again_whole_and_under_the_same_id(user: User) -> None:
    notifications = storm(user)
    RecordingChannel.behave = fails()
    deliver(now=LATER)
    RecordingChannel.behave = lambda message: Receipt("accepted")
    deliver(now=LATER + timedelta(minutes=5))

    first, again = RecordingChannel.sent[1:]
    assert (first.delivery_id, first.rendered) == (again.delivery_id, again.rendered)
    assert states(notifications) == ["sent"] * 4


def test_a_worker_that_died_with_a_bundle_repeats_exactly_that_bundle(user: User) -> None:
    notifications = storm(user)

    def dies(message: Message) -> Receipt:
        raise KeyboardInterrupt

    RecordingChannel.behave = dies
    with pytest.raises(KeyboardInterrupt):
        deliver(now=LATER)
    many(user, 2, key="new")
    RecordingChannel.behave = lambda message: Receipt("accepted")
    deliver(now=LATER + timedelta(minutes=10))

    lost, again = (m for m in RecordingChannel.sent[1:] if m.rendered.body.count("•") == 3)
    assert lost.delivery_id == again.delivery_id
    assert states(notifications) == ["sent"] * 4


def test_when_the_address_is_refused_each_notice_of_the_bundle_seeks_its_own_way(
    user: User, make_user: Callable[..., User]
) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1", min_severity="severe")
    notifications = storm(user, severity="warning")
    RecordingChannel.behave = fails(permanent=True)
    deliver(now=LATER)
    deliver(now=LATER + timedelta(seconds=1))
    deliver(now=LATER + timedelta(hours=1))

    assert states(notifications) == ["failed", "failed", "failed", "sent"]
    assert states(notifications, "pager") == ["sent"] * 3


def test_switched_off_everything_goes_at_once(user: User, settings: Any) -> None:
    settings.STORM_CONTROL = False
    many(user, 3)
    many(user, 2, severity="info")
    deliver(now=NOW)
    assert len(RecordingChannel.sent) == 5


def test_a_message_carries_two_hundred_others_and_names_twenty(user: User) -> None:
    deliveries_of(*many(user, 203))
    deliver(now=NOW, limit=1)
    deliver(now=LATER)
    first, rest = (message.rendered for message in RecordingChannel.sent)
    assert ("201" in first.title, first.body.count("•")) == (True, 20)
    assert "181" in first.body.splitlines()[-1]
    assert ("2" in rest.title, rest.body.count("•")) == (True, 2)


@pytest.mark.parametrize(
    ("came", "goes"), [("08:00:00.000000", "09:00"), ("08:59:59.999999", "09:00"), ("23:30:00.5", "00:00")]
)
def test_a_digest_goes_at_the_next_full_hour(came: str, goes: str) -> None:
    at = datetime.fromisoformat(f"2026-03-01 {came}+00:00")
    due = bundles.digest_at(at)
    assert f"{due:%H:%M:%S.%f}" == f"{goes}:00.000000"
    assert timedelta(0) < due - at <= timedelta(hours=1)


def test_a_long_bundle_names_some_and_counts_the_rest(user: User) -> None:
    many(user, 29)
    deliver(now=NOW)
    body = RecordingChannel.sent[-1].rendered.body
    assert body.count("•") == bundles.MOST_LISTED
    assert "9" in body.splitlines()[-1]


def test_a_bundle_that_names_all_of_them_counts_no_rest(user: User) -> None:
    many(user, bundles.MOST_LISTED)
    deliver(now=NOW)
    lines = RecordingChannel.sent[-1].rendered.body.splitlines()
    assert (len(lines), lines[-1][0]) == (bundles.MOST_LISTED, "•")


def test_what_follows_waits_for_a_minute_and_no_longer(user: User) -> None:
    storm(user)
    deliver(now=NOW + timedelta(seconds=59))
    assert len(RecordingChannel.sent) == 1
    deliver(now=NOW + timedelta(seconds=60))
    assert len(RecordingChannel.sent) == 2
