"""Devices and access tokens in the portal, and in the administration for people of its network."""

import re
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock, tokens
from accounts.models import AccessToken, AuditEntry, Membership, Network, Role, SignIn, User
from accounts.people import settle_address
from tests.world import World, build

PASSWORD = "a-long-password"
NEW = {"name": "laboratory", "scopes": ["read"], "days": "30"}


@pytest.fixture
def world(db: None) -> World:
    return build()


def browser_of(user: User) -> Client:
    settle_address(user=user)
    client = Client(headers={"Accept-Language": "en"})
    User.objects.filter(pk=user.pk).update(language="en")
    client.post(reverse("account_login"), {"login": user.email, "password": PASSWORD})
    return client


@pytest.fixture
def browser(world: World) -> Client:
    return browser_of(world.doctor)


def prove(browser: Client) -> None:
    answer = browser.post(
        reverse("account_reauthenticate"), {"password": PASSWORD, "next": reverse("portal:new_token")}
    )
    assert answer["Location"] == reverse("portal:new_token")


def test_the_page_shows_what_opens_the_account_and_marks_this_device(world: World, browser: Client) -> None:
    browser_of(world.doctor)
    tokens.create(user=world.doctor, name="laboratory", scopes=["read"], days=3, now=clock.now())
    page = browser.get(reverse("portal:sessions")).content.decode()
    assert page.count("<strong>this device</strong>") == 1
    assert "laboratory" in page
    assert "may read" in page


def test_one_other_is_ended_by_its_button(world: World, browser: Client) -> None:
    other = browser_of(world.doctor)
    sign_in = SignIn.objects.order_by("pk").last()
    assert sign_in is not None
    answer = browser.post(reverse("portal:end_session", args=[sign_in.pk]), follow=True)
    assert "Ended." in answer.content.decode()
    assert other.get(reverse("portal:sessions")).status_code == 302
    assert browser.post(reverse("portal:end_session", args=[sign_in.pk])).status_code == 404


def test_ending_ones_own_is_signing_out(world: World, browser: Client) -> None:
    own = SignIn.objects.get()
    answer = browser.post(reverse("portal:end_session", args=[own.pk]))
    assert answer["Location"] == reverse("account_login")
    assert "_auth_user_id" not in browser.session


@pytest.mark.parametrize(("name", "stays"), [("end_other_sessions", True), ("end_all_sessions", False)])
def test_all_others_or_all_are_ended(world: World, browser: Client, name: str, stays: bool) -> None:
    other = browser_of(world.doctor)
    browser.post(reverse(f"portal:{name}"))
    assert other.get(reverse("portal:sessions")).status_code == 302
    assert (browser.get(reverse("portal:sessions")).status_code == 200) is stays


@pytest.mark.parametrize("name", ["end_other_sessions", "end_all_sessions"])
def test_a_link_ends_nothing(browser: Client, name: str) -> None:
    assert browser.get(reverse(f"portal:{name}")).status_code == 405


def test_somebody_elses_cannot_be_ended(world: World, browser: Client) -> None:
    other = browser_of(world.other_doctor)
    row = SignIn.objects.get(user=world.other_doctor)
    assert browser.post(reverse("portal:end_session", args=[row.pk])).status_code == 404
    assert other.get(reverse("portal:sessions")).status_code == 200


def test_making_a_token_asks_for_a_proof_and_keeps_what_was_typed(browser: Client) -> None:
    address = reverse("portal:new_token")
    asked = browser.post(address, NEW)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    assert not AccessToken.objects.exists()
    prove(browser)
    form = browser.get(address).content.decode()
    assert 'value="laboratory"' in form
    assert 'value="30"' in form


