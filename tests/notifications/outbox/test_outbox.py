"""What is stored when someone is told, and how it is taken back."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts.models import User
from notifications import selectors
from notifications.models import Alert, Delivery, DeliveryState, Notification, Subscription
from notifications.services import acknowledge, mark_all_read, mark_read, notify, tick, withdraw
from notifications.types import Severity
from tests.notifications.conftest import NOW, RecordingChannel, deliveries_of, email_of, notice

pytestmark = pytest.mark.django_db


def states(notification: Notification) -> dict[str, str]:
    return dict(deliveries_of(notification).values_list("channel", "state"))


def test_a_stored_notification_gets_a_delivery_for_each_way_when_a_worker_takes_it(user: User) -> None:
    [notification] = notify(notices=[notice(user)], now=NOW)

    stored = Notification.objects.get(pk=notification.pk)
    assert (stored.recipient, stored.alert.kind, stored.alert.payload) == (
        user,
        "offer.acknowledge",
        {"number": "C-7"},
    )
    assert not Delivery.objects.exists()
    assert states(stored) == {"email": "sending"}
    assert states(stored) == {"email": "sending"}, "made once"


def test_a_rollback_leaves_nothing_and_hints_nothing(
    user: User, django_capture_on_commit_callbacks: Callable[..., list[object]]
) -> None:
    with (
        django_capture_on_commit_callbacks() as callbacks,
        pytest.raises(ZeroDivisionError),
        transaction.atomic(),
    ):
        notify(notices=[notice(user)], now=NOW)
        raise ZeroDivisionError

    assert (Notification.objects.count(), Delivery.objects.count(), callbacks) == (0, 0, [])


def test_the_same_key_is_told_once(user: User) -> None:
    first = notify(notices=[notice(user), notice(user)], now=NOW)
    second = notify(notices=[notice(user, severity="critical"), notice(user, "other")], now=NOW)

    assert [n.alert.dedup_key for n in first] == ["k"]
    assert [n.alert.dedup_key for n in second] == ["other"]
    assert deliveries_of(*first, *second).filter(channel="email").count() == 2


def test_an_alert_is_one_row_with_a_narrow_one_for_each_person_and_others_join_it(
    user: User, make_user: Callable[..., User]
) -> None:
    first, second = make_user("li"), make_user("zhao")
    together = notify(notices=[notice(user, recipients=[user.pk, first.pk])], now=NOW)
    joined = notify(notices=[notice(user, recipients=[first.pk, second.pk])], now=NOW)

    [alert] = Alert.objects.all()
    assert {one.recipient_id for one in together} == {user.pk, first.pk}
    assert [one.recipient_id for one in joined] == [second.pk]
    assert {one.alert_id for one in (*together, *joined)} == {alert.pk}


def test_two_notices_of_one_alert_tell_the_people_of_both(user: User, make_user: Callable[..., User]) -> None:
    other = make_user("li")
    new = notify(notices=[notice(user), notice(other)], now=NOW)
    assert {one.recipient_id for one in new} == {user.pk, other.pk}
    assert Alert.objects.count() == 1


def test_telling_nobody_is_no_error(db: None) -> None:
    assert notify(notices=[], now=NOW) == []


def test_an_urgent_notification_makes_urgent_deliveries(user: User) -> None:
    [notification] = notify(notices=[notice(user, severity="critical")], now=NOW)

    assert email_of(notification).urgent


def test_a_person_who_wants_less_mail_gets_less_but_never_misses_a_severe_alert(user: User) -> None:
    Subscription.objects.create(user=user, channel="email", address=user.email, enabled=False)

    [info, severe] = notify(notices=[notice(user, "a"), notice(user, "b", severity="severe")], now=NOW)

    assert (states(info), states(severe)) == (
        {},
        {"email": "sending"},
    )


def test_a_wish_for_louder_ones_only_is_kept(user: User, recording: type[RecordingChannel]) -> None:
    Subscription.objects.create(user=user, channel="pager", address="1", min_severity="severe")

    [warning, critical] = notify(notices=[notice(user, "a"), notice(user, "b", severity="critical")], now=NOW)

    assert "pager" not in states(warning)
    assert states(critical)["pager"] == "sending"


def test_every_address_of_a_person_gets_its_own_delivery(
    user: User, recording: type[RecordingChannel]
) -> None:
    for number in ("1", "2"):
        Subscription.objects.create(user=user, channel="pager", address=number)
    Subscription.objects.create(user=user, channel="pager", address="3", enabled=False)
    Subscription.objects.create(user=user, channel="pager", address="4", retired_at=NOW)
    Subscription.objects.create(user=user, channel="gone", address="5")

    [notification] = notify(notices=[notice(user)], now=NOW)

    paged = (
        deliveries_of(notification).filter(channel="pager").values_list("subscription__address", flat=True)
    )
    assert sorted(paged) == ["1", "2"]
    assert not notification.deliveries.filter(channel="gone").exists()


def test_an_old_address_of_the_account_says_nothing_about_the_new_one(user: User) -> None:
    Subscription.objects.create(user=user, channel="email", address="old@example.org", enabled=False)

    [notification] = notify(notices=[notice(user)], now=NOW)

    assert states(notification)["email"] == "sending"


def test_nobody_can_lower_the_floor(user: User) -> None:
    with pytest.raises(IntegrityError):
        Subscription.objects.create(user=user, channel="pager", address="1", min_severity="critical")


def test_nobody_sees_another_persons_inbox(user: User, make_user: Callable[..., User]) -> None:
    other = make_user("li")
    [notification] = notify(notices=[notice(user)], now=NOW)

    assert list(selectors.inbox(other)) == []
    assert selectors.unread_count(other) == 0
    with pytest.raises(Notification.DoesNotExist):
        acknowledge(notification=notification, user=other, now=NOW)
    with pytest.raises(Notification.DoesNotExist):
        mark_read(notification=notification, user=other, now=NOW)
    notification.refresh_from_db()
    assert (notification.read_at, notification.acknowledged_at) == (None, None)


def test_the_first_acknowledgement_counts_and_is_also_a_reading(user: User) -> None:
    [notification] = notify(notices=[notice(user)], now=NOW)

    acknowledge(notification=notification, user=user, now=NOW + timedelta(minutes=1))
    again = acknowledge(notification=notification, user=user, now=NOW + timedelta(minutes=9))

    assert again.acknowledged_at == again.read_at == NOW + timedelta(minutes=1)


def test_reading_counts_down_what_is_unread(user: User) -> None:
    notifications = notify(notices=[notice(user, key) for key in "abc"], now=NOW)

    mark_read(notification=notifications[0], user=user, now=NOW)
    assert selectors.unread_count(user) == 2
    assert mark_all_read(user=user, now=NOW) == 2
    assert selectors.unread_count(user) == 0


def test_withdrawing_takes_back_only_what_it_names(user: User, make_user: Callable[..., User]) -> None:
    other = make_user("li")
    notices = [
        notice(user, "a", kind="x"),
        notice(user, "b", kind="y"),
        notice(other, "c", kind="x"),
        notice(user, "d", kind="x", subject_id="8"),
    ]
    notify(notices=notices, now=NOW)

    assert withdraw(subject_type="thing", subject_ids=["7"], kinds=["x"], recipient=user, now=NOW) == 1
    assert [n.alert.dedup_key for n in selectors.inbox(user)] == ["d", "b"]
    assert withdraw(subject_type="thing", subject_ids=["7"], now=NOW) == 2
    assert [n.alert.dedup_key for n in selectors.inbox(user)] == ["d"]
    assert withdraw(subject_type="thing", subject_ids=["7"], now=NOW) == 0


def test_the_inbox_is_newest_first(user: User) -> None:
    for minute, key in enumerate("abc"):
        notify(notices=[notice(user, key)], now=NOW + timedelta(minutes=minute))

    assert [n.alert.dedup_key for n in selectors.inbox(user)] == ["c", "b", "a"]


def test_the_oldest_waiting_delivery_is_measured(user: User) -> None:
    assert selectors.oldest_pending(NOW) == timedelta(0)
    notify(notices=[notice(user)], now=NOW)

    assert selectors.oldest_pending(NOW + timedelta(minutes=3)) == timedelta(minutes=3)


def test_a_tick_is_kept_once_per_process_name(db: None) -> None:
    assert selectors.tick_age("engine", NOW) is None
    tick(name="engine", now=NOW)
    tick(name="engine", now=NOW + timedelta(seconds=5), lag=timedelta(seconds=1))

    assert selectors.tick_age("engine", NOW + timedelta(seconds=7)) == timedelta(seconds=2)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sending", "pending"),
        ("sent", "sending"),
        ("sent", "dropped"),
        ("delivered", "sent"),
        ("failed", "sending"),
        ("undeliverable", "failed"),
        ("dropped", "sending"),
    ],
)
def test_the_database_refuses_every_way_back(user: User, before: str, after: str) -> None:
    [notification] = notify(notices=[notice(user)], now=NOW)
    delivery = deliveries_of(notification).filter(channel="email")
    fields = {
        "sent_at": NOW if before in ("sent", "delivered") else None,
        "delivered_at": NOW if before == "delivered" else None,
        "dropped_reason": "withdrawn" if before == "dropped" else "",
    }
    delivery.update(state=before, **fields)

    with pytest.raises(IntegrityError, match="cannot go from"):
        delivery.update(state=after)


@pytest.mark.parametrize(
    "changes",
    [
        {"state": "lost"},
        {"state": DeliveryState.SENT},
        {"state": DeliveryState.DELIVERED, "sent_at": NOW},
        {"state": DeliveryState.DROPPED},
        {"state": DeliveryState.SENDING, "leased_until": NOW},
        {
            "state": DeliveryState.FAILED,
            "leased_until": NOW,
            "lease_token": "0198d3a0-0000-7000-8000-000000000000",
        },
        {"dropped_reason": "withdrawn"},
    ],
)
def test_the_database_refuses_a_state_without_its_facts(user: User, changes: dict[str, object]) -> None:
    deliveries = deliveries_of(*notify(notices=[notice(user)], now=NOW))

    with pytest.raises(IntegrityError):
        deliveries.filter(channel="email").update(**changes)


def test_the_database_refuses_an_unknown_severity_and_an_empty_reason(user: User) -> None:
    for changes in ({"severity": "loud"}, {"kind": ""}, {"dedup_key": ""}):
        fields = {
            "dedup_key": "x",
            "subject_type": "t",
            "subject_id": "1",
            "kind": "k",
            "severity": Severity.INFO,
        }
        with pytest.raises(IntegrityError), transaction.atomic():
            Alert.objects.create(created_at=NOW, **(fields | changes))


def test_telling_a_thousand_people_takes_one_statement(
    user: User, django_assert_num_queries: Callable[..., object]
) -> None:
    notices = [notice(user, str(number)) for number in range(1000)]
    with django_assert_num_queries(1):
        assert len(notify(notices=notices, now=NOW)) == 1000
