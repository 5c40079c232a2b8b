"""What a report needs of some cases, group by group: counts, and sorted times.

Summaries of different cases add up: counts are added, and sorted times lie side by side.
"""

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from referral.pathway.vocabulary import Kind
from referral.statistics.columns.layout import Columns, verdict_counts
from referral.statistics.reports.measures import ADMIT_LATE_FLAG, FUNNEL, MEASURES, OFFERS, By, Measure
from referral.statistics.reports.quantiles import Ints, Ordered, Spread, in_order, spreads

THREADS = 2
COUNTED = (
    *(moment for moment, _label in FUNNEL if moment != "first_visit_at"),
    *(name for name, _label in OFFERS),
    *("verdicts", "flagged_late"),
)
"""The columns that a summary is made of."""


@dataclass(frozen=True, slots=True)
class Summary:
    """Of the cases of groups `keys`: `sizes`, how many and how many of them flagged late, as two rows;
    `verdicts` by name in JUDGED, as groups times verdicts; `reached` by stage of the funnel and `offers` by
    name, of all; `times` by measure."""

    keys: Sequence[Hashable]
    sizes: Ints
    verdicts: Mapping[str, Ints]
    reached: Mapping[str, int]
    offers: Mapping[str, int]
    times: Sequence[Ordered]

    @property
    def nbytes(self) -> int:
        return sum(ordered.keys.nbytes for ordered in self.times)


@dataclass(frozen=True, slots=True)
class Total:
    """Several summaries together; `times` by measure, of all cases and of each group."""

    keys: Sequence[Hashable]
    sizes: Ints
    verdicts: Mapping[str, Ints]
    reached: Mapping[str, int]
    offers: Mapping[str, int]
    times: Sequence[tuple[Spread, list[Spread]]]


def summarised(columns: Columns, by: By) -> Summary:
    """The summary of these cases; times are sorted in threads, as NumPy allows."""
    keys, group = _grouped(columns, by)
    size = len(keys)
    with ThreadPoolExecutor(THREADS) as threads:
        times = threads.map(lambda measure: _ordered(columns, measure, group, size), MEASURES)
        verdicts = _verdict_counts(columns, group, size)
        late = group[columns.numbers["flagged_late"] != 0]
        return Summary(
            keys=keys,
            sizes=np.array([np.bincount(of, minlength=size) for of in (group, late)]),
            verdicts=verdicts,
            reached={moment: int(columns.seconds(moment)[1].sum()) for moment, _label in FUNNEL},
            offers={name: int(columns.numbers[name].sum()) for name, _label in OFFERS},
            times=list(times),
        )


def total(parts: Sequence[Summary]) -> Total:
    """All of `parts`, which are of different cases."""
    all_keys = {key for part in parts for key in part.keys}
    keys = sorted(all_keys, key=lambda key: (key is None, str(key)))
    number = {key: place for place, key in enumerate(keys)}
    places = [np.array([number[key] for key in part.keys], dtype=np.intp) for part in parts]

    def by_group(counts: Sequence[Ints]) -> Ints:
        added = np.zeros((len(keys), *counts[0].shape[1:]), dtype=np.int64)
        for count, place in zip(counts, places, strict=True):
            added[place] += count
        return added

    return Total(
        keys=keys,
        sizes=by_group([part.sizes.T for part in parts]).T,
        verdicts={name: by_group([part.verdicts[name] for part in parts]) for name in parts[0].verdicts},
        reached={moment: sum(part.reached[moment] for part in parts) for moment in parts[0].reached},
        offers={name: sum(part.offers[name] for part in parts) for name in parts[0].offers},
        times=[
            spreads(list(zip(runs, places, strict=True)), len(keys))
            for runs in zip(*(part.times for part in parts), strict=True)
        ],
    )


def _grouped(columns: Columns, by: By) -> tuple[list[Hashable], Ints]:
    """The keys of the groups, and the place of each case's group among them."""
    if by == By.MONTH:
        every, number = list[Hashable](columns.months), columns.month
    else:
        every, number = [getattr(place, by) for place in columns.places], columns.place
    there = np.bincount(number, minlength=len(every)).tolist()
    keys = list(dict.fromkeys(key for key, cases in zip(every, there, strict=True) if cases))
    place = {key: number for number, key in enumerate(keys)}
    return keys, np.array([place.get(key, 0) for key in every], dtype=np.int32)[number]


def _ordered(columns: Columns, measure: Measure, group: Ints, size: int) -> Ordered:
    took, both = columns.between(measure.since, measure.until)
    return in_order(took, group[both], size)


def _verdict_counts(columns: Columns, group: Ints, size: int) -> dict[str, Ints]:
    """By name in JUDGED: cases by group and verdict. Admissions after a late flag are taken out."""
    counts = verdict_counts(columns.numbers["verdicts"], group, size)
    is_late = columns.numbers["flagged_late"] != 0
    late = verdict_counts(columns.numbers["verdicts"][is_late], group[is_late], size)
    counts[ADMIT_LATE_FLAG] = late[Kind.ADMIT]
    counts[Kind.ADMIT] = counts[Kind.ADMIT] - counts[ADMIT_LATE_FLAG]
    return counts
