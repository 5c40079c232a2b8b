"""Indicators that are saved while the laboratory works: what takes the place of what, and what is asked."""

from datetime import timedelta
from typing import Any

import pytest

from referral.intake.drafts import save_indicators
from referral.models import Indicators
from referral.pathway.refusals import ConfirmationNeeded
from referral.pathway.vocabulary import Verb
from tests.world import HOUR, NOW, World

SECOND = timedelta(seconds=1)
DRAWN = NOW - HOUR


@pytest.mark.parametrize(
    ("inr", "drawn", "confirmed", "is_asked"),
    [
        (2.4, NOW, [], False),
        (2.4, DRAWN, [], False),
        (2.4, DRAWN - SECOND, [], True),
        (2.2, DRAWN - SECOND, [], False),
        (2.4, DRAWN - SECOND, ["sampled_at"], False),
    ],
)
def test_only_another_value_of_an_older_sample_is_asked_about_before_it_replaces_a_newer_one(
    world: World, inr: float, drawn: Any, confirmed: list[str], is_asked: bool
) -> None:
    case = world.register()
    first = {"inr": 2.2, "sampled_at": DRAWN.isoformat()}
    save_indicators(case=case, actor=world.doctor, values=first, now=NOW)
    again = {"inr": inr, "sampled_at": drawn.isoformat(), "confirmed": confirmed}
    if is_asked:
        with pytest.raises(ConfirmationNeeded) as question:
            save_indicators(case=case, actor=world.doctor, values=again, now=NOW)
        assert [row[:2] for row in question.value.rows] == [("sampled_at", "needs_confirmation")]
    else:
        save_indicators(case=case, actor=world.doctor, values=again, now=NOW)
    assert Indicators.objects.get(case=case).values["inr"] == (2.2 if is_asked else inr)


def test_the_line_of_saved_values_says_what_is_missing_and_of_no_source_where_they_were_typed(
    world: World,
) -> None:
    case = world.register()
    save_indicators(case=case, actor=world.doctor, values={"inr": 2.2}, now=NOW)
    details = case.events.get(what=Verb.SAVE_INDICATORS).details
    assert details.keys() == {"missing"} and "inr" not in details["missing"]
