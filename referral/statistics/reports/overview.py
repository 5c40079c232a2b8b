"""The report of many cases: the figures of the whole and of each group."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from referral.codes import DelayReason
from referral.models import CaseFacts, SealedMonth
from referral.models.statistics import IN_TIME, LATE, LATE_BECAUSE, NO_VERDICT
from referral.statistics.columns.column_cache import cached
from referral.statistics.columns.column_reader import Cases, columns_of_rows, columns_of_sealed, read_both
from referral.statistics.reports.measures import JUDGED, MEASURES, NO_REASON, By
from referral.statistics.reports.overdue import Overdue
from referral.statistics.reports.quantiles import Ints, Spread
from referral.statistics.reports.summary import COUNTED, Summary, Total, summarised, total
from scoring.research.agreement import Share, share


@dataclass(frozen=True, slots=True)
class Group:
    """Figures of some cases; None where they are too few to be shown to the reader.

    `key` is None for all cases, and for those without a ward. `late_flags`: flagged too late for the window.
    """

    key: Hashable
    cases: int | None
    times: Mapping[str, Spread | None]
    in_time: Mapping[str, Share | None]
    late_flags: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """All figures of one question."""

    by: By
    whole: Group
    groups: Sequence[Group]
    funnel: Mapping[str, int | None]
    delays: Mapping[str, Mapping[str, int | None]]
    offers: Mapping[str, int | None]


def report(cases: Cases, by: By, *, overdue: Overdue) -> Report:
    """The figures of `cases`, with the deadlines that are `overdue` at this moment."""
    total = _total(cases, by)
    in_all = {name: counts.sum(axis=0, keepdims=True) for name, counts in total.verdicts.items()}
    of_all = Total(
        keys=[None],
        sizes=total.sizes.sum(axis=1, keepdims=True),
        verdicts=in_all,
        reached=total.reached,
        offers=total.offers,
        times=[(whole, [whole]) for whole, _apart in total.times],
    )
    return Report(
        by=by,
        whole=_groups(of_all, _open_late(overdue, lambda _key: None))[0],
        groups=_groups(total, _open_late(overdue, lambda key: key)),
        funnel=total.reached,
        delays={name: _reasons(in_all[name][0], name, overdue) for name in JUDGED},
        offers=total.offers,
    )


def _total(cases: Cases, by: By) -> Total:
    """The summary of sealed months, which is cached, and that of the rows of all others."""
    routes = cases.places()

    def of_rows(rows: QuerySet[CaseFacts]) -> Summary:
        return summarised(columns_of_rows(rows, COUNTED), by)

    def of_sealed(months: Sequence[SealedMonth]) -> Summary | None:
        def made() -> Summary | None:
            columns = columns_of_sealed(routes, months, COUNTED)
            return None if columns is None else summarised(columns, by)

        return cached(("summary", by, routes, *(month.pk for month in months)), made)

    return total(read_both(cases, of_rows, of_sealed))


def _groups(total: Total, late: Mapping[str, Mapping[Hashable, Sequence[int]]]) -> list[Group]:
    cases, late_flags = total.sizes.tolist()
    shares = {name: _shares(total.verdicts[name], total.keys, late.get(name, {})) for name in JUDGED}
    return [
        Group(
            key=key,
            cases=cases[place],
            times={
                measure.name: apart[place]
                for measure, (_whole, apart) in zip(MEASURES, total.times, strict=True)
            },
            in_time={name: of_group[place] for name, of_group in shares.items()},
            late_flags=late_flags[place],
        )
        for place, key in enumerate(total.keys)
    ]


def _shares(
    counts: Ints, keys: Sequence[Hashable], still_open: Mapping[Hashable, Sequence[int]]
) -> list[Share]:
    """Judged cases that were in time, those that are overdue at this moment counted as late."""
    in_time, judged = counts[:, IN_TIME].tolist(), counts[:, :NO_VERDICT].sum(axis=1).tolist()
    shares = []
    for place, key in enumerate(keys):
        fresh, moved = still_open.get(key, (0, 0))
        shares.append(share(max(0, in_time[place] - moved), judged[place] + fresh))
    return shares


def _open_late(
    overdue: Overdue, key_of: Callable[[Hashable], Hashable]
) -> dict[str, dict[Hashable, list[int]]]:
    """By name in JUDGED and group: overdue cases not judged before, and those that were in time until now."""
    late: dict[str, dict[Hashable, list[int]]] = {}
    for (key, name, verdict, _reason), cases in overdue.items():
        if verdict in (None, IN_TIME):
            counts = late.setdefault(name, {}).setdefault(key_of(key), [0, 0])
            counts[0 if verdict is None else 1] += cases
    return late


def _reasons(counts: Ints, name: str, overdue: Overdue) -> dict[str, int]:
    """How many are late, by the reason given; those of `name` that are overdue at this moment among them."""
    reasons = Counter({reason: int(counts[code]) for reason, code in LATE_BECAUSE.items()})
    reasons[NO_REASON] = int(counts[LATE])
    for (_key, kind, verdict, reason), cases in overdue.items():
        if kind == name and verdict in (None, IN_TIME):
            reasons[reason or NO_REASON] += cases
    return {reason: reasons[reason] for reason in (NO_REASON, *DelayReason.values)}
