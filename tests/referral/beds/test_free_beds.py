"""What a ward states, what a promise takes, and what is given back."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from accounts.models import Ward
from referral.intake.free_beds import state_beds
from referral.models import BedChange, Case, FreeBeds
from referral.pathway.perform import perform
from referral.pathway.refusals import AccessError, BedsChanged, ConfirmationNeeded, InputError
from referral.pathway.vocabulary import State, Verb
from tests.world import HOUR, MINUTE, NOW, World


def free(ward: Ward) -> int:
    return FreeBeds.objects.get(ward=ward).free


def state(world: World, number: Any, now: Any = NOW, **more: Any) -> FreeBeds:
    return state_beds(ward=world.ward, actor=world.specialist, free=number, now=now, **more)


def causes(ward: Ward) -> list[tuple[str, int, int | None]]:
    return list(BedChange.objects.filter(ward=ward).values_list("cause", "free", "change"))


def test_a_figure_has_an_author_and_an_age(world: World) -> None:
    row = state(world, 2)
    assert (row.free, row.stated_by, row.stated_at) == (2, world.specialist, NOW)
    state_beds(ward=world.ward, actor=world.lead, free="1", now=NOW + HOUR)
    row.refresh_from_db()
    assert (row.free, row.stated_by, row.stated_at) == (1, world.lead, NOW + HOUR)
    assert causes(world.ward) == [("stated", 2, None), ("stated", 1, None)]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        *[(value, "out_of_range") for value in (999, -1, 11, "999", "-1", "+11")],
        *[(value, "invalid") for value in ("two", "1.5", 1.5, True, [], {}, "1_0", "9" * 400, "２.0")],
        *[(value, "required") for value in ("", "  ", None)],
    ],
)
def test_a_number_that_the_ward_cannot_have_is_refused(world: World, given: Any, code: str) -> None:
    with pytest.raises(InputError) as refusal:
        state(world, given)
    assert [row[:2] for row in refusal.value.rows] == [("free", code)]
    assert not FreeBeds.objects.exists()


@pytest.mark.parametrize(("given", "kept"), [(0, 0), (10, 10), (" 3 ", 3), ("２", 2), ("+4", 4)])
def test_every_number_that_the_ward_can_have_is_taken(world: World, given: Any, kept: int) -> None:
    assert state(world, given).free == kept


def test_nobody_states_the_beds_of_another_ward(world: World) -> None:
    for stranger in (world.second_specialist, world.doctor, world.coordinator, world.researcher):
        with pytest.raises(AccessError):
            state_beds(ward=world.ward, actor=stranger, free=2, now=NOW)


def test_a_figure_that_changed_since_it_was_seen_is_looked_at_again(world: World) -> None:
    seen = state(world, 2).version
    world.accepted()
    with pytest.raises(BedsChanged) as refusal:
        state(world, 1, seen=seen)
    assert refusal.value.extra == {"free": 1, "version": seen + 1}
    assert free(world.ward) == 1


def test_an_acceptance_takes_a_bed_and_the_admission_confirms_it(world: World) -> None:
    state(world, 2)
    case = world.accepted()
    assert free(world.ward) == 1
    perform(case, Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + HOUR)
    perform(case, Verb.ADMIT, actor=world.specialist, now=NOW + MINUTE)
    assert causes(world.ward) == [("stated", 2, None), ("promised", 1, -1), ("admitted", 1, 0)]


def test_a_promise_makes_the_figure_no_younger(world: World) -> None:
    state(world, 2)
    world.accepted(NOW + HOUR)
    assert FreeBeds.objects.get().stated_at == NOW


def test_without_a_figure_nothing_is_counted(world: World) -> None:
    world.admitted()
    assert not BedChange.objects.exists()


GIVES_BACK: dict[Verb, dict[str, Any]] = {
    Verb.RELEASE: {"reason": "bed_lost"},
    Verb.WITHDRAW: {"reason": "improved"},
    Verb.END_REFERRAL: {"reason": "refused"},
    Verb.RECORD_DEATH: {},
    Verb.MARK_ENTERED_IN_ERROR: {"reason": "entered twice"},
}


@pytest.mark.parametrize("verb", GIVES_BACK)
def test_what_ends_a_promise_gives_the_bed_back(world: World, verb: Verb) -> None:
    state(world, 2)
    case = world.accepted()
    actor = world.specialist if verb is Verb.RELEASE else world.doctor
    perform(case, verb, actor=actor, now=NOW + MINUTE, **GIVES_BACK[verb])
    assert free(world.ward) == 2
    assert causes(world.ward)[-1] == ("returned", 2, 1)


def on_the_way(world: World) -> Case:
    return perform(world.accepted(), Verb.DEPART, actor=world.doctor, now=NOW, expected_arrival_at=NOW + HOUR)


def test_a_diversion_gives_one_bed_back_and_takes_another(world: World) -> None:
    state(world, 2)
    state_beds(ward=world.second_ward, actor=world.second_specialist, free=3, now=NOW)
    case = on_the_way(world)
    perform(
        case,
        Verb.DIVERT,
        actor=world.coordinator,
        now=NOW + MINUTE,
        ward=world.second_ward,
        expected_arrival_at=NOW + HOUR,
    )
    assert (free(world.ward), free(world.second_ward)) == (2, 2)


def test_a_patient_whom_another_ward_admits_takes_its_bed_and_frees_the_promised_one(world: World) -> None:
    state(world, 1)
    state_beds(ward=world.second_ward, actor=world.second_specialist, free=1, now=NOW)
    case = world.admitted_elsewhere(world.accepted(), NOW)
    assert (free(world.ward), free(world.second_ward)) == (1, 0)
    perform(case, Verb.UNDO_ADMISSION, actor=world.coordinator, now=NOW + MINUTE, reason="other_ward")
    assert (free(world.ward), free(world.second_ward)) == (0, 1)


def test_an_admission_that_was_a_mistake_leaves_the_promise_with_its_bed(world: World) -> None:
    state(world, 1)
    case = perform(world.accepted(), Verb.ADMIT, actor=world.specialist, now=NOW)
    case = perform(case, Verb.UNDO_ADMISSION, actor=world.specialist, now=NOW, reason="not_arrived")
    assert (case.state, free(world.ward)) == (State.ACCEPTED, 0)
    perform(case, Verb.RELEASE, actor=world.specialist, now=NOW, reason="bed_lost")
    assert free(world.ward) == 1


def test_a_bed_promised_before_the_first_figure_is_one_more_when_it_is_given_back(world: World) -> None:
    case = world.accepted()
    state(world, 2, NOW + MINUTE)
    perform(case, Verb.RELEASE, actor=world.specialist, now=NOW + HOUR, reason="bed_lost")
    assert free(world.ward) == 3


def test_no_more_beds_are_given_back_than_the_ward_has(world: World) -> None:
    case = world.accepted()
    state(world, 10, NOW + MINUTE)
    perform(case, Verb.RELEASE, actor=world.specialist, now=NOW + HOUR, reason="bed_lost")
    assert free(world.ward) == 10


def test_who_accepts_without_a_free_bed_is_asked_and_never_stopped(world: World) -> None:
    state(world, 0)
    case = world.flagged()
    with pytest.raises(ConfirmationNeeded) as question:
        perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE)
    assert [row[:2] for row in question.value.rows] == [("bed", "needs_confirmation")]
    case.refresh_from_db()
    assert case.state == State.OFFERED
    case = perform(case, Verb.ACCEPT, actor=world.specialist, now=NOW + MINUTE, confirmed=["bed"])
    assert case.state == State.ACCEPTED
    assert case.events.get(what="accept").details["beyond_beds"] is True
    perform(case, Verb.RELEASE, actor=world.specialist, now=NOW + HOUR, reason="bed_lost")
    assert free(world.ward) == 0, "a bed that was never taken is not given back"


def test_a_stale_figure_asks_nobody(world: World) -> None:
    state(world, 0)
    late = NOW + timedelta(hours=8, seconds=1)
    assert world.accepted(late).state == State.ACCEPTED


def test_one_bed_is_not_promised_to_two_patients(world: World) -> None:
    world.accepted(name="测试甲")
    other = world.flagged(name="测试乙")
    with pytest.raises(InputError) as refusal:
        perform(other, Verb.ACCEPT, actor=world.specialist, now=NOW, bed="12")
    assert [row[:2] for row in refusal.value.rows] == [("bed", "promised")]
    assert perform(other, Verb.ACCEPT, actor=world.specialist, now=NOW).state == State.ACCEPTED


def test_the_history_cannot_be_changed(world: World) -> None:
    state(world, 2)
    for change in (
        lambda: BedChange.objects.update(free=5),
        lambda: BedChange.objects.all().delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
