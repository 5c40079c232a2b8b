"""What researchers do not see: figures of fewer than five cases, exact counts, and the names of places.

A count of 1 to 4 is hidden, and a share whose hits or misses are; other counts are rounded to fives, so that
neither totals less their parts nor the answers to two questions tell a hidden figure. Where figures of a
column are hidden, the next smallest are too until what is hidden is no small number taken together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from accounts.encryption import blind_index
from referral.statistics.reports.overview import Group, Report
from referral.statistics.reports.quantiles import Spread
from scoring.research.agreement import Share, share

FEWEST = 5
ROUNDED_TO = 5


def pseudonym(kind: str, place: UUID) -> str:
    """A stable code for a hospital ("H") or ward ("W") that nobody without the key can trace to it."""
    return f"{kind}-{blind_index('statistics', kind, str(place))[:6].upper()}"


def few(count: int) -> bool:
    return 0 < count < FEWEST


def hidden_parts(parts: Sequence[tuple[int, ...]]) -> set[int]:
    """Which parts of a whole to hide, each given by its counts: those with a small count, and the smallest
    others until the hidden have no small count together."""
    hidden = {place for place, counts in enumerate(parts) if any(map(few, counts))}
    others = sorted((sum(counts), place) for place, counts in enumerate(parts) if place not in hidden)
    for size, place in others:
        if not any(few(sum(counts)) for counts in zip(*(parts[place] for place in hidden), strict=True)):
            break
        if size:
            hidden.add(place)
    return hidden


def hide_small(report: Report) -> Report:
    """The report without what could point to a person."""
    return replace(
        report,
        whole=_hide_groups([report.whole])[0],
        groups=_hide_groups(report.groups),
        funnel=_hide_counts(report.funnel),
        delays={kind: _hide_counts(reasons) for kind, reasons in report.delays.items()},
        offers=_hide_counts(report.offers),
    )


def _hide_groups(groups: Sequence[Group]) -> list[Group]:
    """What is left to see of groups that are together a whole."""
    if not groups:
        return []
    cases, late_flags = (_hide_column([getattr(group, name) for group in groups]) for name in COUNTS)
    times = {name: _hide_column([group.times[name] for group in groups]) for name in groups[0].times}
    in_time = {name: _hide_column([group.in_time[name] for group in groups]) for name in groups[0].in_time}
    return [
        replace(
            group,
            cases=cases[place],
            late_flags=late_flags[place],
            times={name: column[place] for name, column in times.items()},
            in_time={name: column[place] for name, column in in_time.items()},
        )
        for place, group in enumerate(groups)
    ]


COUNTS = ("cases", "late_flags")


def _hide_column(values: Sequence[Any]) -> list[Any]:
    hidden = hidden_parts([_counts(value) for value in values])
    return [None if place in hidden else _rounded(value) for place, value in enumerate(values)]


def _counts(value: Any) -> tuple[int, ...]:
    match value:
        case Spread():
            return (value.cases,)
        case Share():
            return value.hits, value.total - value.hits
        case _:
            return (int(value),)


def _rounded(value: Any) -> Any:
    match value:
        case Spread():
            return replace(value, cases=rounded(value.cases))
        case Share():
            hits, misses = rounded(value.hits), rounded(value.total - value.hits)
            return share(hits, hits + misses)
        case _:
            return rounded(value)


def rounded(count: int) -> int:
    """The nearest multiple of five."""
    return ROUNDED_TO * round(count / ROUNDED_TO)


def shown(count: int) -> int | None:
    """What a researcher sees of a count that stands by itself."""
    return None if few(count) else rounded(count)


def _hide_counts(counts: Mapping[str, int | None]) -> dict[str, int | None]:
    return {name: None if count is None else shown(count) for name, count in counts.items()}
