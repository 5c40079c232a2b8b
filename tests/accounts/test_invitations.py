"""What a new person reads, in their own language, and where it leads."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import Role, User
from tests.accounts.test_administration import administrator, new_person
from tests.world import World

__all__ = ["administrator"]

LATIN_SENTENCE = re.compile(r"[A-Za-z']+ [A-Za-z']+ [A-Za-z']+")


def invitation(world: World, client: Client, capture: Any, **changes: Any) -> Any:
    with capture(execute=True):
        role = {"memberships-0-role": Role.SPECIALIST, "memberships-0-ward": world.ward.pk}
        new_person(client, **{**role, **changes})
    [message] = mail.outbox
    return message


def test_an_invitation_says_who_asks_for_what_and_how_to_begin(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    message = invitation(world, client, django_capture_on_commit_callbacks)
    assert message.to == ["new@test.example"]
    assert message.subject == f"{administrator.name} has set up your account on the ACLF referral platform"
    for words in ("/accounts/password/reset/key/", "/accounts/login/", "specialist · ", administrator.email):
        assert words in message.body
    assert "reset" not in re.sub(r"https?://\S+", "", message.body)
    links = re.findall(r"https?://\S+", message.body)
    assert len(links) == 3 and all(link.startswith(settings.BASE_URL) for link in links)


def test_an_invitation_in_chinese_has_no_english_line(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    message = invitation(world, client, django_capture_on_commit_callbacks, language="zh-hans")
    assert "专病病房医生" in message.body or world.ward.name_zh in message.body
    assert not LATIN_SENTENCE.search(re.sub(r"https?://\S+", "", message.subject + message.body))


def test_an_invitation_without_a_role_names_none(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    none = {"memberships-TOTAL_FORMS": "0"}
    message = invitation(world, client, django_capture_on_commit_callbacks, **none)
    assert "roles" not in message.body


def test_the_link_of_an_invitation_leads_to_a_password_and_that_to_sign_in(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    message = invitation(world, client, django_capture_on_commit_callbacks)
    link = re.search(r"/accounts/password/reset/key/\S+", message.body)
    assert link
    browser = Client(headers={"accept-language": "en"})
    page = browser.get(link[0], follow=True)
    assert "Choose your password" in page.content.decode()
    address = page.redirect_chain[-1][0]
    sent = {"password1": "new-long-password-48", "password2": "new-long-password-48"}
    done = browser.post(address, sent, follow=True)
    assert reverse("account_login") in done.content.decode()
    assert "Your password is set" in done.content.decode()
    entered = {"login": "new@test.example", "password": "new-long-password-48"}
    browser.post(reverse("account_login"), entered)
    assert "_auth_user_id" in browser.session

    used = Client(headers={"accept-language": "zh-hans"}).get(link[0], follow=True)
    assert "链接已失效" in used.content.decode()


def test_an_account_that_is_not_active_yet_is_not_invited(
    administrator: User, world: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        role = {"memberships-0-role": Role.SPECIALIST, "memberships-0-ward": world.ward.pk}
        new_person(client, **role, is_active="")
    assert not mail.outbox


def test_who_has_a_password_is_sent_a_link_for_a_new_one_in_their_language(
    administrator: User, world: World, client: Client
) -> None:
    User.objects.filter(pk=world.doctor.pk).update(language="zh-hans")
    listing = reverse("admin:accounts_user_changelist")
    client.post(listing, {"action": "send_password_link", "_selected_action": [world.doctor.pk]})
    [message] = mail.outbox
    assert message.to == [world.doctor.email]
    assert "密码" in message.subject
    assert not LATIN_SENTENCE.search(re.sub(r"https?://\S+", "", message.body))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_mail_server_that_is_down_is_said_and_the_account_remains(
    administrator: User, world: World, client: Client, language: str,
    django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    def refuse(*_: Any, **__: Any) -> None:
        raise OSError

    monkeypatch.setattr("accounts.people.get_adapter", lambda _request: type("A", (), {
        "get_reset_password_from_key_url": lambda _self, key: key, "send_mail": refuse})())  # fmt: skip
    with django_capture_on_commit_callbacks(execute=True):
        role = {"memberships-0-role": Role.SPECIALIST, "memberships-0-ward": world.ward.pk}
        answer = new_person(client, **role, language=language)
    assert answer.status_code == 302
    assert User.objects.filter(email="new@test.example").exists()
