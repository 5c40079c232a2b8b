"""A process that dies anywhere loses no event, leaves no gap in their numbers, and passes none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection

from accounts import clock
from fhir.subscriptions import sending
from fhir.subscriptions.sending import send_due
from files import hints
from integrations.models import EventSubscription, SubscriptionEvent
from integrations.subscriptions import LEASE
from referral.models import Case, Offer
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import Program, integrate
from tests.fhir.subscribing import extension, numbers, status_of, subscribe
from tests.notifications.channels.provider import Provider, serving
from tests.world import ILL, World, build, sampled

pytestmark = pytest.mark.django_db(transaction=True)
MOST_STEPS = 200
SECOND = timedelta(seconds=1)


class Died(BaseException):
    """The process ends here: nothing catches it."""


@pytest.fixture
def world(transactional_db: None) -> World:
    return build()


@pytest.fixture
def ward(world: World) -> Program:
    return Program(integrate(world.ward.hospital, world.lead, world.ward))


@pytest.fixture
def hook(settings: Any) -> Iterator[Provider]:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with serving() as provider:
        yield provider


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, nth: int) -> Iterator[None]:
    """The process dies at its `nth` step: before a statement, around a call, after a commit."""
    steps = 0

    def step() -> None:
        nonlocal steps
        if steps == nth:
            raise Died
        steps += 1

    def statement(execute: Callable[..., Any], *arguments: Any) -> Any:
        step()
        return execute(*arguments)

    def around(function: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            step()
            result = function(*arguments, **named)
            step()
            return result

        return watched

    with monkeypatch.context() as patched, connection.execute_wrapper(statement):
        patched.setattr(sending, "post", around(sending.post))
        patched.setattr(hints, "send", around(hints.send))
        yield


def died(monkeypatch: pytest.MonkeyPatch, nth: int, work: Callable[[], object]) -> bool:
    """Whether `work` died at its `nth` step, and did not end before; what was not committed is gone."""
    try:
        with dying(monkeypatch, nth):
            work()
    except Died:
        connection.close()
        return True
    return False


def assess(world: World, case: Case, now: datetime) -> None:
    perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=sampled(ILL, now))


def test_a_change_and_its_event_are_both_there_or_neither(
    world: World, ward: Program, hook: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(ward, hook.url)
    for nth in range(MOST_STEPS):
        now = clock.now()
        case = world.register(now=now, name=f"测试{nth}")
        has_died = died(monkeypatch, nth, lambda case=case, now=now: assess(world, case, now))
        foci = set(SubscriptionEvent.objects.values_list("focus", flat=True))
        assert foci == {f"Task/{pk}" for pk in Offer.objects.values_list("pk", flat=True)}
        if not has_died:
            break
    assert 10 < nth < MOST_STEPS - 1
    assert foci


def test_a_sender_that_dies_anywhere_sends_the_same_again_and_passes_nothing(
    world: World, ward: Program, hook: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [world.flagged(clock.now(), name=name) for name in ("甲", "乙", "丙")]
    row = subscribe(ward, hook.url, channel={"extension": [extension("max-count", valuePositiveInt=2)]})
    at, deaths = clock.now(), 0
    for nth in range(MOST_STEPS):
        for case in cases:
            perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text=f"第{nth}次")
        at += SECOND
        has_died = died(monkeypatch, nth, lambda at=at: send_due(at))
        deaths += has_died
        at += LEASE
        send_due(at)
        row.refresh_from_db()
        assert (row.accepted, row.numbered) == (3 * (nth + 1), 3 * (nth + 1))
        if not has_died:
            break
    assert 10 < deaths < MOST_STEPS - 1
    _check(row, hook, 3 * (nth + 1))


def _check(row: EventSubscription, hook: Provider, count: int) -> None:
    """Every event came, in order; what came twice was the last one that had come, under the same id."""
    bundles = [asked.json for asked in hook.asked if status_of(asked.json)["events"]]
    first_time = list({bundle["id"]: bundle for bundle in bundles}.values())
    assert numbers(first_time) == list(range(1, count + 1))
    for before, bundle in pairwise(bundles):
        assert bundle["id"] == before["id"] or numbers([bundle])[0] == numbers([before])[-1] + 1
    assert {asked.json["id"] for asked in hook.asked} == {
        one.headers["idempotency-key"] for one in hook.asked
    }
    assert not row.events.filter(number=None).exists()
