"""The one statement that counts messages against a limit, asked by many at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from datetime import timedelta

import pytest
from django.db import connection

from accounts.models import User
from notifications.delivery.limits import Ask, Scope, take
from notifications.models import Allowance
from tests.notifications.conftest import NOW

HOUR = timedelta(hours=1)


def ask(scope: Scope, count: int, most: int = 5, after: timedelta = timedelta(0)) -> int:
    return take({scope: Ask(count, most)}, within=HOUR, now=NOW + after)[scope].granted


@pytest.mark.django_db
def test_no_more_than_the_limit_is_granted_until_the_time_is_over(user: User) -> None:
    scope = (user.pk, "email", "")
    assert [ask(scope, count) for count in (2, 2, 2, 1)] == [2, 2, 1, 0]
    assert ask(scope, 1, after=HOUR - timedelta(seconds=1)) == 0
    assert ask(scope, 9, after=HOUR) == 5
    assert ask(scope, 1, after=HOUR) == 0


@pytest.mark.django_db
def test_a_refusal_says_when_to_come_again(user: User) -> None:
    scope = (user.pk, "email", "")
    ask(scope, 5)
    grant = take({scope: Ask(1, 5)}, within=HOUR, now=NOW + HOUR / 2)[scope]
    assert (grant.granted, grant.again_at) == (0, NOW + HOUR)


@pytest.mark.django_db
def test_people_channels_and_scopes_are_counted_apart(user: User, make_user: Callable[..., User]) -> None:
    scopes = [
        (person.pk, channel, scope)
        for person in (user, make_user("li"))
        for channel in ("email", "sms")
        for scope in ("", "ward 1")
    ]
    granted = take({scope: Ask(3, 2) for scope in scopes}, within=HOUR, now=NOW)
    assert [granted[scope].granted for scope in scopes] == [2] * 8


@pytest.mark.django_db
def test_a_limit_that_was_lowered_takes_nothing_back_and_grants_no_more(user: User) -> None:
    scope = (user.pk, "email", "")
    ask(scope, 4)
    assert ask(scope, 1, most=2) == 0
    assert Allowance.objects.get().used == 4


@pytest.mark.django_db
def test_neither_what_is_asked_nor_what_is_granted_can_be_changed_afterwards(user: User) -> None:
    asked, scope = Ask(1, 5), (user.pk, "email", "")
    granted = take({scope: asked}, within=HOUR, now=NOW)[scope]
    for one, name in ((asked, "most"), (granted, "granted")):
        assert not hasattr(one, "__dict__")
        with pytest.raises(FrozenInstanceError):
            setattr(one, name, 99)


@pytest.mark.django_db
def test_asking_for_nothing_asks_nothing() -> None:
    assert take({}, within=HOUR, now=NOW) == {}


@pytest.mark.django_db(transaction=True)
def test_workers_that_ask_at_the_same_moment_get_the_limit_together_and_not_each(user: User) -> None:
    scopes = [(user.pk, channel, "") for channel in ("email", "sms", "pager")]

    def worker(turn: int) -> int:
        order = scopes if turn % 2 else scopes[::-1]
        try:
            granted = take({scope: Ask(2, 25) for scope in order}, within=HOUR, now=NOW)
            return sum(grant.granted for grant in granted.values())
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        granted = list(pool.map(worker, range(40)))

    assert sum(granted) == 3 * 25
    assert set(Allowance.objects.values_list("used", flat=True)) == {25}
