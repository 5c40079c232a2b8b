"""What an operator asks, and what may be sent once more."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from notifications import operations
from notifications.delivery.send import deliver
from notifications.models import Delivery, Notification, Subscription
from notifications.operations import ReplayRefused, replay
from notifications.services import acknowledge, notify, tick, withdraw
from tests.notifications.conftest import NOW, Case, RecordingChannel, deliveries_of, email_of, notice

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("recording")]


@pytest.fixture
def root() -> User:
    return User.objects.create_superuser("root@example.org", name="root")


def sent(user: User, **changes: object) -> Notification:
    notification = notify(notices=[notice(user, **changes)], now=NOW)[0]
    deliver(now=NOW)
    return notification


def refusal(delivery: Delivery, actor: User) -> str:
    with pytest.raises(ReplayRefused) as caught:
        replay(delivery=delivery, actor=actor, now=NOW)
    return str(caught.value)


def test_a_replay_is_sent_under_an_id_of_its_own(user: User, root: User) -> None:
    lines = sent(user)
    again = replay(delivery=email_of(lines), actor=root, now=NOW)
    deliver(now=NOW)
    again.refresh_from_db()
    assert again.state == "sent"
    first, second = RecordingChannel.sent
    assert first.delivery_id != second.delivery_id == again.pk
    assert first.rendered == second.rendered


def test_a_replay_can_be_replayed_and_the_chain_stays_readable(user: User, root: User) -> None:
    first = email_of(sent(user))
    second = replay(delivery=first, actor=root, now=NOW)
    deliver(now=NOW)
    second.refresh_from_db()
    third = replay(delivery=second, actor=root, now=NOW)
    assert (third.replay_of, second.replay_of, first.replay_of) == (second, first, None)


def test_what_waits_is_not_replayed(user: User, root: User) -> None:
    notification = notify(notices=[notice(user)], now=NOW)[0]
    assert refusal(email_of(notification), root)
    assert notification.deliveries.filter(channel="email").count() == 1


def test_what_lost_its_reason_is_not_replayed(user: User, root: User) -> None:
    expected, over = sent(user, key="known"), sent(user, key="over", subject_id="8")
    acknowledge(notification=expected, user=user, now=NOW)
    withdraw(subject_type="thing", subject_ids=["8"], now=NOW)
    for notifications in (expected, over):
        assert refusal(Delivery.objects.get(pk=email_of(notifications).pk), root)
    assert not Delivery.objects.filter(replay_of__isnull=False).exists()


def test_a_replay_is_dropped_when_its_reason_ends_before_it_is_sent(
    user: User, root: User, case: Case
) -> None:
    again = replay(delivery=email_of(sent(user)), actor=root, now=NOW)
    case.entitled = False
    deliver(now=NOW)
    again.refresh_from_db()
    assert (again.state, again.dropped_reason) == ("dropped", "not_entitled")


def test_a_message_to_an_address_that_is_gone_is_not_sent_elsewhere(user: User, root: User) -> None:
    pager = Subscription.objects.create(user=user, channel="pager", address="1")
    lines = sent(user)
    pager.delete()
    assert refusal(lines.deliveries.get(channel="pager"), root)


def test_a_state_never_goes_back_not_even_for_an_operator(user: User) -> None:
    delivery = email_of(sent(user))
    with pytest.raises(DatabaseError), transaction.atomic():
        Delivery.objects.filter(pk=delivery.pk).update(state="pending")


@pytest.mark.django_db(transaction=True)
def test_of_two_operators_at_the_same_moment_one_replay_results(user: User, root: User) -> None:
    delivery = email_of(sent(user))

    def click(turn: int) -> object:
        try:
            return replay(delivery=Delivery.objects.get(pk=delivery.pk), actor=root, now=NOW).pk
        except ReplayRefused:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        made = {key for key in pool.map(click, range(8)) if key}
    assert made == set(Delivery.objects.filter(replay_of=delivery).values_list("pk", flat=True))
    assert len(made) == 1


def test_processes_are_silent_after_their_own_time(user: User) -> None:
    tick(name="engine", now=NOW, lag=timedelta(seconds=3))
    tick(name="worker", now=NOW)

    def silent(after: int) -> set[str]:
        return {row.name for row in operations.processes(NOW + timedelta(seconds=after)) if row.is_silent}

    assert silent(10) == {"delivery"}
    assert silent(60) == {"delivery", "engine"}
    assert silent(200) == {"delivery", "engine", "worker"}


def test_counts_are_of_one_day_and_of_the_askers_people(
    user: User, root: User, make_user: Callable[..., User]
) -> None:
    sent(user)
    notify(notices=[notice(user, "old")], now=NOW - timedelta(days=2))
    [email, pager] = operations.channel_reports(root, NOW)
    assert (email.channel, dict(email.counts)) == ("email", {"sent": 1})
    assert dict(pager.counts) == {}
    assert email.is_working
    nobody = make_user("nobody")
    assert [dict(row.counts) for row in operations.channel_reports(nobody, NOW)] == [{}, {}]
    assert operations.waiting(nobody, NOW) == (0, timedelta(0))


def test_waiting_counts_what_could_go_now(user: User, root: User) -> None:
    first, second = notify(notices=[notice(user, "a"), notice(user, "b")], now=NOW)
    deliveries_of(second).update(available_at=NOW + timedelta(hours=1))
    assert operations.waiting(root, NOW + timedelta(minutes=2)) == (1, timedelta(minutes=2))
    deliveries_of(first)
    assert operations.waiting(root, NOW + timedelta(minutes=2)) == (1, timedelta(minutes=2))
