"""How many were still followed at each event: what incidences are computed from, for research.

A line tells the order of the events of a group, not their days, and belongs to no case. A group is told by a
day only where its deaths, its transplants, those followed to that day and those lost before are each none or
five and more, and what is left out is no small number together.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from referral.statistics.reports.privacy import hidden_parts
from referral.statistics.reports.stay_outcomes import DEATH, DIVISIONS, HORIZONS, Stay, counts_by, divided
from scoring.research.competing import steps

FOLLOW_UP = "follow_up"
COLUMNS = ("division", "group", "by_day", "step", "at_risk", "deaths", "transplants")

Line = dict[str, Any]


def follow_up(stays: Sequence[Stay]) -> list[Line]:
    """The lines by COLUMNS. `step` 0 has all patients of the group, the last those followed to `by_day`."""
    return [
        {"division": division, **line}
        for division, key_of in DIVISIONS.items()
        for day in HORIZONS
        for line in _division(stays, key_of, day)
    ]


def _division(stays: Sequence[Stay], key_of: Callable[[Stay], str], day: int) -> Iterator[Line]:
    groups = divided(stays, key_of)
    hidden = hidden_parts([counts_by(day, group) for group in groups.values()])
    for place, (code, group) in enumerate(groups.items()):
        if place not in hidden:
            for step, (at_risk, deaths, transplants) in enumerate(_steps(group, day)):
                yield {
                    **{"group": code, "by_day": day, "step": step},
                    **{"at_risk": at_risk, "deaths": deaths, "transplants": transplants},
                }


def _steps(group: Sequence[Stay], day: int) -> Iterator[tuple[int, int, int]]:
    times, events = [stay.days for stay in group], [stay.event for stay in group]
    yield len(group), 0, 0
    for step in steps(times, events, kind=DEATH, horizon=day):
        yield step.at_risk, step.of_kind, step.events - step.of_kind
    yield sum(time >= day for time in times), 0, 0
