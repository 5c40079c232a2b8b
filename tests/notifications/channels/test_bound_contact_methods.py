"""What a browser or phone registered itself for ends with the sign-in on it, and never serves two people."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock, sign_ins
from accounts.models import SignIn, User
from accounts.people import settle_address
from notifications import services
from notifications.contacts import subscriptions
from notifications.models import Delivery, Notification, Subscription
from tests.notifications.conftest import deliveries_of, notice
from tests.world import World, build

LOGIN = "/_allauth/app/v1/auth/login"
PASSWORD = "a-long-password"
TOKEN = "shared-phone-token-1"


@pytest.fixture
def world(db: None, own_channels: None, settings: Any, provider: Any) -> World:
    push = "notifications.channels.vendorpush.VendorPushChannel"
    settings.NOTIFICATION_CHANNELS = [*settings.NOTIFICATION_CHANNELS, push]
    settings.CHANNEL_SETTINGS = {
        **settings.CHANNEL_SETTINGS,
        "vendorpush": {"url": provider.url, "secret": "s"},
    }
    return build()


class Phone:
    """A phone with the app, which keeps what it knows of itself between sign-ins."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}

    def sign_in(self, user: User, password: str = PASSWORD) -> "Phone":
        settle_address(user=user)
        self.headers.pop("X-Session-Token", None)
        body = {"email": user.email, "password": password}
        meta = Client().post(LOGIN, body, "application/json", headers=self.headers).json()["meta"]
        self.headers = {"X-Session-Token": meta["session_token"], "X-Device-Token": meta["device_token"]}
        return self

    def sign_out(self) -> None:
        Client().delete("/_allauth/app/v1/auth/session", headers=self.headers)
        del self.headers["X-Session-Token"]

    def register(self, token: str = TOKEN) -> None:
        body = json.dumps({"channel": "vendorpush", "token": token})
        answer = Client().post("/api/v1/devices", body, "application/json", headers=self.headers)
        assert answer.status_code == 201, answer.content


def pushed(user: User, key: str) -> bool:
    """Whether an alert to this person goes to a phone."""
    [notification] = services.notify(notices=[notice(user, key)], now=clock.now())
    return deliveries_of(notification).filter(channel="vendorpush").exists()


def test_an_alert_goes_to_a_phone_while_its_person_is_signed_in_there(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    phone.register()
    assert pushed(world.doctor, "1")
    phone.sign_out()
    assert not pushed(world.doctor, "2")
    phone.sign_in(world.doctor)
    assert pushed(world.doctor, "3"), "signed in again on the same phone"


def test_what_waits_for_a_phone_is_not_sent_after_the_sign_out(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    phone.register()
    assert pushed(world.doctor, "1")
    phone.sign_out()
    delivery = Delivery.objects.get(channel="vendorpush")
    assert not subscriptions.wants(Subscription.objects.get(channel="vendorpush"), delivery)
    assert subscriptions.other_contact_method(delivery.notification) != delivery.subscription


def test_the_next_person_on_a_shared_phone_does_not_turn_on_alerts_of_the_one_before(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    phone.register()
    phone.sign_out()
    phone.sign_in(world.lead)
    assert not pushed(world.doctor, "1")
    phone.register()
    assert pushed(world.lead, "2")
    assert not Subscription.objects.filter(user=world.doctor, channel="vendorpush", removed_at=None).exists()
    assert Notification.objects.filter(recipient=world.doctor, alert__kind="contact_method_taken").exists()


def test_a_phone_that_was_signed_out_from_elsewhere_is_forgotten(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    phone.register()
    lost = SignIn.objects.get()
    sign_ins.end(user=world.doctor, sign_in_id=lost.pk, actor=world.doctor, now=clock.now())
    assert not pushed(world.doctor, "1")
    assert Subscription.objects.get(channel="vendorpush").address is None
    phone.sign_in(world.doctor)
    assert not pushed(world.doctor, "2")


def test_an_earlier_sign_in_of_the_same_phone_may_end(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    earlier = SignIn.objects.get()
    phone.sign_in(world.doctor)
    phone.register()
    sign_ins.end(user=world.doctor, sign_in_id=earlier.pk, actor=world.doctor, now=clock.now())
    assert pushed(world.doctor, "1")


def test_a_new_password_silences_other_phones_until_they_sign_in_with_it(world: World) -> None:
    here, there = Phone().sign_in(world.doctor), Phone().sign_in(world.doctor)
    there.register()
    body = json.dumps({"current_password": PASSWORD, "new_password": "quite-new-words-48"})
    address = "/_allauth/app/v1/account/password/change"
    assert Client().post(address, body, "application/json", headers=here.headers).status_code == 200
    assert not pushed(world.doctor, "1")
    there.sign_in(world.doctor, "quite-new-words-48")
    assert pushed(world.doctor, "2")


def test_the_phone_on_which_the_password_was_changed_goes_on(world: World) -> None:
    phone = Phone().sign_in(world.doctor)
    phone.register()
    body = json.dumps({"current_password": PASSWORD, "new_password": "quite-new-words-48"})
    Client().post("/_allauth/app/v1/account/password/change", body, "application/json", headers=phone.headers)
    assert pushed(world.doctor, "1")


def test_closing_an_account_forgets_its_phones(world: World) -> None:
    Phone().sign_in(world.doctor).register()
    user = User.objects.get(pk=world.doctor.pk)
    user.is_active = False
    user.save()
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not pushed(world.doctor, "1")
    assert Subscription.objects.get(channel="vendorpush").removed_at is not None


def test_an_account_that_was_closed_past_the_product_is_silent_too(world: World) -> None:
    Phone().sign_in(world.doctor).register()
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    User.objects.filter(pk=world.doctor.pk).update(is_active=True)
    assert not pushed(world.doctor, "1")


def test_a_session_that_merely_runs_out_silences_nobody(world: World) -> None:
    browser = Client()
    settle_address(user=world.doctor)
    browser.post(reverse("account_login"), {"login": world.doctor.email, "password": PASSWORD})
    given = {"channel": "vendorpush", "token": TOKEN}
    browser.post(reverse("portal:contact_method_add"), given)
    assert Subscription.objects.get(channel="vendorpush").device is not None
    browser.session.delete()
    assert pushed(world.doctor, "1")


def test_the_page_says_that_a_phone_is_signed_out(world: World) -> None:
    phone, other = Phone().sign_in(world.doctor), Phone().sign_in(world.doctor)
    phone.register()
    phone.sign_out()
    listed = Client().get("/api/v1/devices", headers=other.headers).json()["results"]
    assert [one["signed_out"] for one in listed if one["channel"] == "vendorpush"] == [True]
