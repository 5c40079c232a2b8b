"""After a new password, and once an account was closed, nothing of before opens anything ever again."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from accounts import clock, devices, open_access, tokens
from accounts.models import User
from accounts.people import settle_address
from tests.proof import code_of
from tests.world import World

LOGIN = "/_allauth/app/v1/auth/login"
PASSWORD = "a-long-password"


def app_token(user: User) -> str:
    body = {"email": user.email, "password": PASSWORD}
    token: str = Client().post(LOGIN, body, "application/json").json()["meta"]["session_token"]
    return token


class Opened:
    """Everything that opens an account, made beforehand."""

    def __init__(self, user: User) -> None:
        settle_address(user=user)
        self.browser = Client()
        self.browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        self.app = {"X-Session-Token": app_token(user)}
        user.refresh_from_db()
        self.user = user
        now = clock.now()
        _token, self.secret = tokens.create(user=user, name="x", scopes=["read"], days=9, now=now)
        self.link = default_token_generator.make_token(user)
        self.device = devices.device_of(self.browser.get("/healthz").wsgi_request)

    def opens(self) -> dict[str, bool]:
        user = User.objects.get(pk=self.user.pk)
        bearer = {"Authorization": f"Bearer {self.secret}"}
        return {
            "browser": self.browser.get("/api/v1/me").status_code == 200,
            "app": Client().get("/api/v1/me", headers=self.app).status_code == 200,
            "token": Client().get("/api/v1/me", headers=bearer).status_code == 200,
            "link": default_token_generator.check_token(user, self.link),
            "device": devices.is_known(self.device, user),
        }


def close_by_save(user: User) -> None:
    user.is_active = False
    user.save()


def close_by_update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def open_again(user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=True)


def new_password_by_save(user: User) -> None:
    user.set_password("another-long-password")
    user.save()


def new_password_by_update(user: User) -> None:
    User.objects.filter(pk=user.pk).update(password=make_password("another-long-password"))


def nothing(user: User) -> None:
    pass


@pytest.fixture
def opened(world: World) -> Opened:
    return Opened(world.doctor)


def test_all_of_it_opens_while_nothing_happens(opened: Opened) -> None:
    assert opened.opens() == dict.fromkeys(("browser", "app", "token", "link", "device"), True)


@pytest.mark.parametrize(
    ("happens", "after"),
    [
        (close_by_save, open_again),
        (close_by_update, open_again),
        (new_password_by_save, nothing),
        (new_password_by_update, nothing),
    ],
)
def test_none_of_it_opens_ever_again(
    opened: Opened, happens: Callable[[User], None], after: Callable[[User], None]
) -> None:
    happens(opened.user)
    after(opened.user)
    assert not any(opened.opens().values()), opened.opens()
    assert not any(opened.opens().values())


def test_a_row_that_was_read_before_does_not_bring_the_former_generation_back(opened: Opened) -> None:
    stale = User.objects.get(pk=opened.user.pk)
    close_by_update(opened.user)
    stale.name = "renamed"
    stale.save()
    assert User.objects.get(pk=stale.pk).access_generation == stale.access_generation == 2
    assert not any(opened.opens().values())


def test_a_browser_keeps_its_session_when_its_person_chooses_a_new_password_there(
    opened: Opened,
) -> None:
    new = {"oldpassword": PASSWORD, "password1": "quite-new-words-48", "password2": "quite-new-words-48"}
    opened.browser.post(reverse("account_change_password"), new)
    assert opened.opens() == {"browser": True, "app": False, "token": False, "link": False, "device": True}


def test_the_app_keeps_its_session_when_its_person_chooses_a_new_password_there(opened: Opened) -> None:
    body = {"current_password": PASSWORD, "new_password": "quite-new-words-48"}
    address = "/_allauth/app/v1/account/password/change"
    answer = Client().post(address, json.dumps(body), "application/json", headers=opened.app)
    assert answer.status_code == 200
    opened.app = {"X-Session-Token": answer.json()["meta"].get("session_token", opened.app)}
    assert opened.opens() == {
        "browser": False, "app": True, "token": False, "link": False, "device": False
    }  # fmt: skip


def test_a_password_chosen_by_a_mailed_link_ends_all_and_the_link_too(
    opened: Opened, mailoutbox: Any
) -> None:
    address = "/_allauth/app/v1/auth/password/reset"

    key = f"{user_pk_to_url_str(opened.user)}-{opened.link}"
    body = {"key": key, "password": "quite-new-words-48"}
    answer = Client().post(address, body, "application/json")
    assert answer.status_code == 401, "chosen, and nobody is signed in by that"
    assert not any(opened.opens().values())
    assert Client().post(address, body, "application/json").status_code == 400


def test_the_same_password_kept_by_a_newer_method_ends_nothing(opened: Opened, settings: Any) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
        "django.contrib.auth.hashers.MD5PasswordHasher",
    ]
    assert app_token(opened.user)
    assert User.objects.get(pk=opened.user.pk).password.startswith("pbkdf2_sha256")
    assert all(value for name, value in opened.opens().items() if name != "link")


def test_a_session_outlives_the_rotation_of_the_secret_key(opened: Opened, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert opened.opens()["browser"]


def test_an_unused_sign_in_of_a_closed_account_is_not_listed(opened: Opened) -> None:

    now = clock.now() + timedelta(minutes=1)
    assert len(open_access.open_access(opened.user, now=now)) == 3
    close_by_update(opened.user)
    open_again(opened.user)
    assert open_access.open_access(User.objects.get(pk=opened.user.pk), now=now) == []


def test_a_token_asked_for_while_the_password_changes_is_born_ended(opened: Opened) -> None:
    as_the_request_read_it = User.objects.get(pk=opened.user.pk)
    new_password_by_update(opened.user)
    now = clock.now()
    _token, secret = tokens.create(user=as_the_request_read_it, name="y", scopes=["read"], days=9, now=now)
    assert tokens.find(secret, now=now) is None


@pytest.mark.parametrize("happens", [close_by_update, new_password_by_update])
@pytest.mark.parametrize("face", ["app", "page"])
def test_a_sign_in_that_still_owes_its_code_is_not_completed_after_that(
    world: World, happens: Callable[[User], None], face: str
) -> None:
    user, secret = world.doctor, generate_totp_secret()
    settle_address(user=user)
    TOTP.activate(user, secret)
    client = Client()
    if face == "app":
        headers = {"X-Session-Token": app_token(user)}
        address = "/_allauth/app/v1/auth/2fa/authenticate"
    else:
        client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
        headers, address = {}, reverse("mfa_authenticate")
    happens(user)
    open_again(user)
    sent = {"content_type": "application/json"} if headers else {}
    answer = client.post(address, {"code": code_of(secret)}, headers=headers, **sent)
    assert answer.status_code in (302, 401)
    if face == "app":
        token = answer.json()["meta"].get("session_token", headers["X-Session-Token"])
        headers = {"X-Session-Token": token}
    assert client.get("/api/v1/me", headers=headers).status_code == 401
