"""The feed of changes: complete, in order, without what one may not see, and safe with late commits."""

from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import clock
from accounts.models import Membership, Role, User
from api.paging import sealed
from referral.deadlines.engine import run_cycle
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.api.conftest import Answer, Caller
from tests.notifications.conftest import until
from tests.world import HOUR, MINUTE, World, build


def say(world: World, case: Case, text: str = "x") -> None:
    perform(case, Verb.MESSAGE, actor=world.doctor, now=clock.now(), text=text)


def changes_in(answer: Any) -> list[tuple[str, str]]:
    return [(row["case"], row["what"]) for row in answer.body["results"]]


# Changes of a running transaction are not told, so these tests commit.


def heard(app: Caller, **query: Any) -> Answer:
    """The changes, once nothing else holds them back: the server's own tidying up may, for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())")
        (newest,) = cursor.fetchone()

        def is_over() -> bool:
            cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot()) >= %s::text::xid8", [newest])
            return bool(cursor.fetchone()[0])

        until(is_over)
    return app.get("/changes", **query)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


def test_everything_is_told_once_and_then_only_what_is_new(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.watched(now)
    first = heard(doctor)
    assert changes_in(first) == [(str(case.pk), "register"), (str(case.pk), "assess")]
    assert [row["version"] for row in first.body["results"]] == [1, 2]
    assert (first.status, first.body["more"]) == (200, False)
    again = heard(doctor, since=first.body["next"])
    assert changes_in(again) == []
    say(world, case)
    assert changes_in(heard(doctor, since=again.body["next"])) == [(str(case.pk), "message")]


def test_pages_join_without_gap_or_overlap(world: World, doctor: Caller, now: datetime) -> None:
    case = world.watched(now)
    for _ in range(5):
        say(world, case)
    versions, since, more = [], "", True
    while more:
        page = heard(doctor, limit=3, **({"since": since} if since else {})).body
        versions += [row["version"] for row in page["results"]]
        since, more = page["next"], page["more"]
    assert versions == list(range(1, 8))


def test_a_line_that_is_committed_late_is_not_skipped(world: World, doctor: Caller, now: datetime) -> None:
    """The earlier transaction commits last: nothing after it is told before it."""
    slow, quick = world.watched(now), world.watched(now, name="乙")
    start = heard(doctor).body["next"]
    written, may_commit = Signal(), Signal()

    def slowly() -> None:
        try:
            with transaction.atomic():
                say(world, slow)
                written.set()
                may_commit.wait(30)
        finally:
            connection.close()

    thread = Thread(target=slowly)
    thread.start()
    assert written.wait(30)
    say(world, quick)
    between = doctor.get("/changes", since=start)
    assert changes_in(between) == []
    may_commit.set()
    thread.join()
    after = heard(doctor, since=between.body["next"])
    assert changes_in(after) == [(str(slow.pk), "message"), (str(quick.pk), "message")]


def test_what_a_rolled_back_transaction_wrote_is_never_told(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.watched(now)
    start = heard(doctor).body["next"]
    with transaction.atomic():
        say(world, case)
        transaction.set_rollback(True)
    assert changes_in(heard(doctor, since=start)) == []


def test_nobody_is_told_of_cases_they_may_not_see(world: World, now: datetime) -> None:
    world.watched(now)
    for stranger in (world.other_doctor, world.specialist, world.researcher, world.administrator):
        assert changes_in(heard(Caller(stranger))) == []


def test_a_ward_that_declined_hears_that_the_case_is_gone_and_nothing_after(
    world: World, specialist: Caller, now: datetime
) -> None:
    case = world.flagged(now)
    perform(case, Verb.DECLINE, actor=world.specialist, now=clock.now(), reason="no_bed")
    rows = heard(specialist).body["results"]
    assert rows[-1]["what"] == "decline"
    assert {row["gone"] for row in rows} == {True}
    say(world, case)
    assert "message" not in [row["what"] for row in heard(specialist).body["results"]]


def admission_that_stands(world: World, at: datetime) -> Case:
    """A case of the first ward that the second one admitted, so long ago that nothing can be undone."""
    case = world.admitted_elsewhere(world.flagged(at - 14 * HOUR), at - 13 * HOUR)
    run_cycle(at)
    return case


LOSSES: dict[str, Callable[[World, datetime], Case]] = {
    "decline": lambda world, at: perform(
        world.flagged(at - HOUR),
        Verb.DECLINE,
        actor=world.specialist,
        now=at,
        occurred_at=at - MINUTE,
        reason="no_bed",
    ),
    "redirect": lambda world, at: perform(
        world.flagged(at - HOUR), Verb.REDIRECT, actor=world.coordinator, now=at, ward=world.second_ward
    ),
    "release": lambda world, at: perform(
        world.accepted(at - HOUR), Verb.RELEASE, actor=world.specialist, now=at, reason="no_bed"
    ),
    "withdraw": lambda world, at: perform(
        world.accepted(at - HOUR), Verb.WITHDRAW, actor=world.doctor, now=at, reason="improved"
    ),
    "confirm_admission": lambda world, at: admission_that_stands(world, at),
    "transfer": lambda world, at: perform(
        world.admitted(at - HOUR), Verb.TRANSFER, actor=world.coordinator, now=at, ward=world.second_ward
    ),
}


@pytest.mark.parametrize("verb", LOSSES)
def test_everybody_of_a_ward_hears_by_which_line_it_lost_a_case(
    world: World, now: datetime, verb: str
) -> None:
    app = Caller(world.lead)
    case = LOSSES[verb](world, now)
    rows = heard(app).body["results"]
    assert (verb, True) in [(row["what"], row["gone"]) for row in rows]
    say(world, case)
    assert "message" not in [row["what"] for row in heard(app).body["results"]]


def test_a_change_carries_nothing_that_was_said(world: World, doctor: Caller, now: datetime) -> None:
    say(world, world.watched(now), "Mr Liang is worse")
    rows = str(heard(doctor).body["results"])  # some of it is random letters
    for said in ("Mr ", "Liang", "worse", "测试甲"):
        assert said not in rows


@pytest.mark.parametrize("since", ["x", "W10", "a:b:c"])
def test_a_cursor_that_is_none_is_refused(world: World, doctor: Caller, since: str) -> None:
    refusal = heard(doctor, since=since)
    assert (refusal.status, refusal.fields) == (422, {"since": "invalid"})


def test_a_cursor_of_a_database_that_was_ahead_is_refused(world: World, doctor: Caller) -> None:
    ahead = sealed([2**60, "00000000-0000-0000-0000-000000000000"], "api.changes")
    refusal = heard(doctor, since=ahead)
    assert refusal.fields == {"since": "invalid"}


def test_without_signing_in_there_is_nothing(world: World) -> None:
    assert Caller(None).get("/changes").status == 401


def test_the_same_cursor_is_answered_by_a_304_while_nothing_changes_for_this_reader(
    world: World, doctor: Caller, now: datetime
) -> None:
    since = heard(doctor).body["next"]
    tag = heard(doctor, since=since).headers["ETag"]
    assert tag.startswith('W/"')
    case = world.register(now=now, actor=world.other_doctor, hospital=world.other_hospital)
    heard(doctor)
    path = f"/changes?since={since}"
    assert doctor.send("GET", path, If_None_Match=tag).status == 304
    mine = world.register(now=now, name="测试乙")
    heard(doctor)
    fresh = doctor.send("GET", path, If_None_Match=tag)
    assert (fresh.status, changes_in(fresh)) == (200, [(str(mine.pk), "register")])
    assert str(case.pk) not in str(fresh.body)


def test_an_app_that_begins_takes_a_cursor_without_the_past(
    world: World, doctor: Caller, now: datetime
) -> None:
    world.watched(now)
    heard(doctor)
    begun = heard(doctor, since="now")
    assert (begun.body["results"], begun.body["more"]) == ([], False)
    later = world.watched(now, name="测试乙")
    assert changes_in(heard(doctor, since=begun.body["next"])) == [
        (str(later.pk), "register"),
        (str(later.pk), "assess"),
    ]


def test_what_is_committed_late_is_not_lost_to_an_app_that_has_just_begun(
    world: World, doctor: Caller, now: datetime
) -> None:
    case = world.watched(now)
    begun: list[str] = []

    def begin() -> None:
        begun.append(doctor.get("/changes", since="now").body["next"])
        connection.close()

    with transaction.atomic():
        say(world, case, "late")
        app = Thread(target=begin)
        app.start()
        app.join()
    assert changes_in(heard(doctor, since=begun[0]))[-1] == (str(case.pk), "message")


def lose_hospital(world: World) -> tuple[User, Case]:
    case = world.watched(clock.now())
    return world.doctor, case


def lose_ward(world: World) -> tuple[User, Case]:
    return world.specialist, world.flagged(clock.now())


def lose_network(world: World) -> tuple[User, Case]:
    return world.coordinator, world.watched(clock.now())


ROLES = {"hospital": lose_hospital, "ward": lose_ward, "network": lose_network}


@pytest.mark.parametrize("place", ROLES)
@pytest.mark.parametrize("how", ["removed", "changed"])
def test_whoever_loses_a_role_hears_which_cases_are_gone(world: World, place: str, how: str) -> None:
    user, case = ROLES[place](world)
    app = Caller(user)
    since = heard(app).body["next"]
    if how == "removed":
        Membership.objects.filter(user=user).delete()
    else:
        elsewhere = {"role": Role.RESEARCHER, "hospital": None, "ward": None}
        Membership.objects.filter(user=user).update(**elsewhere)
    later = world.watched(clock.now(), name="later", actor=world.doctor) if place != "hospital" else None
    first = heard(app, since=since)
    assert [(row["case"], row["what"], row["gone"]) for row in first.body["results"]] == [
        (str(case.pk), "access_lost", True)
    ]
    assert changes_in(heard(app, since=first.body["next"])) == []
    assert later is None or str(later.pk) not in str(first.body)
    assert changes_in(heard(app)) == [] or place != "network"


def test_many_lost_cases_come_in_pages_and_each_once(world: World, doctor: Caller) -> None:
    cases = {str(world.watched(clock.now(), name=f"p{number}").pk) for number in range(5)}
    since = heard(doctor).body["next"]
    Membership.objects.filter(user=world.doctor).delete()
    gone, more = [], True
    while more:
        page = heard(doctor, since=since, limit=2).body
        gone += [row["case"] for row in page["results"]]
        since, more = page["next"], page["more"]
    assert (len(gone), set(gone)) == (5, cases)


def test_a_role_that_leaves_another_view_of_the_case_loses_nothing(world: World, doctor: Caller) -> None:
    world.watched(clock.now())
    Membership.objects.create(user=world.doctor, role=Role.COORDINATOR, network=world.network)
    since = heard(doctor).body["next"]
    Membership.objects.filter(user=world.doctor, role=Role.REFERRING_CLINICIAN).delete()
    assert changes_in(heard(doctor, since=since)) == []


def test_the_ward_whose_admission_was_undone_hears_that_the_case_is_gone(
    world: World, second_specialist: Caller, now: datetime
) -> None:
    case = world.admitted_elsewhere(world.accepted(now - HOUR), now)
    perform(case, Verb.UNDO_ADMISSION, actor=world.coordinator, now=now + MINUTE, reason="wrong_patient")
    rows = heard(second_specialist).body["results"]
    assert ("undo_admission", True) in [(row["what"], row["gone"]) for row in rows]
