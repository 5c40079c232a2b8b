"""A person's contact methods: added, proved, tested, changed and removed; and what goes there in the end."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from notifications import selectors
from notifications.channels.base import AddressError
from notifications.contacts import contact_methods
from notifications.contacts.contact_methods import ContactMethodError
from notifications.delivery.send import deliver
from notifications.models import Delivery, Notification, Subscription
from tests.notifications.channels.contracts import WebPush
from tests.notifications.channels.own_contact_methods import (
    PHONE,
    channels_of,
    code_in,
    new_notification,
    phone,
)
from tests.notifications.channels.provider import Provider, Reply, replies_with
from tests.notifications.conftest import NOW, Case, RecordingChannel, deliveries_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channels")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_telephone_rings_for_severe_alerts_only_until_its_person_wishes_more(
    user: User, settings: Any
) -> None:
    settings.NOTIFICATION_CHANNELS += ["notifications.channels.voice.VoiceChannel"]
    settings.NOTIFICATION_CHANNELS = list(settings.NOTIFICATION_CHANNELS)
    settings.CHANNEL_SETTINGS |= {"voice": settings.CHANNEL_SETTINGS["sms"]}
    assert contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW).min_severity == "info"
    assert contact_methods.add(user=user, channel="voice", given=PHONE, now=NOW).min_severity == "severe"


def browser(user: User, provider: Provider, path: str = "/push/a") -> Subscription:
    given = {**WebPush().address(provider.url), "endpoint": f"{provider.url}{path}"}
    return contact_methods.add(user=user, channel="webpush", given=given, name="Chrome", now=NOW)


def test_a_test_is_a_real_message_and_shows_in_the_reachability(user: User, provider: Provider) -> None:
    subscription = phone(user, provider)

    sent = contact_methods.send_test(subscription=subscription, now=NOW + MINUTE)
    deliver(now=NOW + MINUTE)

    [delivery] = sent.deliveries.all()
    assert delivery.state == "sent"
    assert provider.asked[-1].headers["idempotency-key"] == str(delivery.pk)
    [reach] = [reach for reach in selectors.reachability(user) if reach.channel == "sms"]
    assert (reach.works, reach.address) == (True, "+86138****0000")
    assert reach.last_success_at >= NOW + MINUTE
    assert selectors.is_reachable(selectors.reachability(user)) is True


def test_the_accounts_own_address_can_be_tested_before_its_first_message(
    user: User, recording: type[RecordingChannel]
) -> None:
    contact_methods.send_test(subscription=contact_methods.find(user, "email"), now=NOW)
    deliver(now=NOW)

    [message] = recording.sent
    assert (message.address, message.kind) == (user.email, "test")


def test_tests_come_once_a_minute(user: User, provider: Provider) -> None:
    subscription = phone(user, provider)
    contact_methods.send_test(subscription=subscription, now=NOW + MINUTE)

    with pytest.raises(ContactMethodError) as refused:
        contact_methods.send_test(subscription=subscription, now=NOW + MINUTE)
    assert refused.value.code == "too_soon"


def test_a_failed_test_troubles_nobody_else_and_opens_no_other_way(
    user: User, provider: Provider, case: Case, make_user: Callable[..., User]
) -> None:
    case.audience = [make_user("li").pk]
    subscription = phone(user, provider)
    browser(user, provider)
    provider.behave = replies_with(Reply(410, b"no such number"))

    sent = contact_methods.send_test(subscription=subscription, now=NOW + MINUTE)
    deliver(now=NOW + MINUTE)

    [delivery] = sent.deliveries.all()
    assert (delivery.state, delivery.last_error) == ("failed", "410 no such number")
    assert (Notification.objects.exclude(recipient=user).count(), case.undeliverable) == (0, [])
    [reach] = [reach for reach in selectors.reachability(user) if reach.channel == "sms"]
    assert (reach.works, reach.last_error) == (False, "410 no such number")


def test_a_retired_way_is_taken_up_again_by_a_test(user: User, provider: Provider) -> None:
    subscription = phone(user, provider)
    provider.behave = replies_with(Reply(410))
    contact_methods.send_test(subscription=subscription, now=NOW + MINUTE)
    deliver(now=NOW + MINUTE)
    assert channels_of(new_notification(user, "while retired", severity="critical")) == set()

    provider.behave = replies_with(Reply(200))
    contact_methods.send_test(subscription=subscription, now=NOW + 3 * MINUTE)
    deliver(now=NOW + 3 * MINUTE)

    assert channels_of(new_notification(user, "again", severity="critical")) == {"sms"}


@pytest.mark.parametrize("severity", ["severe", "critical"])
def test_nobody_goes_below_the_floor(user: User, provider: Provider, severity: str) -> None:
    subscription = phone(user, provider)
    contact_methods.wish(subscription=subscription, enabled=False, min_severity="severe")
    contact_methods.wish(
        subscription=contact_methods.find(user, "email"), enabled=False, min_severity="severe"
    )
    with pytest.raises(ContactMethodError):
        contact_methods.wish(subscription=subscription, enabled=True, min_severity="critical")

    notification = new_notification(user, severity=severity)
    deliver(now=NOW)

    states = dict(notification.deliveries.values_list("channel", "state"))
    assert states == {"email": "sent", "sms": "sent"}


def test_above_the_floor_everybody_chooses(user: User, provider: Provider) -> None:
    subscription, other = phone(user, provider), browser(user, provider)
    contact_methods.wish(subscription=subscription, enabled=True, min_severity="severe")
    contact_methods.wish(subscription=other, enabled=True, min_severity="warning")

    assert channels_of(new_notification(user, "i", severity="info")) == set()
    assert channels_of(new_notification(user, "w", severity="warning")) == {"webpush"}
    contact_methods.wish(subscription=other, enabled=False, min_severity="info")
    assert channels_of(new_notification(user, "s", severity="severe")) == {"sms"}


def test_the_last_number_can_be_replaced_and_not_just_removed(user: User, provider: Provider) -> None:
    first = phone(user, provider)
    unproved = contact_methods.add(user=user, channel="sms", given={"address": "13900000000"}, now=NOW)
    with pytest.raises(ContactMethodError) as refused:
        contact_methods.remove(subscription=first, now=NOW)
    assert refused.value.code == "last_of_floor"

    deliver(now=NOW)
    contact_methods.confirm(subscription=unproved, code=code_in(provider), now=NOW)
    contact_methods.remove(subscription=first, now=NOW)

    assert [reach.address for reach in selectors.reachability(user) if reach.channel == "sms"] == [
        "+86139****0000"
    ]


def test_what_was_removed_is_forgotten_and_gets_nothing_that_was_on_its_way(
    user: User, provider: Provider
) -> None:
    subscription = browser(user, provider)
    waiting = deliveries_of(new_notification(user)).get(channel="webpush")

    contact_methods.remove(subscription=subscription, now=NOW)
    deliver(now=NOW)

    waiting.refresh_from_db()
    subscription.refresh_from_db()
    assert (waiting.state, waiting.dropped_reason) == ("dropped", "unsubscribed")
    assert (subscription.address, subscription.options, subscription.name) == (None, {}, "")
    assert provider.asked == []
    assert "webpush" not in {reach.channel for reach in selectors.reachability(user)}
    with pytest.raises(Subscription.DoesNotExist):
        contact_methods.send_test(subscription=subscription, now=NOW)


def test_what_was_removed_can_be_added_anew(user: User, provider: Provider) -> None:
    contact_methods.remove(subscription=browser(user, provider), now=NOW)

    again = browser(user, provider)

    assert channels_of(new_notification(user)) == {"webpush"}
    assert user.subscriptions.filter(removed_at=None).get() == again


def test_a_person_has_several_browsers_and_a_gone_one_is_retired_alone(
    user: User, provider: Provider
) -> None:
    browser(user, provider, "/push/a")
    browser(user, provider, "/push/b")

    def behave(handler: Any, asked: Any) -> None:
        replies_with(Reply(410 if asked.path.endswith("/a") else 201))(handler, asked)

    provider.behave = behave
    first = new_notification(user, "1")
    deliver(now=NOW)
    second = new_notification(user, "2")
    deliver(now=NOW)

    states = first.deliveries.filter(channel="webpush").values_list("state", flat=True)
    assert sorted(states) == ["failed", "sent"]
    assert [one.state for one in second.deliveries.filter(channel="webpush")] == ["sent"]


def test_the_same_browser_twice_is_one_way_with_its_newest_keys(user: User, provider: Provider) -> None:
    first = browser(user, provider)
    Subscription.objects.filter(pk=first.pk).update(retired_at=NOW)

    second = browser(user, provider)

    assert (second.pk, second.retired_at) == (first.pk, None)


def test_a_webhook_keeps_its_secret_and_shows_it_until_it_is_proved(user: User, provider: Provider) -> None:
    given = {"address": f"{provider.url}/hook"}
    subscription = contact_methods.add(user=user, channel="webhook", given=given, now=NOW)
    secret = next(reach.secret for reach in selectors.reachability(user) if reach.channel == "webhook")
    deliver(now=NOW)
    contact_methods.confirm(subscription=subscription, code=code_in(provider), now=NOW)

    again = contact_methods.add(user=user, channel="webhook", given=given, now=NOW + 2 * MINUTE)

    assert again.options["secret"] == secret == subscription.options["secret"]
    assert all(reach.secret == "" for reach in selectors.reachability(user))


def test_a_way_that_is_not_set_up_cannot_be_added(user: User) -> None:
    for channel in ("pigeon", "email", "inapp", "dingtalk"):
        with pytest.raises(AddressError):
            contact_methods.add(user=user, channel=channel, given=PHONE, now=NOW)


def test_there_is_an_end_to_the_number_of_ways(user: User, provider: Provider) -> None:
    for number in range(contact_methods.MOST_CONTACT_METHODS):
        browser(user, provider, f"/push/{number}")

    with pytest.raises(ContactMethodError):
        browser(user, provider, "/push/one-more")


def test_nobody_finds_the_ways_of_others(
    user: User, provider: Provider, make_user: Callable[..., User]
) -> None:
    subscription = browser(user, provider)
    other = make_user("li")

    for key in (str(subscription.pk), "webpush", "no-key"):
        with pytest.raises(Subscription.DoesNotExist):
            contact_methods.find(other, key)


def test_two_people_may_share_a_telephone(
    user: User, provider: Provider, make_user: Callable[..., User]
) -> None:
    phone(user, provider)
    phone(make_user("li"), provider)

    assert Subscription.objects.filter(channel="sms", awaits_code=False).count() == 2


def test_no_address_lies_readable_in_the_database(user: User, provider: Provider) -> None:
    phone(user, provider)
    browser(user, provider)
    with connection.cursor() as cursor:
        cursor.execute("SELECT s::text FROM notifications_subscription AS s WHERE channel <> 'email'")
        rows = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT n::text, d::text FROM notifications_notification n, notifications_delivery d")
        rows += "\n".join("".join(row) for row in cursor.fetchall())

    assert "13800000000" not in rows
    assert "/push/a" not in rows
    assert WebPush().address(provider.url)["p256dh"] not in rows


def test_the_database_keeps_no_address_of_what_was_removed(user: User, provider: Provider) -> None:
    subscription = browser(user, provider)

    with pytest.raises(IntegrityError, match="subscription_removed_keeps_no_address"), transaction.atomic():
        Subscription.objects.filter(pk=subscription.pk).update(removed_at=NOW, enabled=False, retired_at=NOW)


def test_a_provider_that_accepted_unheard_is_asked_again_under_the_same_id(
    user: User, provider: Provider
) -> None:
    """The receiver takes it twice; whoever honours the id keeps one, and the gap is counted."""
    phone(user, provider)
    notification = new_notification(user, severity="critical")
    delivery = deliveries_of(notification).get(channel="sms")
    before = len(provider.asked)
    Delivery.objects.filter(pk=delivery.pk).update(
        state="sending", attempts=1, lease_token=delivery.pk, leased_until=NOW + MINUTE
    )

    deliver(now=NOW + 2 * MINUTE)
    deliver(now=NOW + 2 * MINUTE)

    delivery.refresh_from_db()
    assert (delivery.state, delivery.uncertain_attempts) == ("sent", 1)
    keys = [asked.headers["idempotency-key"] for asked in provider.asked[before:]]
    assert keys == [str(delivery.pk)]


def test_somebody_without_any_way_that_works_is_replaced_and_at_last_the_operator_knows(
    user: User, provider: Provider, case: Case, make_user: Callable[..., User], recording: Any
) -> None:
    li = make_user("li")
    case.audience = [user.pk, li.pk]
    for person in (user, li):
        Subscription.objects.create(user=person, channel="email", address=person.email, retired_at=NOW)

    new_notification(user, severity="critical")
    for second in range(3):
        deliver(now=NOW + timedelta(seconds=second))

    assert recording.sent == []
    assert [one.recipient for one in case.undeliverable] == [li]
    assert selectors.is_reachable(selectors.reachability(user)) is False
