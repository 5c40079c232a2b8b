"""The live stream with the app's session token and with an access token: the same doors, and the same end."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import redis
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from asgiref.sync import sync_to_async
from django.test import Client

from accounts import clock, sign_ins, tokens
from accounts.models import Membership, Network, Role, SignIn, User
from tests.notifications.conftest import Topics
from tests.notifications.pages import Open, OwnThreadClient, case, play, say

pytestmark = [pytest.mark.urls("notifications.urls"), pytest.mark.usefixtures("topics")]


def session_of(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"X-Session-Token": str(client.session.session_key)}


def bearer(user: User, *scopes: str) -> dict[str, str]:
    made = tokens.create(user=user, name="x", scopes=scopes or ["read"], days=1, now=clock.now())
    return {"Authorization": f"Bearer {made[1]}"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("shown", [session_of, bearer])
def test_a_program_hears_what_its_person_hears(
    stream: redis.Redis, open_page: Open, user: User, shown: Callable[[User], dict[str, str]]
) -> None:
    token = shown(user)

    async def scenario() -> None:
        async with open_page(token=token) as page:
            assert (await page.next()).kind == "ready"
            await say(1, "ward:2")
            await say(2, "ward:1")
            assert (await page.next()).data == {"case": "2"}

    play(scenario)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Session-Token": "0" * 32},
        {"X-Session-Token": "a'b"},
        {"X-Session-Token": ""},
        {"Authorization": "Bearer aclf_nothing"},
        {"Authorization": "Bearer "},
    ],
)
def test_what_opens_nothing_is_refused_as_a_problem(user: User, headers: dict[str, str]) -> None:
    answer = OwnThreadClient().get("/live", headers=headers)
    assert (answer.status_code, answer["Content-Type"]) == (401, "application/problem+json")
    assert answer.json()["code"] == "not_signed_in"
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.django_db(transaction=True)
def test_a_wrong_token_is_not_made_good_by_a_cookie(user: User) -> None:
    client = OwnThreadClient()
    client.force_login(user)
    assert client.get("/live", headers={"X-Session-Token": "0" * 32}).status_code == 401
    assert client.get("/live", headers={"Authorization": "Bearer x"}).status_code == 401


@pytest.mark.django_db(transaction=True)
def test_an_access_token_needs_the_scope_to_read(user: User) -> None:
    answer = OwnThreadClient().get("/live", headers=bearer(user, "write"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.django_db(transaction=True)
def test_an_access_token_needs_a_second_factor_where_one_is_required(user: User, settings: Any) -> None:
    settings.MFA_REQUIRED = True
    headers = bearer(user)
    answer = OwnThreadClient().get("/live", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "mfa_required")
    TOTP.activate(user, generate_totp_secret())
    assert OwnThreadClient().get("/live", headers=headers).status_code == 200


def end_sessions(user: User) -> None:
    sign_ins.end_all(user=user, actor=user, now=clock.now())


def sign_out(user: User) -> None:
    sign_ins.end(user=user, sign_in_id=SignIn.objects.get().pk, actor=user, now=clock.now())


def revoke(user: User) -> None:
    tokens.revoke_all(user=user, actor=user, now=clock.now())


def close(user: User) -> None:
    user.is_active = False
    user.save()


def change_password(user: User) -> None:
    user.set_password("quite-new-words-48")
    user.save()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("shown", "ends"),
    [
        (session_of, end_sessions),
        (session_of, sign_out),
        (session_of, close),
        (session_of, change_password),
        (bearer, revoke),
        (bearer, end_sessions),
        (bearer, close),
        (bearer, change_password),
    ],
)
def test_an_open_stream_ends_at_once_with_what_opened_it(
    stream: redis.Redis,
    open_page: Open,
    user: User,
    shown: Callable[[User], dict[str, str]],
    ends: Callable[[User], None],
) -> None:
    token = shown(user)

    async def scenario() -> None:
        async with open_page(token=token) as page:
            assert (await page.next()).kind == "ready"
            await sync_to_async(ends)(user)
            assert await page.has_ended(5)

    play(scenario)


@pytest.mark.django_db(transaction=True)
def test_another_role_is_heard_at_once_and_the_asking_itself_is_not(
    stream: redis.Redis, open_page: Open, user: User, topics: Topics
) -> None:
    token = session_of(user)

    async def scenario() -> None:
        async with open_page(token=token) as page:
            assert (await page.next()).kind == "ready"
            topics["wang"] = {"ward:5"}
            asking = asyncio.create_task(topics.are_asked(1))
            await sync_to_async(_lose_a_role)(user)
            await asking
            assert await page.is_silent()
            await say(1, "ward:1")
            await say(2, "ward:5")
            assert (await page.next()).data == {"case": "2"}

    play(scenario)


def _lose_a_role(user: User) -> None:
    network = Network.objects.create(name_zh="网", name_en="Network")
    Membership.objects.create(user=user, role=Role.RESEARCHER, network=network).delete()


@pytest.mark.django_db(transaction=True)
def test_a_stream_that_comes_back_is_not_told_of_the_asking(
    stream: redis.Redis, open_page: Open, user: User
) -> None:
    token = session_of(user)
    case(0)

    async def scenario() -> None:
        async with open_page(token=token) as page:
            start = (await page.next()).id
        await sync_to_async(_lose_a_role)(user)
        await say(1)
        async with open_page(token=token, last_id=start) as page:
            assert (await page.next()).data == {"case": "1"}

    play(scenario)
