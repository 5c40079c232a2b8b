"""A step of a ladder and a length of time in words, in both languages."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from referral.deadlines.ladder_texts import audience_of, length, moment, severity_of, then
from referral.deadlines.ladders import Step
from referral.pathway.vocabulary import Audience

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
LEAD = (Audience.WARD_LEAD,)


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (MINUTE, "1 min"),
        (59 * MINUTE, "59 min"),
        (60 * MINUTE, "1 h"),
        (61 * MINUTE, "61 min"),
        (24 * HOUR, "24 h"),
        (48 * HOUR, "48 h"),
        (49 * HOUR, "49 h"),
        (72 * HOUR, "3 days"),
        (72 * HOUR + MINUTE, "4321 min"),
        (90 * 24 * HOUR, "90 days"),
    ],
)
def test_a_length_of_time_is_said_in_its_largest_whole_unit(span: timedelta, words: str) -> None:
    assert length(span) == words


@pytest.mark.parametrize(
    ("fraction", "offset", "words"),
    [
        (0, timedelta(0), "at once"),
        (0, 5 * MINUTE, "+ 5 min"),
        (0.5, timedelta(0), "50 %"),
        (1, 30 * MINUTE, "100 % + 30 min"),
        (1, -12 * HOUR, "100 % − 12 h"),
    ],
)
def test_a_moment_is_a_share_of_the_time_and_what_is_added_to_it(
    fraction: float, offset: timedelta, words: str
) -> None:
    assert moment(Step(fraction, LEAD, "severe", offset=offset)) == words


def test_what_follows_a_step_is_said_or_nothing() -> None:
    plain = Step(1, LEAD, "critical")
    both = Step(1, LEAD, "critical", every=12 * HOUR, expires_offer=True)
    assert then(plain) == ""
    assert then(both) == "again every 12 h, the request goes to the next ward"
    with override("zh-hans"):
        assert then(both) == "此后每12小时重复、请求转给下一病房"


def test_who_hears_of_a_step_is_named_in_the_order_of_the_pathway() -> None:
    step = Step(1, (Audience.COORDINATOR, Audience.WARD_LEAD), "critical")
    assert audience_of(step) == "ward lead, coordinator"
    assert severity_of(step) == "critical"
