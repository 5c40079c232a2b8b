"""What is measured: times between moments, shares within their deadline, the funnel; whole and by group."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
from django.db.models import Case, Count, F, QuerySet, Value, When
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referral.codes import DelayReason
from referral.models import CaseFacts
from referral.models.statistics import IN_TIME, KINDS, LATE, LATE_BECAUSE, NO_VERDICT
from referral.pathway import Kind
from referral.statistics.columns import Cell, Columns, read
from referral.statistics.figures import Ints, Spread, spreads
from scoring.research.agreement import Share, share

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Measure:
    """A time between two moments of a case, shown in `unit`: minutes or hours."""

    name: str
    since: str
    until: str
    unit: str
    label: Text


MEASURES = (
    Measure("indicators", "first_visit_at", "indicators_at", "h", _("first visit to the eight indicators")),
    Measure("offer", "indicators_at", "offered_at", "min", _("indicators to referral request")),
    Measure("acknowledgement", "offered_at", "acknowledged_at", "min", _("request to acknowledgement")),
    Measure("acceptance", "offered_at", "accepted_at", "min", _("request to acceptance")),
    Measure("travel", "accepted_at", "admitted_at", "h", _("acceptance to admission")),
    Measure("admission", "first_visit_at", "admitted_at", "h", _("first visit to admission")),
    Measure("diagnosis", "admitted_at", "diagnosed_at", "h", _("admission to diagnosis")),
    Measure(
        "intervention", "admitted_at", "intervened_at", "h", _("admission to treatment of the precipitant")
    ),
)
FUNNEL: tuple[tuple[str, Text], ...] = (
    ("first_visit_at", _("first visit")),
    ("indicators_at", _("eight indicators")),
    ("flagged_at", _("flagged or referred")),
    ("offered_at", _("ward asked")),
    ("acknowledged_at", _("acknowledged or answered")),
    ("accepted_at", _("accepted")),
    ("admitted_at", _("admitted")),
    ("diagnosed_at", _("diagnosed")),
    ("intervened_at", _("precipitant treated")),
    ("back_referred_at", _("referred back")),
)
OFFERS: tuple[tuple[str, Text], ...] = (
    ("offers", _("referral requests")),
    ("declines", _("declined")),
    ("expiries", _("expired without an answer")),
)
NO_REASON = "none"
ADMIT_LATE_FLAG = "admit_late_flag"
"""Admission of those flagged too late for the window, whose time counts from the flag: counted apart."""

JUDGED: Mapping[str, Text] = {
    **{kind: Kind(kind).label for kind in KINDS[: KINDS.index(Kind.ADMIT) + 1]},
    ADMIT_LATE_FLAG: _("admission after a late flag"),
    **{kind: Kind(kind).label for kind in KINDS[KINDS.index(Kind.ADMIT) + 1 :]},
}
"""What is in time or late, and its name: every kind of deadline, admission in two."""


class By(StrEnum):
    """What the cases are grouped by."""

    MONTH = "month"
    HOSPITAL = "hospital"
    WARD = "ward"


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


Times = Mapping[str, list[Spread]]
"""By the name of a measure: one spread for each group."""

THREADS = 2

Overdue = Counter[tuple[Cell, str, int | None, str]]
"""Cases by cell, name in JUDGED, the row's verdict so far, and the reason given for the delay or none."""


def report(rows: QuerySet[CaseFacts], by: By, *, overdue: Overdue) -> Report:
    """The figures of `rows`. `overdue`: open deadlines beyond their first due time, which are not in rows."""
    columns = read(rows)
    keys, group = _grouped(columns, by)
    verdicts = _verdict_counts(columns, group, len(keys))
    in_all = {name: counts.sum(axis=0, keepdims=True) for name, counts in verdicts.items()}
    together, apart = _times(columns, group, len(keys))
    nowhere = np.zeros(len(columns), dtype=np.int32)
    whole = _groups([None], nowhere, columns, together, in_all, _open_late(overdue, lambda cell: None))
    late = _open_late(overdue, lambda cell: getattr(cell, by))
    return Report(
        by=by,
        whole=whole[0],
        groups=_groups(keys, group, columns, apart, verdicts, late),
        funnel={moment: int(columns.seconds(moment)[1].sum()) for moment, _label in FUNNEL},
        delays={name: _reasons(in_all[name][0], name, overdue) for name in JUDGED},
        offers={name: int(columns.rows[name].sum()) for name, _label in OFFERS},
    )


