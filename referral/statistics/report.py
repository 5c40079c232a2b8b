"""What is measured: times between moments, shares within their deadline, the funnel; whole and by group."""

from collections import Counter
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referral.codes import DelayReason
from referral.models import CaseFacts, Deadline
from referral.models.statistics import IN_TIME, KINDS, LATE, LATE_BECAUSE, NO_VERDICT
from referral.pathway import Kind
from referral.statistics.columns import Columns, verdict_counts
from referral.statistics.figures import Ints, Spread, spreads
from referral.statistics.reading import Cases, in_sql, read
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


VERDICTS = tuple(f"{kind}_verdict" for kind in KINDS)


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


@dataclass(frozen=True, slots=True)
class Cell:
    """Month, first hospital and ward (None before one has accepted) that some cases have in common."""

    month: date
    hospital: UUID
    ward: UUID | None


THREADS = 2

Overdue = Counter[tuple[Cell, str, int | None, str]]
"""Cases by cell, name in JUDGED, the row's verdict so far, and the reason given for the delay or none."""


COUNTED = (
    *(moment for moment, _label in FUNNEL if moment != "first_visit_at"),
    *(name for name, _label in OFFERS),
    *("verdicts", "flagged_late"),
)
"""The columns that a report is made of."""


def report(cases: Cases, by: By, *, overdue: Overdue) -> Report:
    """The figures of `cases`. `overdue`: open deadlines beyond their first due time: facts have none."""
    columns = read(cases, COUNTED)
    keys, group = _grouped(columns, by)
    with ThreadPoolExecutor(THREADS) as threads:
        times = threads.map(lambda measure: _times(columns, measure, group, len(keys)), MEASURES)
        verdicts = _verdict_counts(columns, group, len(keys))
        sizes = _sizes(columns, group, len(keys))
        together, apart = zip(*times, strict=True)
    in_all = {name: counts.sum(axis=0, keepdims=True) for name, counts in verdicts.items()}
    whole = _groups(
        [None], sizes.sum(axis=1, keepdims=True), together, in_all, _open_late(overdue, lambda cell: None)
    )
    late = _open_late(overdue, lambda cell: getattr(cell, by))
    return Report(
        by=by,
        whole=whole[0],
        groups=_groups(keys, sizes, apart, verdicts, late),
        funnel={moment: int(columns.seconds(moment)[1].sum()) for moment, _label in FUNNEL},
        delays={name: _reasons(in_all[name][0], name, overdue) for name in JUDGED},
        offers={name: int(columns.numbers[name].sum()) for name, _label in OFFERS},
    )


OVERDUE = f"""
SELECT month, hospital, ward,
       CASE WHEN kind = '{Kind.ADMIT}' AND flagged_late THEN '{ADMIT_LATE_FLAG}' ELSE kind END AS name,
       CASE kind {" ".join(f"WHEN '{kind}' THEN {kind}_verdict" for kind in KINDS)} END AS verdict,
       delay_reason, count(DISTINCT case_id)
FROM ({{facts}}) AS facts (case_id, month, hospital, ward, flagged_late, {", ".join(VERDICTS)})
JOIN {Deadline._meta.db_table} USING (case_id)
WHERE closed_at IS NULL AND first_due_at < %s
GROUP BY month, hospital, ward, name, verdict, delay_reason
"""  # noqa: S608 - put together from names of columns


def overdue_now(rows: QuerySet[CaseFacts], *, now: datetime) -> Overdue:
    """The open deadlines of `rows` beyond their first due time."""
    needed = rows.order_by().values_list("case", "month", "hospital", "ward", "flagged_late", *VERDICTS)
    facts, parameters = in_sql(needed)
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE.format(facts=facts), [*parameters, now])
        return Counter({(Cell(*row[:3]), *row[3:6]): row[6] for row in cursor.fetchall()})


def _grouped(columns: Columns, by: By) -> tuple[list[Hashable], Ints]:
    """The keys of the groups in order, and the place of each case's group among them."""
    if by == By.MONTH:
        every, number = list[Hashable](columns.months), columns.month
    else:
        every, number = [getattr(place, by) for place in columns.places], columns.place
    there = np.bincount(number, minlength=len(every)).tolist()
    found = {key for key, cases in zip(every, there, strict=True) if cases}
    keys = sorted(found, key=lambda key: (key is None, str(key)))
    place = {key: number for number, key in enumerate(keys)}
    return keys, np.array([place.get(key, 0) for key in every], dtype=np.int32)[number]


def _groups(
    keys: Sequence[Hashable],
    sizes: Ints,
    times: Sequence[Sequence[Spread]],
    verdicts: Mapping[str, Ints],
    late: Mapping[str, Mapping[Hashable, Sequence[int]]],
) -> list[Group]:
    cases, late_flags = sizes.tolist()
    shares = {name: _shares(verdicts[name], keys, late.get(name, {})) for name in JUDGED}
    return [
        Group(
            key=key,
            cases=cases[place],
            times={measure.name: took[place] for measure, took in zip(MEASURES, times, strict=True)},
            in_time={name: of_group[place] for name, of_group in shares.items()},
            late_flags=late_flags[place],
        )
        for place, key in enumerate(keys)
    ]


def _sizes(columns: Columns, group: Ints, size: int) -> Ints:
    """The cases of each group, and how many of them were flagged late, as two rows."""
    late = group[columns.numbers["flagged_late"] != 0]
    return np.array([np.bincount(of, minlength=size) for of in (group, late)])


def _times(columns: Columns, measure: Measure, group: Ints, size: int) -> tuple[list[Spread], list[Spread]]:
    """The spread of one measure, of all cases together and of each group."""
    took, both = columns.between(measure.since, measure.until)
    whole, apart = spreads(took, group[both], size)
    return [whole], apart


def _verdict_counts(columns: Columns, group: Ints, size: int) -> dict[str, Ints]:
    """By name in JUDGED: cases by group and verdict. Admissions after a late flag are taken out."""
    found = verdict_counts(columns.numbers["verdicts"], group, size)
    is_late = columns.numbers["flagged_late"] != 0
    late = verdict_counts(columns.numbers["verdicts"][is_late], group[is_late], size)
    found[ADMIT_LATE_FLAG] = late[Kind.ADMIT]
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
