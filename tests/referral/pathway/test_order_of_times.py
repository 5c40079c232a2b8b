"""A time that cannot be right is refused with the event, in words, that it cannot come before."""

from datetime import datetime
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from referral.models import Case
from referral.pathway.perform import perform
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, NOW, World

Names = dict[str, str]


def refused(case: Case, verb: Verb, actor: User, said: datetime, **inputs: Any) -> Names:
    """What the refusal says by language, its first sentence."""
    values = {}
    inputs |= {"sampled_at": said} if verb == Verb.RECORD_IMMUNE_STATUS else {"occurred_at": said}
    for language in ("en", "zh-hans"):
        with translation.override(language), pytest.raises(InputError) as refusal:
            perform(case, verb, actor=actor, now=NOW + 30 * HOUR, **inputs)
        [(_field, code, message)] = refusal.value.rows
        assert code == "out_of_order"
        values[language] = str(message)
    return values


def test_each_refusal_names_the_event_and_its_time_in_the_hospitals_zone(world: World) -> None:
    doctor, specialist = world.doctor, world.specialist
    case = perform(world.flagged(), Verb.ACCEPT, actor=specialist, now=NOW + 2 * HOUR, bed="12")
    coming = {"expected_arrival_at": NOW + 40 * HOUR}
    lines = [refused(case, Verb.DEPART, doctor, NOW + HOUR, **coming)]
    case = perform(case, Verb.DEPART, actor=doctor, now=NOW + 4 * HOUR, **coming)
    lines.append(refused(case, Verb.ADMIT, specialist, NOW + 3 * HOUR))
    case = perform(case, Verb.ADMIT, actor=specialist, now=NOW + 6 * HOUR)
    lines.append(refused(case, Verb.ASSESS_ORGAN_FAILURE, specialist, NOW + 5 * HOUR, inr=1.2))
    lines.append(refused(case, Verb.RECORD_IMMUNE_STATUS, specialist, NOW - HOUR, ferritin_ng_ml=9))
    case = perform(case, Verb.DIAGNOSE, actor=specialist, now=NOW + 8 * HOUR, category="aclf")
    lines.append(refused(case, Verb.BACK_REFER, specialist, NOW + 7 * HOUR, plan="x"))
    case = perform(case, Verb.BACK_REFER, actor=specialist, now=NOW + 10 * HOUR, plan="x")
    lines.append(refused(case, Verb.CONFIRM_RETURN, doctor, NOW + 9 * HOUR))

    assert [one["en"] for one in lines] == [
        f"This cannot have happened before {event} (17 May {at}). Check the date and time."
        for event, at in (
            ("the acceptance", "13:00"),
            ("the departure", "15:00"),
            ("the admission", "17:00"),
            ("the first visit", "11:00"),
            ("the diagnosis", "19:00"),
            ("the back-referral", "21:00"),
        )
    ]
    for one, event in zip(
        lines, ("接收时间", "出发时间", "入院时间", "首诊时间", "诊断时间", "下转时间"), strict=True
    ):
        assert one["zh-hans"].startswith(f"不能早于{event}（5月17日 ")