def test_the_secret_is_shown_once(world: World, browser: Client) -> None:
    prove(browser)
    made = browser.post(reverse("portal:new_token"), NEW)
    secret = re.search(r"aclf_[\w-]+", made.content.decode())
    assert secret
    assert "no-store" in made["Cache-Control"]
    bearer = {"Authorization": f"Bearer {secret[0]}"}
    assert Client().get("/api/v1/me", headers=bearer).status_code == 200
    assert secret[0] not in browser.get(reverse("portal:sessions")).content.decode()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": ""}, "Please fill in: What it is for."),
        ({"scopes": []}, "Please choose: What it may do."),
        ({"days": "0"}, "Enter 1 to 366 days."),
        ({"days": "400"}, "Enter 1 to 366 days."),
        ({"days": "often"}, "Enter 1 to 366 days."),
        ({"scopes": ["all"]}, "all is not one of the available choices"),
    ],
)
def test_a_wrong_form_says_what_and_keeps_the_rest(browser: Client, change: dict, words: str) -> None:
    prove(browser)
    answer = browser.post(reverse("portal:new_token"), {**NEW, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not AccessToken.objects.exists()


def test_an_administrator_looks_and_ends_for_people_of_their_network_only(world: World) -> None:
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True)
    doctor, admin = browser_of(world.doctor), browser_of(world.administrator)
    address = reverse("admin:accounts_user_sessions", args=[world.doctor.pk])
    assert "browser" in admin.get(address).content.decode()
    row = SignIn.objects.get(user=world.doctor)
    admin.post(address, {"end": str(row.pk)})
    assert doctor.get(reverse("portal:sessions")).status_code == 302
    line = AuditEntry.objects.get(action="end_sign_in")
    assert (line.actor, line.subject_id) == (world.administrator, str(row.pk))
    assert "Nothing opens this account" in admin.get(address).content.decode()

    elsewhere = Network.objects.create(name_zh="别处", name_en="Elsewhere")
    Membership.objects.create(user=world.doctor, role=Role.RESEARCHER, network=elsewhere)
    assert admin.get(address).status_code == 404
    assert admin.post(address, {"end": "all"}).status_code == 404


@pytest.mark.parametrize(("language", "words"), [("en", "Look and end"), ("zh-hans", "查看与终止")])
def test_the_page_of_a_persons_devices_is_two_links_from_the_list_of_people(
    world: World, language: str, words: str
) -> None:
    admin = browser_of(world.administrator)
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True, language=language)
    person = reverse("admin:accounts_user_change", args=[world.doctor.pk])
    assert f'href="{person}"' in admin.get(reverse("admin:accounts_user_changelist")).content.decode()
    address = reverse("admin:accounts_user_sessions", args=[world.doctor.pk])
    assert f'<a href="{address}">{words}</a>' in admin.get(person).content.decode()


def test_an_administrator_reads_times_by_the_clock_on_the_wall(world: World) -> None:
    browser_of(world.doctor)
    admin = browser_of(world.administrator)
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True, language="zh-hans")
    began = SignIn.objects.get(user=world.doctor).created_at
    page = admin.get(reverse("admin:accounts_user_sessions", args=[world.doctor.pk])).content.decode()
    assert f"{began.astimezone(ZoneInfo('Asia/Shanghai')):%H:%M}" in page


def test_all_of_a_persons_are_ended_by_an_administrator(world: World) -> None:
    User.objects.filter(pk=world.administrator.pk).update(is_staff=True)
    doctor, admin = browser_of(world.doctor), browser_of(world.administrator)
    tokens.create(user=world.doctor, name="x", scopes=["read"], days=3, now=clock.now())
    address = reverse("admin:accounts_user_sessions", args=[world.doctor.pk])
    admin.post(address, {"end": "all"})
    assert doctor.get(reverse("portal:sessions")).status_code == 302
    assert not tokens.living(world.doctor, clock.now()).exists()
    assert admin.post(address, {"end": "nonsense"}).status_code == 404


def test_nobody_else_opens_that_page(world: World) -> None:
    address = reverse("admin:accounts_user_sessions", args=[world.doctor.pk])
    assert browser_of(world.doctor).get(address).status_code == 302
    User.objects.filter(pk=world.lead.pk).update(is_staff=True)
    assert browser_of(world.lead).get(address).status_code == 403
