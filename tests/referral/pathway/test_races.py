"""Two people, or a person and the engine, at the same moment: real transactions, real threads."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from referral.deadlines.engine import confirm_admissions, run_cycle
from referral.identity.matching import NamesakeExists, OpenCaseExists
from referral.models import Case, Offer, Precipitant
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, InputError, PathwayError
from referral.pathway.vocabulary import State, Verb
from tests.world import HOUR, MINUTE, NOW, World, build, open_offer

REFUSED = (PathwayError, AccessError, InputError)


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()


def at_once(*actions: Callable[[], Any]) -> list[Any]:
    """Run `actions` in threads that start together; give results, or the refusals that were raised."""
    barrier = Barrier(len(actions))

    def run(action: Callable[[], Any]) -> Any:
        try:
            barrier.wait()
            return action()
        except REFUSED as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def refusals(results: list[Any]) -> list[Any]:
    return [result for result in results if isinstance(result, Exception)]


def numbered_without_gaps(case: Case) -> bool:
    case.refresh_from_db()
    return list(case.events.values_list("number", flat=True)) == list(range(1, case.event_count + 1))


def test_of_two_specialists_who_accept_at_once_one_promises_the_bed(world: World) -> None:
    case = world.flagged()
    results = at_once(
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE, bed="1"),
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.lead, now=NOW + MINUTE, bed="2"),
    )
    assert len(refusals(results)) == 1
    assert Offer.objects.filter(case=case, state=Offer.State.ACCEPTED).count() == 1
    assert case.events.filter(what="accept").count() == 1
    assert numbered_without_gaps(case)


def test_decline_against_accept_leaves_one_answer(world: World) -> None:
    case = world.flagged()
    offer = open_offer(case).pk
    results = at_once(
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.specialist, now=NOW, offer=offer, bed="1"),
        lambda: perform(case.pk, Verb.DECLINE, actor=world.lead, now=NOW, offer=offer, reason="no_bed"),
    )
    assert len(refusals(results)) == 1
    answered = Offer.objects.get(pk=offer)
    case.refresh_from_db()
    assert (answered.state, case.state) in {("accepted", State.ACCEPTED), ("declined", State.OFFERED)}


def test_an_acceptance_in_the_moment_of_expiry_is_kept_or_refused_but_never_both(world: World) -> None:
    case = world.flagged()
    offer, moment = open_offer(case).pk, NOW + 46 * MINUTE
    at_once(
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.specialist, now=moment, offer=offer, bed="1"),
        lambda: run_cycle(moment),
    )
    run_cycle(moment)
    case.refresh_from_db()
    state = Offer.objects.get(pk=offer).state
    assert (state, case.state) in {("accepted", State.ACCEPTED), ("expired", State.OFFERED)}
    assert numbered_without_gaps(case)


def test_several_engines_at_once_fire_each_rung_once(world: World) -> None:
    cases = [world.accepted(name=f"患者{number}") for number in range(6)]
    due = NOW + 49 * HOUR
    at_once(*[lambda: run_cycle(due)] * 3)
    for case in cases:
        assert case.events.filter(what="deadline_missed", details__kind="admit").count() == 1
        assert numbered_without_gaps(case)


def test_of_two_doctors_who_register_the_same_patient_at_once_one_is_told_whom_to_call(world: World) -> None:
    same = {"name": "测试乙", "national_id": "110101197001021233"}
    world.register(**same).events.count()
    Case.objects.update(state=State.CLOSED)
    elsewhere = {"actor": world.other_doctor, "hospital": world.other_hospital, "confirmed_same": True}
    results = at_once(lambda: world.register(**same), lambda: world.register(**elsewhere, **same))
    assert len(refusals(results)) == 1
    assert isinstance(refusals(results)[0], OpenCaseExists)
    assert Case.objects.filter(state=State.REGISTERED).count() == 1


def test_of_two_doctors_who_meet_a_new_patient_at_once_one_is_told_whom_to_call(world: World) -> None:
    same = {"name": "测试丁", "national_id": "110101197001025672"}
    results = at_once(
        lambda: world.register(**same),
        lambda: world.register(actor=world.other_doctor, hospital=world.other_hospital, **same),
    )
    assert [type(refusal) for refusal in refusals(results)] == [OpenCaseExists]
    assert Case.objects.count() == 1


def test_of_two_doctors_who_meet_a_patient_without_an_id_at_once_one_is_asked_to_make_sure(
    world: World,
) -> None:
    results = at_once(
        lambda: world.register(name="测试戊"),
        lambda: world.register(actor=world.other_doctor, hospital=world.other_hospital, name="测试戊"),
    )
    assert [type(refusal) for refusal in refusals(results)] == [NamesakeExists]
    assert Case.objects.count() == 1


def admitted_by_mistake(world: World) -> Case:
    return world.admitted_elsewhere(world.flagged(), NOW)


def test_undoing_an_admission_against_a_finding_keeps_no_finding_that_counts(world: World) -> None:
    case = admitted_by_mistake(world)
    who = {"actor": world.second_specialist, "now": NOW + MINUTE}
    results = at_once(
        lambda: perform(case.pk, Verb.UNDO_ADMISSION, **who, reason="wrong_patient"),
        lambda: perform(case.pk, Verb.RECORD_PRECIPITANT, **who, precipitant="HBV_FLARE"),
    )
    assert len(refusals(results)) <= 1
    case.refresh_from_db()
    assert case.state == State.OFFERED
    assert not Precipitant.objects.counting().exists()
    assert numbered_without_gaps(case)


def test_undoing_an_admission_twice_at_once_does_it_once(world: World) -> None:
    case = admitted_by_mistake(world)
    results = at_once(
        lambda: perform(
            case.pk, Verb.UNDO_ADMISSION, actor=world.second_specialist, now=NOW, reason="not_arrived"
        ),
        lambda: perform(case.pk, Verb.UNDO_ADMISSION, actor=world.coordinator, now=NOW, reason="not_arrived"),
    )
    assert len(refusals(results)) == 1
    assert case.events.filter(what="undo_admission").count() == 1
    assert numbered_without_gaps(case)


def test_the_right_wards_admission_against_the_undoing_of_the_wrong_one_loses_nothing(world: World) -> None:
    case = admitted_by_mistake(world)
    results = at_once(
        lambda: perform(
            case.pk, Verb.UNDO_ADMISSION, actor=world.coordinator, now=NOW + MINUTE, reason="other_ward"
        ),
        lambda: perform(case.pk, Verb.ADMIT, actor=world.specialist, now=NOW + MINUTE),
    )
    case.refresh_from_db()
    expected = {0: (State.ADMITTED, world.ward), 1: (State.OFFERED, None)}
    assert (case.state, case.ward) == expected[len(refusals(results))]
    assert numbered_without_gaps(case)


def test_the_end_of_the_time_to_undo_against_an_undoing_gives_one_of_the_two(world: World) -> None:
    case = admitted_by_mistake(world)
    moment = case.undo_until
    assert moment is not None
    at_once(
        lambda: perform(
            case.pk, Verb.UNDO_ADMISSION, actor=world.coordinator, now=moment, reason="other_ward"
        ),
        lambda: confirm_admissions(moment + MINUTE),
    )
    case.refresh_from_db()
    assert case.expecting_ward is None and case.undo_until is None
    assert case.state in (State.OFFERED, State.ADMITTED)
    assert numbered_without_gaps(case)
