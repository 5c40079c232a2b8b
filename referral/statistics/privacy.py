"""What researchers do not see: figures of fewer than five cases, and the names of places.

A count of 1 to 4 is hidden, and a share whose hits or misses are. Where one figure of a column is hidden, the
next smallest is too, or the total would give it away. What stays possible is to compare answers to
overlapping questions (docs/research-export.md).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from accounts.encryption import blind_index
from referral.statistics.figures import Spread
from referral.statistics.report import Group, Report
from scoring.research.agreement import Share

FEWEST = 5


def pseudonym(kind: str, place: UUID) -> str:
    """A stable code for a hospital ("H") or ward ("W") that nobody without the key can trace to it."""
    return f"{kind}-{blind_index('statistics', kind, str(place))[:6].upper()}"


def few(count: int) -> bool:
    return 0 < count < FEWEST


def hide_small(found: Report) -> Report:
    """The report without what could point to a person."""
    groups = [_hide_group(group) for group in found.groups]
    return replace(
        found,
        whole=_hide_group(found.whole),
        groups=_hide_second(found.groups, groups),
        funnel=_hide_counts(found.funnel),
        delays={kind: _hide_counts(reasons) for kind, reasons in found.delays.items()},
        offers=_hide_counts(found.offers),
    )


def _hide_group(group: Group) -> Group:
    return replace(
        group,
        cases=_shown(group.cases),
        times={name: _spread(spread) for name, spread in group.times.items()},
        in_time={kind: _share(share) for kind, share in group.in_time.items()},
        late_flags=_shown(group.late_flags),
    )


def _hide_second(before: Sequence[Group], after: Sequence[Group]) -> list[Group]:
    """Hide one more figure in every column where exactly one is hidden."""
    groups = list(after)
    names = groups[0] if groups else None
    columns: list[tuple[str, str | None]] = [("cases", None), ("late_flags", None)]
    if names is not None:
        columns += [("times", name) for name in names.times]
        columns += [("in_time", kind) for kind in names.in_time]
    for attribute, name in columns:
        values = [_at(group, attribute, name) for group in groups]
        if sum(value is None for value in values) == 1:
            sizes = [(_size(value), place) for place, value in enumerate(values) if value is not None]
            _size_of_smallest, smallest = min((pair for pair in sizes if pair[0]), default=(0, -1))
            if smallest >= 0:
                groups[smallest] = _without(groups[smallest], attribute, name)
    return groups


def _at(group: Group, attribute: str, name: str | None) -> Any:
    value = getattr(group, attribute)
    return value if name is None else value[name]


def _without(group: Group, attribute: str, name: str | None) -> Group:
    changed: dict[str, Any] = {attribute: {**getattr(group, attribute), name: None} if name else None}
    return replace(group, **changed)


def _size(value: Any) -> int:
    match value:
        case Spread():
            return value.cases
        case Share():
            return value.total
        case _:
            return int(value)


def _hide_counts(counts: Mapping[str, int | None]) -> dict[str, int | None]:
    return {name: _shown(count) for name, count in counts.items()}


def _shown(count: int | None) -> int | None:
    return None if count is None or few(count) else count


def _spread(spread: Spread | None) -> Spread | None:
    return None if spread is None or few(spread.cases) else spread


def _share(found: Share | None) -> Share | None:
    if found is None or few(found.total) or few(found.hits) or few(found.total - found.hits):
        return None
    return found
