"""Cases in every situation that pages have words for."""

from datetime import datetime
from typing import Any

from referral.intake.drafts import save_indicators
from referral.intake.ward_status import close_ward
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, ILL, MINUTE, World, sampled


def drafted(world: World, now: datetime) -> Case:
    case = world.register(now=now)
    save_indicators(case=case, actor=world.doctor, values={"variceal_bleeding": True}, now=now)
    return case


def drafted_while_watched(world: World, now: datetime) -> Case:
    case = world.watched(now=now - MINUTE)
    save_indicators(case=case, actor=world.doctor, values={"encephalopathy_grade": 3}, now=now)
    return case


def held_back(world: World, now: datetime) -> Case:
    values = sampled(ILL, now)
    case = world.register(now=now)
    return perform(case, Verb.ASSESS, actor=world.doctor, now=now, values=values, hold_back="palliative")


def asking(world: World, now: datetime) -> Case:
    return perform(
        world.watched(now=now), Verb.ASK_ADVICE, actor=world.doctor, now=now, text="?", ward=world.ward
    )


def acknowledged(world: World, now: datetime) -> Case:
    return perform(world.flagged(now=now), Verb.ACKNOWLEDGE, actor=world.specialist, now=now)


def unplaced(world: World, now: datetime) -> Case:
    case = perform(world.flagged(now=now), Verb.DECLINE, actor=world.specialist, now=now, reason="no_bed")
    return perform(case, Verb.DECLINE, actor=world.second_specialist, now=now, reason="no_staff")


def every_ward_closed(world: World, now: datetime) -> Case:
    case = world.flagged(now=now)
    for ward in (world.ward, world.second_ward):
        close_ward(ward=ward, actor=world.coordinator, reason="x", now=now)
    return Case.objects.get(pk=case.pk)


def redirected(world: World, now: datetime) -> Case:
    case = unplaced(world, now - 5 * HOUR)
    return perform(case, Verb.REDIRECT, actor=world.coordinator, now=now, ward=world.ward)


def accepted_without_a_bed(world: World, now: datetime) -> Case:
    return perform(world.flagged(now=now), Verb.ACCEPT, actor=world.specialist, now=now)


def on_the_way(world: World, now: datetime) -> Case:
    case = world.accepted(now=now)
    return perform(case, Verb.DEPART, actor=world.doctor, now=now, expected_arrival_at=now + HOUR)


def never_arrived(world: World, now: datetime) -> Case:
    return on_the_way(world, now - 4 * HOUR)


def ended(world: World, now: datetime) -> Case:
    return perform(world.flagged(now=now), Verb.END_REFERRAL, actor=world.doctor, now=now, reason="improved")


def died(world: World, now: datetime) -> Case:
    return perform(world.admitted(now=now), Verb.RECORD_DEATH, actor=world.specialist, now=now)


def in_error(world: World, now: datetime) -> Case:
    return perform(
        world.flagged(now=now), Verb.MARK_ENTERED_IN_ERROR, actor=world.doctor, now=now, reason="test_entry"
    )


def contradicted(world: World, now: datetime) -> Case:
    case = world.returned(now=now - 40 * 24 * HOUR)
    inputs: dict[str, Any] = {"day": 28, "now": now}
    perform(case, Verb.RECORD_OUTCOME, actor=world.doctor, status="alive", **inputs)
    at = now - 20 * 24 * HOUR
    return perform(case, Verb.RECORD_OUTCOME, actor=world.specialist, status="dead", occurred_at=at, **inputs)
