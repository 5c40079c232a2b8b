"""Events are written with what changed, numbered without a gap, and never say what a program may not see."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts import clock
from integrations.models import EventSubscription, SubscriptionEvent
from referral import signals
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.fhir.conftest import Program, integrate
from tests.fhir.subscribing import events, numbers, status_of, subscribe
from tests.fhir.validator import findings
from tests.world import MINUTE, World

URL = "https://his.hospital.example"
SECOND = timedelta(seconds=1)


def foci(row: EventSubscription) -> list[str]:
    return list(row.events.values_list("focus", flat=True))


def test_a_request_is_an_event_for_the_ward_and_its_answer_one_for_the_hospital(
    world: World, ward: Program, first: Program
) -> None:
    asked = subscribe(ward, URL, "Task?status=requested")
    answered = subscribe(first, URL, "Task?status=accepted,rejected")
    case = world.flagged(clock.now())
    task = f"Task/{case.offers.get().pk}"
    assert (foci(asked), foci(answered)) == ([task], [])
    perform(case, Verb.ACCEPT, actor=world.specialist, now=clock.now(), bed="12")
    assert (foci(asked), foci(answered)) == ([task], [task])


def test_a_ward_that_declines_hears_of_its_task_and_then_of_nothing(world: World, ward: Program) -> None:
    row = subscribe(ward, URL, "Task")
    case = world.flagged(clock.now())
    task = f"Task/{case.offers.get().pk}"
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    assert foci(row) == [task, task]
    perform(case, Verb.ACCEPT, actor=world.second_specialist, now=clock.now() + SECOND, bed="1")
    assert foci(row) == [task, task]


def test_an_answer_dated_earlier_is_an_event_too(world: World, first: Program) -> None:
    begun = clock.now() - 10 * MINUTE
    case = world.flagged(begun)
    row = subscribe(first, URL, "Task?status=rejected")
    perform(
        case,
        Verb.DECLINE,
        actor=world.specialist,
        now=clock.now(),
        occurred_at=clock.now() - MINUTE,
        reason="no_bed",
    )
    assert len(foci(row)) == 1


def test_messages_assessments_stays_and_the_way_back_are_events(world: World, first: Program) -> None:
    rows = {
        name: subscribe(first, URL, name)
        for name in ("ServiceRequest", "Communication", "RiskAssessment", "Encounter")
    }
    now = clock.now()
    case = world.flagged(now)
    perform(case, Verb.ADMIT, actor=world.specialist, now=now + SECOND)
    perform(case, Verb.MESSAGE, actor=world.specialist, now=now + 2 * SECOND, text="床位已备好")
    assert len(foci(rows["Communication"])) == 1
    assert len(foci(rows["RiskAssessment"])) == 1
    assert foci(rows["Encounter"])
    assert f"ServiceRequest/{case.pk}" in foci(rows["ServiceRequest"])


def test_nobody_else_hears_of_a_case(world: World, program: Any) -> None:
    other = program(integrate(world.other_hospital, world.other_doctor))
    second = program(integrate(world.second_ward.hospital, world.lead, world.second_ward, name="second"))
    rows = [subscribe(one, URL, "Task") for one in (other, second)]
    world.flagged(clock.now())
    assert [foci(row) for row in rows] == [[], []]


def test_what_is_not_committed_is_no_event_and_what_is_committed_is_one(world: World, ward: Program) -> None:
    row = subscribe(ward, URL, "Task")
    with pytest.raises(RuntimeError), transaction.atomic():
        world.flagged(clock.now())
        assert len(foci(row)) == 1
        raise RuntimeError
    assert (foci(row), Case.objects.count()) == ([], 0)
    world.flagged(clock.now())
    assert (len(foci(row)), Case.objects.count()) == (1, 1)


def test_a_receiver_that_fails_undoes_the_change(world: World) -> None:
    def fail(**_signal: Any) -> None:
        raise RuntimeError

    signals.case_changed.connect(fail)
    try:
        with pytest.raises(RuntimeError), transaction.atomic():
            world.register(now=clock.now())
    finally:
        signals.case_changed.disconnect(fail)
    assert not Case.objects.exists()


def test_numbers_have_no_gap_and_are_caught_up_by_range(world: World, ward: Program) -> None:
    row = subscribe(ward, URL, "Task")
    for number in range(5):
        world.flagged(clock.now(), name=f"患{number}")
    whole = events(ward, row)
    assert numbers([whole.body]) == [1, 2, 3, 4, 5]
    assert status_of(whole.body)["events-since-subscription-start"] == "5"
    part = events(ward, row, "?eventsSinceNumber=2&eventsUntilNumber=3")
    assert numbers([part.body]) == [2, 3]
    assert {entry["fullUrl"].rpartition("/R4/")[2] for entry in part.body["entry"][1:]} == set(foci(row)[1:3])
    posted = ward.send(
        "POST",
        f"Subscription/{row.pk}/$events",
        {"resourceType": "Parameters", "parameter": [{"name": "eventsSinceNumber", "valueString": "5"}]},
    )
    assert numbers([posted.body]) == [5]
    assert numbers([events(ward, row, "?eventsSinceNumber=6").body]) == []
    empty = events(ward, row, "?content=empty").body
    assert (numbers([empty]), len(empty["entry"])) == ([1, 2, 3, 4, 5], 1)
    assert findings([whole.body, part.body, empty, ward.get(f"Subscription/{row.pk}/$status").body]) == {}


@pytest.mark.parametrize(
    ("query", "status", "issue"),
    [
        ("eventsSinceNumber=x", 400, "value"),
        ("eventsSinceNumber=-1", 400, "value"),
        ("eventsUntilNumber=9999999999999999999", 400, "value"),
        ("content=full-resource", 422, "not-supported"),
        ("since=1", 400, "not-supported"),
    ],
)
def test_a_range_that_is_none_is_refused(
    world: World, ward: Program, query: str, status: int, issue: str
) -> None:
    answer = events(ward, subscribe(ward, URL), f"?{query}")
    assert (answer.status, answer.issues) == (status, [issue])


def test_what_is_forgotten_is_said(world: World, ward: Program) -> None:
    row = subscribe(ward, URL)
    for number in range(3):
        world.flagged(clock.now(), name=f"患{number}")
    events(ward, row)
    row.events.filter(number__lte=2).delete()
    assert events(ward, row, "?eventsSinceNumber=2").issues == ["deleted"]
    assert numbers([events(ward, row, "?eventsSinceNumber=3").body]) == [3]


def test_an_event_about_what_is_no_longer_seen_keeps_its_number_and_names_nothing(
    world: World, ward: Program
) -> None:
    row = subscribe(ward, URL, "ServiceRequest")
    case = world.flagged(clock.now())
    assert f"ServiceRequest/{case.pk}" in str(events(ward, row).body)
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    body = events(ward, row).body
    assert numbers([body])
    assert str(case.pk) not in str(body)


def test_status_tells_how_far_it_is_of_one_and_of_all(world: World, ward: Program) -> None:
    rows = [subscribe(ward, f"{URL}/{number}") for number in range(2)]
    world.flagged(clock.now())
    (one,) = ward.get(f"Subscription/{rows[0].pk}/$status").resources()
    named = {row["name"]: row for row in one["parameter"]}
    assert named["type"]["valueCode"] == "query-status"
    assert named["events-since-subscription-start"]["valueString"] == "1"
    assert named["status"]["valueCode"] == "requested"
    assert len(ward.get("Subscription/$status").resources()) == 2
    assert len(ward.get(f"Subscription/$status?id={rows[1].pk}").resources()) == 1
    assert ward.get("Subscription/$status?status=error").resources() == []


def test_without_subscriptions_a_change_asks_one_question_more(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        world.register(now=clock.now())
    assert len([query for query in asked if "eventsubscription" in query["sql"]]) == 1
    assert not SubscriptionEvent.objects.exists()
