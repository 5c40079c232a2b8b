"""Signing in, in the browser and from the app; nobody signs up by themselves."""

from collections.abc import Sequence
from threading import Event

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.locmem import EmailBackend
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.notifications.conftest import until
from tests.world import World

LOGIN = "/_allauth/app/v1/auth/login"
RESET = "/_allauth/app/v1/auth/password/request"
SESSION = "/_allauth/app/v1/auth/session"
PASSWORD = "a-long-password"
WRITTEN = (
    "ｄｏｃｔｏｒ＠ｔｅｓｔ．ｅｘａｍｐｌｅ",
    "doctor@test。example",
    "doctor@test｡example",
    "\u3000Doctor＠test.example ",
    "doctor @test. example",
    "doctor@test.example\u200b",
)
"""One address, as input methods, telephones and copied text have it."""


def enter(client: Client, email: str, password: str = PASSWORD) -> bool:
    client.post(reverse("account_login"), {"login": email, "password": password})
    return "_auth_user_id" in client.session


def test_an_address_and_its_password_open_a_session(world: World, client: Client) -> None:
    assert enter(client, "doctor@test.example")
    assert client.session["_auth_user_id"] == str(world.doctor.pk)


def test_the_case_of_the_address_does_not_matter(world: World, client: Client) -> None:
    assert enter(client, "Doctor@Test.Example")


@pytest.mark.parametrize("email", WRITTEN)
def test_an_address_is_known_however_an_input_method_wrote_it(
    world: World, client: Client, mailoutbox: list[EmailMessage], email: str
) -> None:
    body = {"email": email, "password": PASSWORD}
    assert client.post(LOGIN, body, content_type="application/json").status_code == 200
    assert enter(Client(), email)
    Client().post(reverse("account_reset_password"), {"email": email})
    Client().post(RESET, {"email": email}, content_type="application/json")
    until(lambda: len(mailoutbox) == 2)
    assert {tuple(message.to) for message in mailoutbox} == {("doctor@test.example",)}


def test_an_address_written_in_many_ways_is_one_for_the_limits(world: World, client: Client) -> None:
    for email in (*WRITTEN, "doctor@test.example"):
        enter(client, email, "wrong-password")
    assert not enter(client, "doctor@test.example")


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("doctor@test.example", "wrong-password"),
        ("nobody@test.example", PASSWORD),
        ("doctor@test.example", ""),
        ("' OR 1=1 --", PASSWORD),
        ("doctor@test.example\x00", PASSWORD),
    ],
)
def test_anything_else_opens_nothing(world: World, client: Client, email: str, password: str) -> None:
    assert not enter(client, email, password)


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(world: World, client: Client) -> None:
    answers = [
        client.post(LOGIN, {"email": email, "password": "wrong"}, content_type="application/json")
        for email in ("doctor@test.example", "nobody@test.example")
    ]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]


@pytest.mark.parametrize("address", ["signup", "webauthn/signup", "provider/signup"])
def test_an_apps_sign_up_does_not_say_which_addresses_have_accounts(
    world: World, client: Client, address: str
) -> None:
    for email in ("doctor@test.example", "nobody@test.example"):
        body = {"email": email, "password": "another-long-password"}
        answer = client.post(f"/_allauth/app/v1/auth/{address}", body, content_type="application/json")
        assert answer.status_code == 404


def test_a_forgotten_password_gets_the_same_answer_also_while_no_mail_can_be_sent(
    world: World, client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    for email in ("doctor@test.example", "nobody@test.example"):
        asked = client.post(reverse("account_reset_password"), {"email": email})
        assert (asked.status_code, asked["Location"]) == (302, reverse("account_reset_password_done"))
        answer = client.post(RESET, {"email": email}, content_type="application/json")
        assert (answer.status_code, answer.json()) == (200, {"status": 200})


class HeldBackend(EmailBackend):
    """A mail server that takes its time: until `go`."""

    go = Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        self.go.wait(20)
        return super().send_messages(messages)


def test_a_slow_mail_server_does_not_tell_by_the_wait_which_addresses_are_known(
    world: World, client: Client, settings: Settings
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.HeldBackend"
    answer = client.post(reverse("account_reset_password"), {"email": "doctor@test.example"})
    assert (answer.status_code, mail.outbox) == (302, [])
    HeldBackend.go.set()
    until(lambda: len(mail.outbox) == 1)
    assert mail.outbox[0].to == ["doctor@test.example"]


def test_a_closed_account_cannot_sign_in(world: World, client: Client) -> None:
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    assert not enter(client, "doctor@test.example")
    answer = client.post(
        LOGIN, {"email": "doctor@test.example", "password": PASSWORD}, content_type="application/json"
    )
    assert answer.status_code == 400


def test_the_right_password_of_a_closed_account_is_answered_as_a_wrong_one_of_nobody(world: World) -> None:
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    answers = []
    for email, password in (("doctor@test.example", PASSWORD), ("nobody@test.example", "wrong")):
        body = {"email": email, "password": password}
        program = Client().post(LOGIN, body, content_type="application/json")
        form = {"login": email, "password": password}
        page = Client().post(reverse("account_login"), form)
        said = [str(line) for line in page.context["form"].non_field_errors()]
        answers.append((program.status_code, program.json(), page.status_code, said))
    assert answers[0] == answers[1]


def test_closing_an_account_ends_its_sessions(world: World, client: Client) -> None:
    assert enter(client, "doctor@test.example")
    User.objects.filter(pk=world.doctor.pk).update(is_active=False)
    answer = client.get("/accounts/2fa/")
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))


def test_nobody_can_sign_up(world: World, client: Client) -> None:
    client.post(
        reverse("account_signup"), {"email": "new@test.example", "password1": "another-long-password"}
    )
    client.post(
        "/_allauth/app/v1/auth/signup",
        {"email": "new@test.example", "password": "another-long-password"},
        content_type="application/json",
    )
    assert not User.objects.filter(email="new@test.example").exists()


def test_the_app_signs_in_and_gets_a_session_token(world: World, client: Client) -> None:
    answer = client.post(
        LOGIN, {"email": "doctor@test.example", "password": PASSWORD}, content_type="application/json"
    )
    token = answer.json()["meta"]["session_token"]
    assert answer.status_code == 200
    session = Client().get(SESSION, headers={"X-Session-Token": token})
    assert session.json()["data"]["user"]["email"] == "doctor@test.example"


def test_signing_out_makes_the_apps_token_worthless(world: World, client: Client) -> None:
    answer = client.post(
        LOGIN, {"email": "doctor@test.example", "password": PASSWORD}, content_type="application/json"
    )
    token = answer.json()["meta"]["session_token"]
    assert Client().delete(SESSION, headers={"X-Session-Token": token}).status_code == 401
    assert Client().get(SESSION, headers={"X-Session-Token": token}).status_code in (401, 410)


def test_the_administration_has_no_sign_in_of_its_own(world: World, client: Client) -> None:
    answer = client.get(reverse("admin:login"))
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("account_login"))
    client.post(
        reverse("admin:login"), {"username": "admin@test.example", "password": PASSWORD}, follow=False
    )
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("address", ["/accounts/email/", "/_allauth/browser/v1/account/email"])
def test_nobody_moves_their_own_alerts_to_another_address(world: World, client: Client, address: str) -> None:
    client.force_login(world.doctor)
    assert client.get(address).status_code == 404
    assert client.post(address, {"email": "elsewhere@test.example"}).status_code == 404
    assert User.objects.get(pk=world.doctor.pk).email == "doctor@test.example"
