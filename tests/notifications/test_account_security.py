"""What a person is told of their own account, by mail and in the inbox: in their language, no secrets."""

import re
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.test import Client
from django.urls import reverse

from accounts import clock, people, sign_ins, tokens
from accounts.models import KnownDevice, SignIn, User
from accounts.people import settle_address
from accounts.signals import security_event
from notifications import hooks
from notifications.account_security import TITLES
from notifications.contacts import subscriptions
from notifications.delivery import send_guard
from notifications.models import Notification, Subscription
from notifications.services import acknowledge
from tests.world import World, build

PASSWORD = "a-long-password"
LATIN_SENTENCE = re.compile(r"[A-Za-z']+ [A-Za-z']+ [A-Za-z']+")
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"


@pytest.fixture
def world(db: None) -> World:
    return build()


@pytest.fixture
def doctor(world: World) -> User:
    settle_address(user=world.doctor)
    return world.doctor


def sign_in(user: User, client: Client | None = None) -> Client:
    client = client or Client(headers={"User-Agent": CHROME})
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


def notices_to(user: User) -> list[str]:
    return list(
        Notification.objects.filter(recipient=user).order_by("pk").values_list("alert__kind", flat=True)
    )


def test_a_first_device_is_no_news_and_a_second_one_is(doctor: User) -> None:
    browser = sign_in(doctor)
    assert notices_to(doctor) == []
    sign_in(doctor)
    assert notices_to(doctor) == ["new_device"]
    browser.post(reverse("account_logout"))
    sign_in(doctor, browser)
    assert notices_to(doctor) == ["new_device"], "the first device is known"


def test_a_browser_that_signs_in_stays_known_when_the_secret_key_is_rotated(
    doctor: User, settings: Any
) -> None:
    browser = sign_in(doctor)
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    settings.SECRET_KEY_FALLBACKS = [former]
    browser.post(reverse("account_logout"))
    sign_in(doctor, browser)
    settings.SECRET_KEY_FALLBACKS = []
    browser.post(reverse("account_logout"))
    sign_in(doctor, browser)
    assert notices_to(doctor) == []


def test_a_forged_cookie_makes_no_device_known(doctor: User) -> None:
    sign_in(doctor)
    browser = Client()
    browser.cookies["device"] = str(KnownDevice.objects.get().device)
    sign_in(doctor, browser)
    assert notices_to(doctor) == ["new_device"]


def test_a_device_that_a_colleague_uses_is_new_to_somebody_else(world: World, doctor: User) -> None:
    sign_in(doctor)
    settle_address(user=world.lead)
    shared = sign_in(world.lead)
    shared.post(reverse("account_logout"))
    sign_in(doctor, shared)
    assert notices_to(doctor) == ["new_device"]
    assert notices_to(world.lead) == []


def test_a_token_that_is_made_or_ended_is_told_with_its_name_and_without_its_secret(doctor: User) -> None:
    now = clock.now()
    token, secret = tokens.create(user=doctor, name="检验科", scopes=["read"], days=1, now=now)
    tokens.revoke(user=doctor, token_id=token.pk, actor=doctor, now=now)
    assert set(notices_to(doctor)) == {"create_access_token", "revoke_access_token"}
    for notification in Notification.objects.filter(recipient=doctor):
        rendered = hooks.render(notification, "zh-hans")
        assert "检验科" in rendered.body
        assert secret not in rendered.body + rendered.title + str(notification.alert.payload)
        assert rendered.url_path == reverse("portal:sessions")


def test_a_new_password_and_a_new_factor_are_told(doctor: User) -> None:
    browser = sign_in(doctor)
    new = {"oldpassword": PASSWORD, "password1": "quite-new-words-48", "password2": "quite-new-words-48"}
    browser.post(reverse("account_change_password"), new)
    assert notices_to(doctor) == ["password_changed"]


def test_removing_a_lost_factor_ends_all_and_is_told(world: World, doctor: User) -> None:
    TOTP.activate(doctor, generate_totp_secret())
    RecoveryCodes.activate(doctor)
    Client().force_login(doctor)
    assert people.forget_second_factors(user=doctor, actor=world.administrator, now=clock.now()) == 2
    assert notices_to(doctor) == ["second_factors_forgotten"]
    assert not sign_ins.living(doctor, clock.now()).exists()
    assert not Authenticator.objects.exists()


def test_a_code_of_recovery_that_opens_the_account_is_told(doctor: User) -> None:
    TOTP.activate(doctor, generate_totp_secret())
    codes = RecoveryCodes.activate(doctor)
    browser = sign_in(doctor)
    browser.post(reverse("mfa_authenticate"), {"code": codes.get_unused_codes()[0]})
    assert notices_to(doctor) == ["recovery_code_used"]


@pytest.mark.parametrize("kind", TITLES)
def test_every_event_has_words_in_both_languages(doctor: User, kind: str) -> None:
    row = SignIn.objects.create(
        user=doctor, kind="browser", device=doctor.pk, generation=1, user_agent=CHROME,
        address="198.51.100.7", created_at=clock.now(), last_used_at=clock.now(),
    )  # fmt: skip
    security_event.send(sender=User, user=doctor, event=kind, about={"sign_in": str(row.pk)}, now=clock.now())
    notification = Notification.objects.get(alert__kind=kind)
    chinese, english = (hooks.render(notification, language) for language in ("zh-hans", "en"))
    assert not LATIN_SENTENCE.search(chinese.title + chinese.body), chinese
    assert english.title != chinese.title
    assert "198.51.100.7" in chinese.body
    assert "Chrome" in chinese.body and ", " not in chinese.body


def test_it_is_mailed_whatever_the_person_or_a_thief_wishes_to_hear_of(doctor: User) -> None:
    mail = subscriptions.of_account(doctor, "email")
    Subscription.objects.filter(pk=mail.pk).update(enabled=False, min_severity="severe")
    tokens.create(user=doctor, name="x", scopes=["read"], days=1, now=clock.now())
    notification = Notification.objects.get(alert__kind="create_access_token")
    delivery = notification.deliveries.get()
    assert delivery.channel == "email"
    assert subscriptions.wants(Subscription.objects.get(pk=mail.pk), delivery)
    acknowledge(notification=notification, user=doctor, now=clock.now())
    assert send_guard.find([notification.pk]) == {notification.pk: None}


def test_nothing_is_told_of_what_was_not_done_after_all(doctor: User, world: World, settings: Any) -> None:
    with pytest.raises(tokens.AccessToken.DoesNotExist):
        tokens.revoke(user=doctor, token_id=doctor.pk, actor=doctor, now=clock.now())
    assert notices_to(doctor) == []