def overdue_now(rows: QuerySet[CaseFacts], *, now: datetime) -> Overdue:
    """The open deadlines of `rows` beyond their first due time."""
    late = rows.order_by().filter(
        case__deadlines__closed_at__isnull=True, case__deadlines__first_due_at__lt=now
    )
    verdict = Case(*(When(case__deadlines__kind=kind, then=F(f"{kind}_verdict")) for kind in KINDS))
    apart = When(case__deadlines__kind=Kind.ADMIT, flagged_late=True, then=Value(ADMIT_LATE_FLAG))
    name = Case(apart, default=F("case__deadlines__kind"))
    found = late.values_list("month", "hospital", "ward", name, verdict, "case__deadlines__delay_reason")
    counted = found.annotate(Count("pk", distinct=True))
    return Counter({(Cell(*row[:3]), *row[3:6]): row[6] for row in counted})


def _grouped(columns: Columns, by: By) -> tuple[list[Hashable], Ints]:
    """The keys of the groups in order, and the place of each case's group among them."""
    of_cell: list[Hashable] = [getattr(cell, by) for cell in columns.cells]
    keys = sorted(set(of_cell), key=lambda key: (key is None, str(key)))
    place = {key: number for number, key in enumerate(keys)}
    return keys, np.array([place[key] for key in of_cell], dtype=np.int32)[columns.cell]


def _groups(
    keys: Sequence[Hashable],
    group: Ints,
    columns: Columns,
    times: Times,
    verdicts: Mapping[str, Ints],
    late: Mapping[str, Mapping[Hashable, Sequence[int]]],
) -> list[Group]:
    size = len(keys)
    cases = np.bincount(group, minlength=size).tolist()
    late_flags = np.bincount(group, weights=columns.rows["flagged_late"], minlength=size).tolist()
    shares = {name: _shares(verdicts[name], keys, late.get(name, {})) for name in JUDGED}
    return [
        Group(
            key=key,
            cases=cases[place],
            times={name: of_group[place] for name, of_group in times.items()},
            in_time={name: of_group[place] for name, of_group in shares.items()},
            late_flags=int(late_flags[place]),
        )
        for place, key in enumerate(keys)
    ]


def _times(columns: Columns, group: Ints, size: int) -> tuple[Times, Times]:
    """The spreads of every measure, of all cases together and of each group; in threads, as NumPy allows."""

    def of(measure: Measure) -> tuple[list[Spread], list[Spread]]:
        took, both = columns.between(measure.since, measure.until)
        return spreads(took, np.zeros(len(took), dtype=np.int8), 1), spreads(took, group[both], size)

    with ThreadPoolExecutor(THREADS) as threads:
        found = dict(zip((measure.name for measure in MEASURES), threads.map(of, MEASURES), strict=True))
    return {name: both[0] for name, both in found.items()}, {name: both[1] for name, both in found.items()}


def _verdict_counts(columns: Columns, group: Ints, size: int) -> dict[str, Ints]:
    """By name in JUDGED: cases by group and verdict. Admissions after a late flag are taken out."""
    found = columns.verdict_counts(group, size)
    is_late = columns.rows["flagged_late"] != 0
    found[ADMIT_LATE_FLAG] = columns[is_late].verdict_counts(group[is_late], size)[Kind.ADMIT]
    found[Kind.ADMIT] = found[Kind.ADMIT] - found[ADMIT_LATE_FLAG]
    return found


def _shares(
    counts: Ints, keys: Sequence[Hashable], still_open: Mapping[Hashable, Sequence[int]]
) -> list[Share]:
    """Judged cases that were in time, those that are overdue at this moment counted as late."""
    in_time, judged = counts[:, IN_TIME].tolist(), counts[:, :NO_VERDICT].sum(axis=1).tolist()
    found = []
    for place, key in enumerate(keys):
        fresh, moved = still_open.get(key, (0, 0))
        found.append(share(max(0, in_time[place] - moved), judged[place] + fresh))
    return found


def _open_late(overdue: Overdue, key_of: Callable[[Cell], Hashable]) -> dict[str, dict[Hashable, list[int]]]:
    """By name in JUDGED and group: overdue cases not judged before, and those that were in time until now."""
    found: dict[str, dict[Hashable, list[int]]] = {}
    for (cell, name, verdict, _reason), cases in overdue.items():
        if verdict in (None, IN_TIME):
            counts = found.setdefault(name, {}).setdefault(key_of(cell), [0, 0])
            counts[0 if verdict is None else 1] += cases
    return found


def _reasons(counts: Ints, name: str, overdue: Overdue) -> dict[str, int]:
    """How many are late, by the reason given; those of `name` that are overdue at this moment among them."""
    found = Counter({reason: int(counts[code]) for reason, code in LATE_BECAUSE.items()})
    found[NO_REASON] = int(counts[LATE])
    for (_cell, kind, verdict, reason), cases in overdue.items():
        if kind == name and verdict in (None, IN_TIME):
            found[reason or NO_REASON] += cases
    return {reason: found[reason] for reason in (NO_REASON, *DelayReason.values)}
