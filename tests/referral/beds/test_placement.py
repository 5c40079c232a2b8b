"""Which ward is asked, where wards have said how many beds they can give."""

from datetime import datetime, timedelta

import pytest

from accounts.models import Ward
from portal.pages.case.timeline_texts import lines
from referral.deadlines.policies import draft_policy, publish_policy
from referral.intake.free_beds import state_beds
from referral.models import Case, Event
from referral.pathway.perform import perform
from referral.pathway.vocabulary import State, Verb
from referral.queries import cases as case_queries
from referral.queries.ward_choices import ward_choices
from tests.world import HOUR, MINUTE, NOW, World, open_offer


def passing_over(world: World, now: datetime = NOW) -> None:
    """Let the network's policy pass over wards that say no bed is free."""
    draft = draft_policy(world.network, passes_over_full=True, note="beds are stated each shift")
    publish_policy(draft=draft, actor=world.administrator, now=now)


def full(world: World, ward: Ward, now: datetime = NOW) -> None:
    actor = world.specialist if ward == world.ward else world.second_specialist
    state_beds(ward=ward, actor=actor, free=0, now=now)


def flagged(world: World, now: datetime = NOW) -> tuple[Case, Event]:
    case = world.flagged(now)
    return case, case.events.get(what="assess")


def test_a_full_ward_is_asked_in_its_turn_unless_the_policy_passes_over_it(world: World) -> None:
    full(world, world.ward)
    case, line = flagged(world, NOW + MINUTE)
    assert open_offer(case).ward == world.ward
    assert "passed_over" not in line.details


def test_a_full_ward_is_passed_over_and_the_timeline_says_why(world: World) -> None:
    passing_over(world)
    full(world, world.ward)
    case, line = flagged(world, NOW + MINUTE)
    assert open_offer(case).ward == world.second_ward
    assert line.details["passed_over"] == [{"ward": str(world.ward.pk), "stated_at": NOW.isoformat()}]
    row = case_queries.cases(world.doctor).get(pk=case.pk)
    said = [detail for row in lines(row, [line]) for detail in row.details]
    assert any(world.ward.name in words and "no bed is free" in words for words in said)


def test_a_stale_figure_passes_over_nobody(world: World) -> None:
    passing_over(world)
    full(world, world.ward)
    case, line = flagged(world, NOW + timedelta(hours=8, minutes=1))
    assert open_offer(case).ward == world.ward
    assert "passed_over" not in line.details


def test_a_ward_that_was_passed_over_is_asked_when_no_other_is_left(world: World) -> None:
    passing_over(world)
    full(world, world.ward)
    case = world.flagged(NOW + MINUTE)
    case = perform(case, Verb.DECLINE, actor=world.second_specialist, now=NOW + MINUTE, reason="no_staff")
    assert case.state == State.OFFERED
    assert open_offer(case).ward == world.ward
    assert case.events.get(what="decline").details["all_full"] is True


def test_where_every_ward_is_full_they_are_asked_in_the_usual_order(world: World) -> None:
    passing_over(world)
    full(world, world.ward)
    full(world, world.second_ward)
    case, line = flagged(world, NOW + MINUTE)
    assert open_offer(case).ward == world.ward
    assert line.details["all_full"] is True


@pytest.mark.parametrize("minutes", [0, 1, 8 * 60])
def test_a_case_keeps_the_rule_it_began_with(world: World, minutes: int) -> None:
    full(world, world.ward)
    case = world.register()
    passing_over(world, NOW + MINUTE)
    case = perform(case, Verb.REFER, actor=world.doctor, now=NOW + 2 * MINUTE, reason="clinical")
    assert open_offer(case).ward == world.ward


def test_who_redirects_sees_beds_way_requests_and_last_answers(world: World) -> None:
    world.hospital.catchments.filter(ward=world.second_ward).update(travel_minutes=90)
    full(world, world.second_ward)
    first = world.flagged(name="测试甲")
    perform(first, Verb.DECLINE, actor=world.specialist, now=NOW + MINUTE, reason="no_bed")
    waiting = world.flagged(NOW + 2 * MINUTE, name="测试乙")
    case = case_queries.cases(world.coordinator).get(pk=waiting.pk)
    here, there = ward_choices(case, world.coordinator, NOW + HOUR)
    assert (here.place.figure, here.travel_minutes) == (None, None)
    assert here.load and [offer.state for offer in here.load.answers] == ["declined"]
    assert (there.place.free, there.travel_minutes) == (0, 90)
    assert there.load and (there.load.open_requests, there.load.expected, there.load.answers) == (1, 0, [])
    assert all(row.load is None for row in ward_choices(case, world.doctor, NOW + HOUR))
