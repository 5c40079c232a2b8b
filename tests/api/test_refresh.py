"""The app stays signed in by refreshing; a copied token ends the sign-in instead of opening it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import connections
from django.test import Client, RequestFactory

from accounts import clock, sign_ins
from accounts.models import AuditEntry, Session, SignIn, User
from accounts.people import settle_address
from accounts.refresh import Refreshed
from accounts.refresh import refresh as exchange
from accounts.refusals import RefreshRefused
from notifications.models import Notification
from tests.api.conftest import API, Answer
from tests.proof import code_of
from tests.world import World, build

LOGIN = "/_allauth/app/v1/auth/login"
PASSWORD = "a-long-password"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class App:
    """An app that keeps what it was given at sign-in."""

    def __init__(self, user: User) -> None:
        settle_address(user=user)
        self.user, self.client = user, Client(headers={"Accept-Language": "en"})
        body = {"email": user.email, "password": PASSWORD}
        self.take(self.client.post(LOGIN, body, "application/json").json()["meta"])

    def take(self, given: dict[str, Any]) -> None:
        self.session = given.get("session_token", "")
        self.refresh_token = given.get("refresh_token", "")
        self.device = given.get("device_token", getattr(self, "device", ""))

    def send(self, token: str | None = None, device: str | None = None) -> Answer:
        headers = {"X-Device-Token": self.device if device is None else device}
        body = {"refresh_token": token or self.refresh_token}
        return Answer(self.client.post(f"{API}/sessions/refresh", body, "application/json", headers=headers))

    def refresh(self) -> Answer:
        answer = self.send()
        if answer.status == 200:
            self.take(answer.body)
        return answer

    def opens(self, session: str | None = None) -> int:
        headers = {"X-Session-Token": session or self.session}
        return self.client.get(f"{API}/me", headers=headers).status_code

    def at(self, now: datetime, token: str | None = None) -> Refreshed:
        """Refresh at a time that is not now."""
        request = RequestFactory().post("/", headers={"X-Device-Token": self.device})
        return exchange(token=token or self.refresh_token, request=request, now=now)


@pytest.fixture
def app(world: World) -> App:
    return App(world.doctor)


def notices_to(user: User) -> list[str]:
    return list(Notification.objects.filter(recipient=user).values_list("alert__kind", flat=True))


def test_a_refresh_gives_another_session_and_another_token(app: App) -> None:
    first_session, first_token = app.session, app.refresh_token
    answer = app.refresh()
    assert answer.status == 200
    assert {first_session, first_token}.isdisjoint({app.session, app.refresh_token})
    assert app.opens() == 200
    assert datetime.fromisoformat(answer.body["expires_at"]) <= clock.wall() + HOUR
    assert "no-store" in answer.headers["Cache-Control"]


def test_the_session_before_goes_on_for_a_minute_only(app: App) -> None:
    before = app.session
    app.refresh()
    assert app.opens(before) == 200
    assert Session.objects.get(pk=before).expire_date <= clock.wall() + timedelta(minutes=1)


def test_a_phone_that_was_offline_for_a_day_refreshes_without_signing_in(app: App) -> None:
    Session.objects.all().delete()
    refreshed = app.at(clock.now() + DAY)
    assert app.opens(refreshed.session_token) == 200


def test_a_session_of_the_app_is_short_and_of_a_browser_is_not(app: App) -> None:
    assert Session.objects.get(pk=app.session).expire_date <= clock.wall() + HOUR


def test_unused_for_too_long_or_too_old_it_asks_for_a_sign_in(app: App, settings: Any) -> None:
    now = clock.now()
    with pytest.raises(RefreshRefused):
        app.at(now + timedelta(days=settings.APP_IDLE_DAYS))
    token = app.refresh_token
    for day in range(20, settings.APP_SIGN_IN_DAYS, 20):
        token = app.at(now + timedelta(days=day), token).refresh_token
    with pytest.raises(RefreshRefused):
        app.at(now + timedelta(days=settings.APP_SIGN_IN_DAYS), token)
    assert notices_to(app.user) == [], "nobody stole anything"


def test_the_length_of_both_can_be_set(world: World, settings: Any) -> None:
    settings.APP_IDLE_DAYS, settings.APP_SIGN_IN_DAYS, settings.APP_SESSION_SECONDS = 2, 3, 300
    app = App(world.doctor)
    sign_in = SignIn.objects.get()
    assert sign_in.refresh_until == sign_in.created_at + 2 * DAY
    assert app.at(clock.now() + 2 * DAY - HOUR).refresh_until == sign_in.created_at + 3 * DAY
    assert Session.objects.get(pk=app.session).expire_date <= clock.wall() + timedelta(minutes=5)


def test_a_lost_answer_is_asked_for_again_and_gets_the_same_token(app: App) -> None:
    lost = app.send()
    again = app.send()
    assert (again.status, again.body["refresh_token"]) == (200, lost.body["refresh_token"])
    app.take(again.body)
    assert app.opens() == 200
    assert app.refresh().status == 200
    assert notices_to(app.user) == []


def test_an_answer_that_was_lost_is_asked_for_after_a_day_too(app: App) -> None:
    now = clock.now()
    lost = app.at(now)
    again = app.at(now + DAY)
    assert again.refresh_token == lost.refresh_token
    assert app.at(now + DAY + HOUR, again.refresh_token).refresh_token != again.refresh_token


def test_two_requests_of_one_app_that_cross_each_other_both_go_on(app: App) -> None:
    now, token = clock.now(), app.refresh_token
    one = app.at(now)
    SignIn.objects.update(last_used_at=now + timedelta(seconds=1))
    other = app.at(now + timedelta(seconds=2), token)
    assert one.refresh_token == other.refresh_token
    assert {app.opens(one.session_token), app.opens(other.session_token)} == {200}


def test_an_old_token_whose_answer_was_used_ends_the_sign_in_and_is_told(app: App) -> None:
    now, old = clock.now(), app.refresh_token
    refreshed = app.at(now - HOUR)
    assert app.opens(refreshed.session_token) == 200
    stolen = app.send(old)
    assert (stolen.status, stolen.code) == (401, "refresh_refused")
    assert app.opens(refreshed.session_token) == 401
    assert app.send(refreshed.refresh_token).status == 401
    assert notices_to(app.user) == ["refresh_reused"]
    line = AuditEntry.objects.get(action="end_sign_in")
    assert (line.actor, line.detail["reason"]) == (None, "refresh_reused")


def test_a_token_of_two_refreshes_ago_ends_it_at_once(app: App) -> None:
    first = app.refresh_token
    app.refresh()
    app.refresh()
    assert app.send(first).status == 401
    assert app.opens() == 401
    assert notices_to(app.user) == ["refresh_reused"]


def test_a_token_that_is_sent_from_another_device_ends_it(world: World, app: App) -> None:
    thief = App(world.other_doctor)
    assert app.send(device=thief.device).status == 401
    assert app.opens() == 401
    assert notices_to(app.user) == ["refresh_reused"]
    assert thief.opens() == 200


def test_without_a_device_token_it_is_said_what_is_missing_and_nothing_ends(app: App) -> None:
    answer = app.send(device="")
    assert (answer.status, answer.fields) == (422, {"X-Device-Token": "required"})
    assert app.refresh().status == 200


@pytest.mark.parametrize(
    "forge",
    [
        lambda token: "",
        lambda token: "x" * 100,
        lambda token: token[:-1] + ("0" if token[-1] != "0" else "1"),
        lambda token: token.replace(".0.", ".1."),
        lambda token: token.replace(".0.", ".٠."),
        lambda token: token.replace(".0.", ".-1."),
        lambda token: "0" * 32 + token[32:],
        lambda token: token + "\x00",
        lambda token: token.upper(),
    ],
)
def test_what_is_not_ours_is_refused_and_ends_nothing(app: App, forge: Any) -> None:
    answer = app.send(forge(app.refresh_token) or " ")
    assert answer.status in (401, 422)
    assert app.refresh().status == 200
    assert notices_to(app.user) == []


def test_nobody_can_make_the_next_token_from_the_present_one(app: App) -> None:
    before = app.refresh_token
    app.refresh()
    assert app.refresh_token[34:] != before[34:]
    assert app.refresh_token not in str(SignIn.objects.values())


@pytest.mark.parametrize("which", ["end-others", "end-all"])
def test_signing_out_everywhere_ends_the_refresh(world: World, app: App, which: str) -> None:
    other = App(world.doctor)
    headers = {"X-Session-Token": other.session}
    assert other.client.post(f"{API}/me/sessions/{which}", headers=headers).status_code == 200
    assert app.refresh().status == 401
    assert other.refresh().status == (200 if which == "end-others" else 401)


def test_signing_out_ends_the_refresh(app: App) -> None:
    app.client.delete("/_allauth/app/v1/auth/session", headers={"X-Session-Token": app.session})
    assert app.refresh().status == 401


def test_a_closed_account_is_not_refreshed_nor_after_it_was_opened_again(app: App) -> None:
    User.objects.filter(pk=app.user.pk).update(is_active=False)
    assert app.refresh().status == 401
    User.objects.filter(pk=app.user.pk).update(is_active=True)
    assert app.refresh().status == 401


def test_the_device_on_which_the_password_was_changed_goes_on_and_others_do_not(world: World) -> None:
    here, there = App(world.doctor), App(world.doctor)
    body = {"current_password": PASSWORD, "new_password": "quite-new-words-48"}
    address = "/_allauth/app/v1/account/password/change"
    headers = {"X-Session-Token": here.session}
    here.client.post(address, body, "application/json", headers=headers)
    assert (here.refresh().status, there.refresh().status) == (200, 401)


def test_what_was_proved_at_sign_in_is_kept(world: World, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    secret = generate_totp_secret()
    TOTP.activate(world.doctor, secret)
    settle_address(user=world.doctor)
    client = Client()
    begun = client.post(LOGIN, {"email": world.doctor.email, "password": PASSWORD}, "application/json")
    meta = begun.json()["meta"]
    assert "refresh_token" not in meta, "the second factor is still due"
    headers = {"X-Session-Token": meta["session_token"]}
    address = "/_allauth/app/v1/auth/2fa/authenticate"
    done = client.post(address, {"code": code_of(secret)}, "application/json", headers=headers).json()
    device = {"X-Device-Token": done["meta"]["device_token"]}
    body = {"refresh_token": done["meta"]["refresh_token"]}
    given = client.post(f"{API}/sessions/refresh", body, "application/json", headers=device).json()
    headers = {"X-Session-Token": given["session_token"]}
    assert client.get(f"{API}/me", headers=headers).status_code == 200
    methods = client.get("/_allauth/app/v1/auth/session", headers=headers).json()["data"]["methods"]
    assert [one["method"] for one in methods] == ["password", "mfa"]
    assert client.post(f"{API}/me/tokens", {}, "application/json", headers=headers).status_code == 403


def test_a_refresh_is_no_second_proof(app: App) -> None:
    app.refresh()
    headers = {"X-Session-Token": app.session}
    body = {"name": "x", "scopes": ["read"]}
    answer = app.client.post(f"{API}/me/tokens", body, "application/json", headers=headers)
    assert answer.json()["code"] == "second_proof_required"


def test_the_former_secret_key_is_honoured_while_it_is_rotated_out(app: App, settings: Any) -> None:
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "n" * 50
    assert app.refresh().status == 200


def test_with_a_refresh_the_device_token_outlives_the_key_that_signed_it(app: App, settings: Any) -> None:
    former, settings.SECRET_KEY = settings.SECRET_KEY, "n" * 50
    settings.SECRET_KEY_FALLBACKS = [former]
    assert app.refresh().status == 200
    settings.SECRET_KEY_FALLBACKS = []
    assert app.refresh().status == 200
    assert notices_to(app.user) == []


def test_a_browser_has_nothing_to_refresh(world: World) -> None:
    client = Client()
    client.force_login(world.doctor)
    sign_in = SignIn.objects.get()
    assert sign_in.refresh_until is None
    assert sign_ins.living(world.doctor, clock.now()).get() == sign_in


@pytest.mark.django_db(transaction=True)
def test_ten_refreshes_at_the_same_moment_give_one_token_and_end_nothing() -> None:
    app = App(build().doctor)

    def one(_: int) -> tuple[int, str]:
        try:
            answer = app.send()
            return answer.status, answer.body.get("refresh_token", "")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = {*pool.map(one, range(10))}
    [(status, token)] = answers
    assert status == 200
    app.refresh_token = token
    assert app.refresh().status == 200
