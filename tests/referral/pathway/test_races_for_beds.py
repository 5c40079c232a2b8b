"""The last bed, wanted by two at the same moment: real transactions, real threads."""

from collections.abc import Iterator

import pytest

from referral.intake.free_beds import state_beds
from referral.models import BedChange, FreeBeds
from referral.pathway.perform import perform
from referral.pathway.refusals import BedsChanged, ConfirmationNeeded
from referral.pathway.vocabulary import Verb
from tests.referral.pathway.test_races import at_once, refusals
from tests.world import HOUR, MINUTE, NOW, World, build


@pytest.fixture
def world(transactional_db: None) -> Iterator[World]:
    yield build()


def state(world: World, free: int, **more: int) -> FreeBeds:
    return state_beds(ward=world.ward, actor=world.specialist, free=free, now=NOW, **more)


def test_of_two_who_accept_the_last_bed_at_once_one_is_asked(world: World) -> None:
    state(world, 1)
    cases = [world.flagged(name=name) for name in ("甲一", "乙二")]
    results = at_once(
        *[
            lambda case=case: perform(case.pk, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE)
            for case in cases
        ]
    )
    assert [type(refusal) for refusal in refusals(results)] == [ConfirmationNeeded]
    assert FreeBeds.objects.get().free == 0
    assert list(BedChange.objects.values_list("number", "change")) == [(1, None), (2, -1)]


def test_of_two_who_promise_the_same_bed_by_name_one_names_another(world: World) -> None:
    state(world, 5)
    cases = [world.flagged(name=name) for name in ("甲一", "乙二")]
    results = at_once(
        *[
            lambda case=case: perform(case.pk, Verb.ACCEPT, actor=world.lead, now=NOW + MINUTE, bed="7")
            for case in cases
        ]
    )
    assert [refusal.rows[0][:2] for refusal in refusals(results)] == [("bed", "promised")]
    assert FreeBeds.objects.get().free == 4


def test_a_figure_that_is_stated_while_somebody_accepts_never_hides_the_promise(world: World) -> None:
    seen = state(world, 2).version
    case = world.flagged()
    results = at_once(
        lambda: perform(case.pk, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE),
        lambda: state(world, 2, seen=seen),
    )
    stated = BedChange.objects.filter(cause="stated").count()
    if refused := refusals(results):
        assert [type(refusal) for refusal in refused] == [BedsChanged]
    assert stated == 2 - len(refused)
    assert FreeBeds.objects.get().free == 1


def test_two_diversions_across_each_other_wait_for_no_lock(world: World) -> None:
    state(world, 5)
    state_beds(ward=world.second_ward, actor=world.second_specialist, free=5, now=NOW)
    cases = []
    for name, ward, actor in (("甲一", 0, world.specialist), ("乙二", 1, world.second_specialist)):
        case = world.flagged(name=name)
        if ward:
            perform(case, Verb.REDIRECT, actor=world.coordinator, now=NOW, ward=world.second_ward)
        case = perform(case, Verb.ACCEPT, actor=actor, now=NOW)
        cases.append(perform(case, Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + HOUR))
    to = (world.second_ward, world.ward)
    results = at_once(
        *[
            lambda case=case, ward=ward: perform(
                case.pk,
                Verb.DIVERT,
                actor=world.coordinator,
                now=NOW + MINUTE,
                ward=ward,
                expected_arrival_at=NOW + HOUR,
            )
            for case, ward in zip(cases, to, strict=True)
        ]
    )
    assert not refusals(results)
    assert list(FreeBeds.objects.values_list("free", flat=True)) == [4, 4]
