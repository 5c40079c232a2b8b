"""A contact method is used once the code that went there has come back."""

import re
from datetime import timedelta

import pytest

from accounts.models import User
from notifications import selectors
from notifications.contacts import contact_methods
from notifications.contacts.contact_methods import ContactMethodError
from notifications.contacts.test_messages import CODE_LIFE, code_of
from notifications.delivery.send import deliver
from tests.notifications.channels.own_contact_methods import PHONE, channels_of, code_in, new_notification
from tests.notifications.channels.provider import Provider
from tests.notifications.conftest import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_channels")]
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_a_number_is_used_once_the_code_that_went_there_comes_back(user: User, provider: Provider) -> None:
    subscription = contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW)
    assert channels_of(new_notification(user, "before", severity="critical")) == set()

    deliver(now=NOW)
    [asked] = provider.asked
    assert asked.json["to"] == "+8613800000000"
    assert asked.json["link"].endswith("/me/")
    contact_methods.confirm(subscription=subscription, code=f" {code_in(provider)} ", now=NOW + CODE_LIFE)

    assert channels_of(new_notification(user, "after", severity="critical")) == {"sms"}


def test_a_wrong_code_proves_nothing_and_cannot_be_found_by_trying(user: User, provider: Provider) -> None:
    subscription = contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW)
    deliver(now=NOW)
    right = code_in(provider)

    for attempt in range(contact_methods.MOST_TRIES):
        with pytest.raises(ContactMethodError):
            contact_methods.confirm(
                subscription=subscription, code=f"{(int(right) + 1 + attempt) % 1_000_000:06d}", now=NOW
            )
    with pytest.raises(ContactMethodError, match="not the code"):
        contact_methods.confirm(subscription=subscription, code=right, now=NOW)

    subscription.refresh_from_db()
    assert (subscription.awaits_code, subscription.code_tries) == (True, contact_methods.MOST_TRIES)


def test_a_code_grows_old_and_a_new_one_takes_its_place(user: User, provider: Provider) -> None:
    subscription = contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW)
    deliver(now=NOW)
    old = code_in(provider)
    with pytest.raises(ContactMethodError):
        contact_methods.confirm(subscription=subscription, code=old, now=NOW + CODE_LIFE + MINUTE)

    later = NOW + 2 * CODE_LIFE
    contact_methods.send_code(subscription=subscription, now=later)
    deliver(now=later)
    with pytest.raises(ContactMethodError):
        contact_methods.confirm(
            subscription=subscription, code=old if old != code_in(provider) else "x", now=later
        )
    assert (
        contact_methods.confirm(subscription=subscription, code=code_in(provider), now=later).awaits_code
        is False
    )


def test_codes_come_once_a_minute_and_not_without_end(user: User, provider: Provider) -> None:
    subscription = contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW)
    with pytest.raises(ContactMethodError) as soon:
        contact_methods.send_code(subscription=subscription, now=NOW + timedelta(seconds=20))
    assert soon.value.wait == timedelta(seconds=40)

    for minute in range(1, contact_methods.MOST_PER_DAY["code"]):
        contact_methods.send_code(subscription=subscription, now=NOW + minute * MINUTE)
    with pytest.raises(ContactMethodError, match="enough for today"):
        contact_methods.send_code(subscription=subscription, now=NOW + 60 * MINUTE)
    with pytest.raises(ContactMethodError):
        contact_methods.add(user=user, channel="sms", given={"address": "13900000000"}, now=NOW + 61 * MINUTE)
    assert user.subscriptions.count() == 1
    contact_methods.send_code(subscription=subscription, now=NOW + DAY + 60 * MINUTE)


def test_a_code_is_not_to_be_read_in_the_portal(user: User) -> None:
    contact_methods.add(user=user, channel="sms", given=PHONE, now=NOW)

    assert list(selectors.inbox(user)) == []
    assert selectors.unread_count(user) == 0


def test_a_code_is_not_the_same_twice(user: User, provider: Provider) -> None:
    codes = {code_of("way", NOW + second * MINUTE) for second in range(50)}

    assert len(codes) > 45
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
