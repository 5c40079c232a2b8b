"""Guessing is limited, and the limits cannot be turned against the people they protect."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.db import connections
from django.test import Client
from django.urls import reverse

from accounts import clock, sign_in_forms, tries
from accounts.audit_admin import ACTIONS, visible_entries
from accounts.models import AuditEntry, KnownDevice, TryCount, User
from accounts.people import settle_address
from notifications.models import Notification
from tests.notifications.conftest import until
from tests.proof import code_of
from tests.world import World, build

APP = "/_allauth/app/v1"
PASSWORD = "a-long-password"
HOSPITAL, STRANGER = "203.0.113.7", "198.51.100.1"


def at(address: str, **cookies: str) -> Client:
    client = Client(REMOTE_ADDR=address, headers={"Accept-Language": "en"})
    client.cookies.load(cookies)
    return client


def enter(client: Client, email: str, password: str = PASSWORD) -> Any:
    body = {"email": email, "password": password}
    return client.post(f"{APP}/auth/login", body, "application/json")


def guess(client: Client, email: str, times: int) -> list[int]:
    return [enter(client, email, f"wrong-{number}").status_code for number in range(times)]


@pytest.fixture
def doctor(world: World) -> User:
    settle_address(user=world.doctor)
    return world.doctor


def known_browser(user: User, address: str = HOSPITAL) -> Client:
    """A browser in which the person has signed in, and out again."""
    browser = at(address)
    browser.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in browser.session
    browser.post(reverse("account_logout"))
    return browser


def test_the_sixth_wrong_try_is_refused_and_says_when_the_next_may_be(doctor: User) -> None:
    client = at(STRANGER)
    assert guess(client, doctor.email, 6) == [400] * 5 + [429]
    answer = enter(client, doctor.email)
    assert answer.status_code == 429, "the right password too: it is not judged any more"
    assert answer.json()["code"] == "too_many_tries"
    assert 0 < int(answer["Retry-After"]) <= 301
    TryCount.objects.update(ends_at=clock.now() - timedelta(seconds=1))
    assert enter(client, doctor.email).status_code == 200


def test_a_page_says_so_too_and_keeps_the_address(doctor: User) -> None:
    client = at(STRANGER)
    guess(client, doctor.email, 5)
    page = client.post(reverse("account_login"), {"login": doctor.email, "password": PASSWORD})
    assert page.status_code == 429
    assert int(page["Retry-After"]) > 0
    assert "Too many wrong tries from here. Try again in 5 minutes" in page.content.decode()
    assert f'value="{doctor.email}"' in page.content.decode()


def test_an_account_that_does_not_exist_gets_the_same_answers(doctor: User) -> None:
    answers = []
    for email, address in ((doctor.email, "192.0.2.1"), ("nobody@test.example", "192.0.2.2")):
        client = at(address)
        row = [enter(client, email, "wrong") for _ in range(8)]
        answers.append([(a.status_code, a.content, "Retry-After" in a, sorted(a.headers)) for a in row])
    assert answers[0] == answers[1]


def test_strangers_do_not_lock_out_the_person_elsewhere(doctor: User) -> None:
    for number in range(30):
        guess(at(f"198.51.100.{number}"), doctor.email, 6)
    assert enter(at(HOSPITAL), doctor.email).status_code == 200


def test_a_known_device_gets_in_although_its_own_address_is_full_of_wrong_tries(doctor: User) -> None:
    browser = known_browser(doctor)
    guess(at(HOSPITAL), doctor.email, 10)
    guess(at(HOSPITAL), "nobody@test.example", 10)
    assert enter(at(HOSPITAL), doctor.email).status_code == 429
    browser.post(reverse("account_login"), {"login": doctor.email, "password": PASSWORD})
    assert "_auth_user_id" in browser.session


def test_the_apps_device_token_makes_it_known_as_well(doctor: User) -> None:
    token = enter(at(HOSPITAL), doctor.email).json()["meta"]["device_token"]
    guess(at(HOSPITAL), doctor.email, 6)
    assert enter(at(HOSPITAL), doctor.email).status_code == 429
    app = Client(REMOTE_ADDR=HOSPITAL, headers={"X-Device-Token": token})
    assert enter(app, doctor.email).status_code == 200


def test_a_device_of_somebody_else_or_a_made_up_one_is_a_strangers(world: World, doctor: User) -> None:
    settle_address(user=world.lead)
    for browser in (known_browser(world.lead, STRANGER), at(STRANGER, device="made:up:token")):
        assert guess(browser, doctor.email, 6)[-1] == 429
        TryCount.objects.all().delete()


def test_the_right_password_passes_on_a_known_device_after_any_wrong_ones_there(doctor: User) -> None:
    browser = known_browser(doctor)
    assert set(guess(browser, doctor.email, 20)) == {400}
    assert enter(browser, doctor.email).status_code == 200


def test_fifty_wrong_ones_in_a_day_make_a_known_device_a_strangers(doctor: User) -> None:
    browser = known_browser(doctor)
    assert set(guess(browser, doctor.email, 50)) == {400}
    assert not KnownDevice.objects.exists()
    assert guess(browser, doctor.email, 6)[-1] == 429


def test_a_colleague_at_the_same_address_is_not_hindered(world: World, doctor: User) -> None:
    guess(at(HOSPITAL), doctor.email, 10)
    settle_address(user=world.lead)
    assert enter(at(HOSPITAL), world.lead.email).status_code == 200


def test_right_passwords_never_fill_an_address(doctor: User) -> None:
    for _ in range(tries.ADDRESS.most + 20):
        assert enter(at(HOSPITAL), doctor.email).status_code == 200
    assert set(TryCount.objects.values_list("count", flat=True)) == {0}


def test_an_address_that_tries_many_accounts_is_refused_but_for_known_devices(
    world: World, doctor: User
) -> None:
    browser = known_browser(doctor)
    for number in range(tries.ADDRESS.most):
        enter(at(HOSPITAL), f"nobody{number}@test.example", "wrong")
    settle_address(user=world.lead)
    assert enter(at(HOSPITAL), world.lead.email).status_code == 429
    assert enter(browser, doctor.email).status_code == 200
    assert enter(at(STRANGER), world.lead.email).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("auth/webauthn/login", {"credential": {}}),
        ("auth/password/reset", {"key": "made-up", "password": "quite-new-words-48"}),
    ],
)
def test_what_cannot_be_guessed_is_not_counted_by_address(db: None, path: str, body: dict[str, Any]) -> None:
    """A mailed link, a security key: who repeats them would only shut out colleagues at the same address."""
    stranger = at(HOSPITAL)
    answers = {stranger.post(f"{APP}/{path}", body, "application/json").status_code for _time in range(301)}
    assert answers == {400}


def test_one_program_that_repeats_its_wrong_password_does_not_fill_the_address(
    world: World, doctor: User
) -> None:
    guess(at(HOSPITAL), doctor.email, tries.ADDRESS.most + 10)
    settle_address(user=world.lead)
    assert enter(at(HOSPITAL), world.lead.email).status_code == 200


def test_an_ipv6_client_cannot_take_another_address_of_its_own_network(doctor: User) -> None:
    for number in range(5):
        enter(at(f"2001:db8:1:2::{number + 1}"), doctor.email, "wrong")
    assert enter(at("2001:db8:1:2:ffff::9"), doctor.email).status_code == 429
    assert enter(at("2001:db8:1:3::1"), doctor.email).status_code == 200


@pytest.mark.parametrize("typed", ["DOCTOR@TEST.EXAMPLE", " doctor@test.example ", "Doctor@test.example"])
def test_another_way_of_writing_the_address_is_the_same_account(doctor: User, typed: str) -> None:
    guess(at(STRANGER), doctor.email, 5)
    assert enter(at(STRANGER), typed).status_code == 429


def test_the_person_is_told_once_of_many_tries(doctor: User) -> None:
    for number in range(24):
        guess(at(f"198.51.100.{number}"), doctor.email, 5)
    assert [one.alert.kind for one in Notification.objects.filter(recipient=doctor)] == ["guessing"]


def test_administrators_of_the_network_see_who_was_tried_from_where(world: World, doctor: User) -> None:
    guess(at(STRANGER), doctor.email, 8)
    enter(at(HOSPITAL), doctor.email)
    rows = visible_entries(AuditEntry.objects.all(), world.administrator)
    seen = [row.action for row in rows.order_by("pk")]
    assert seen == ["sign_in_failed"] * 5 + ["locked_out", "sign_in"]
    assert {*seen} <= {*ACTIONS}
    failed = rows.filter(action="sign_in_failed")[0]
    assert (failed.subject_id, failed.detail["address"]) == (str(doctor.pk), STRANGER)


def half_in(client: Client, user: User) -> dict[str, str]:
    """The headers of an app that has given the password, and still owes the code."""
    return {"X-Session-Token": enter(client, user.email).json()["meta"]["session_token"]}


def send_code(client: Client, headers: dict[str, str], code: str) -> Any:
    address = f"{APP}/auth/2fa/authenticate"
    return client.post(address, {"code": code}, "application/json", headers=headers)


def test_codes_are_limited_too_and_one_who_has_the_password_locks_nobody_out(doctor: User) -> None:
    browser = known_browser(doctor)
    secret = generate_totp_secret()
    TOTP.activate(doctor, secret)
    for number in range(6):
        client = at(f"198.51.100.{number}")
        headers = half_in(client, doctor)
        statuses = [send_code(client, headers, "000000").status_code for _ in range(6)]
    assert statuses[-1] == 429
    answer = send_code(client, headers, code_of(secret))
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_tries")
    notifications = Notification.objects.filter(recipient=doctor).values_list("alert__kind", flat=True)
    assert list(notifications) == ["code_guessing"]
    assert AuditEntry.objects.filter(action="second_factor_failed").count() == 20

    browser.post(reverse("account_login"), {"login": doctor.email, "password": PASSWORD})
    browser.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
    assert "_auth_user_id" in browser.session


def test_codes_are_limited_on_a_page(doctor: User) -> None:
    TOTP.activate(doctor, generate_totp_secret())
    browser = at(STRANGER)
    browser.post(reverse("account_login"), {"login": doctor.email, "password": PASSWORD})
    pages = [browser.post(reverse("mfa_authenticate"), {"code": "000000"}) for _ in range(6)]
    assert [page.status_code for page in pages] == [200] * 5 + [429]
    assert "Too many wrong tries" in pages[-1].content.decode()


def test_a_thief_of_a_session_guesses_ten_times_and_hinders_nobody_else(doctor: User) -> None:
    thief, owner = at(STRANGER), at(HOSPITAL)
    stolen, own = (
        {"X-Session-Token": enter(client, doctor.email).json()["meta"]["session_token"]}
        for client in (thief, owner)
    )
    address = f"{APP}/auth/reauthenticate"
    wrong = [
        thief.post(address, {"password": "wrong"}, "application/json", headers=stolen).status_code
        for _ in range(5)
    ]
    change = {"current_password": "wrong", "new_password": "quite-new-words-48"}
    wrong += [
        thief.post(f"{APP}/account/password/change", change, "application/json", headers=stolen).status_code
        for _ in range(6)
    ]
    assert wrong == [400] * 10 + [429]
    body = {"password": PASSWORD}
    assert owner.post(address, body, "application/json", headers=own).status_code == 200
    assert thief.post(address, body, "application/json", headers=stolen).status_code == 429


def test_the_present_password_is_not_guessed_on_the_page_for_a_new_one(doctor: User) -> None:
    browser = at(STRANGER)
    browser.post(reverse("account_login"), {"login": doctor.email, "password": PASSWORD})
    new = {"oldpassword": "wrong", "password1": "quite-new-words-48", "password2": "quite-new-words-48"}
    pages = [browser.post(reverse("account_change_password"), new) for _ in range(11)]
    assert [page.status_code for page in pages] == [200] * 10 + [429]
    right = browser.post(reverse("account_change_password"), {**new, "oldpassword": PASSWORD})
    assert right.status_code == 429
    doctor.refresh_from_db()
    assert doctor.check_password(PASSWORD)


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_forms, "ANSWERED_AFTER_SECONDS", 0)


def ask_for_link(client: Client, email: str) -> Any:
    return client.post(f"{APP}/auth/password/request", {"email": email}, "application/json")


def test_strangers_who_ask_for_links_do_not_keep_the_person_from_asking(no_wait: None, doctor: User) -> None:
    asked = [ask_for_link(at(STRANGER), doctor.email) for _ in range(6)]
    assert [one.status_code for one in asked] == [200] * 5 + [429]
    assert int(asked[-1]["Retry-After"]) > 0
    assert ask_for_link(at(HOSPITAL), doctor.email).status_code == 200
    unknown = [ask_for_link(at("192.0.2.9"), "nobody@test.example").status_code for _ in range(6)]
    assert unknown == [200] * 5 + [429]


def test_a_mailbox_is_not_flooded_and_nobody_learns_that_it_was_not(no_wait: None, doctor: User) -> None:
    answers = [ask_for_link(at(f"198.51.100.{number}"), doctor.email) for number in range(15)]
    assert {(one.status_code, one.content) for one in answers} == {(200, b'{"status": 200}')}
    until(lambda: len(mail.outbox) == tries.MAILS.most)


def test_a_known_device_may_ask_although_its_address_may_not(no_wait: None, doctor: User) -> None:
    browser = known_browser(doctor)
    for _ in range(6):
        ask_for_link(at(HOSPITAL), doctor.email)
    page = browser.post(reverse("account_reset_password"), {"email": doctor.email})
    assert page.status_code == 302


def test_old_counts_are_forgotten(doctor: User) -> None:
    guess(at(STRANGER), doctor.email, 3)
    assert tries.purge(clock.now()) == 0
    assert tries.purge(clock.now() + timedelta(hours=2)) == TryCount.objects.count() + 3


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_are_counted_each() -> None:
    doctor = build().doctor
    settle_address(user=doctor)

    def one(number: int) -> int:
        try:
            return int(enter(at(STRANGER), doctor.email, f"wrong-{number}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(one, range(24)))
    assert sorted(statuses) == [400] * 5 + [429] * 19
