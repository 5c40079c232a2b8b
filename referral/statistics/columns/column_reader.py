"""Facts as columns: of months that are over from where they are sealed, of all others from the rows.

Columns of a sealed month were put together once, and are held in memory once they were read: they do not
change, a month loses its seal with the first change. Of the rows PostgreSQL strings the bytes together.
"""

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import UUID

import numpy as np
import psycopg
from django.db import connection, transaction
from django.db.models import Aggregate, BinaryField, Max, Min, QuerySet

from accounts.models import Network
from referral.models import CaseFacts, Route, SealedColumn, SealedMonth
from referral.models.statistics import PACKING
from referral.statistics.columns.column_cache import cached
from referral.statistics.columns.layout import KEPT, LAYOUT, SAID, Column, Columns, Place

Read = TypeVar("Read")
ROUTE, MODEL = "route", "model"
SEALED = {**KEPT, ROUTE: np.dtype("<i4"), MODEL: np.dtype("<i2")}
"""The columns of a sealed month: also the route's id, and the place of the model among the month's own."""

SEALED_LAYOUT = hashlib.sha256(f"{PACKING} {list(SEALED.items())} {SAID}".encode()).hexdigest()[:16]
"""Changes with every change of what the numbers mean, so that nothing sealed before it is read."""

NOWHERE = -1
TRIES = 3
OF_SEALED = f"""
SELECT kept.name, count(*), string_agg(kept.numbers, ''::bytea ORDER BY sealed.month)
FROM {SealedColumn._meta.db_table} AS kept JOIN {SealedMonth._meta.db_table} AS sealed ON sealed.id = month_id
WHERE sealed.id = ANY(%s) AND kept.name = ANY(%s) GROUP BY kept.name
"""  # noqa: S608 - put together from the names of tables


@dataclass(frozen=True, slots=True)
class Cases:
    """Those that a question is about: their rows, and by which routes and of which months they are, both
    ends included."""

    rows: QuerySet[CaseFacts]
    routes: QuerySet[Route]
    network: Network
    since: date
    until: date

    def places(self) -> tuple[tuple[int, UUID, UUID | None], ...]:
        """Number, first hospital and ward of each route."""
        return tuple(self.routes.order_by("pk").values_list("pk", "hospital", "ward"))

    def before(self, month: date) -> "Cases":
        """Those of months before `month`."""
        last = min(self.until, month - timedelta(days=1))
        return replace(self, rows=self.rows.filter(month__lt=month), until=last)


class Together(Aggregate):
    """The bytes of all rows of a group, one after the other."""

    function = "string_agg"
    template = "%(function)s(%(expressions)s, ''::bytea)"
    output_field = BinaryField()


def read(cases: Cases, names: Sequence[str], *, model: str = "") -> Columns:
    """The columns `names` of `cases`, all or those whose first assessment was by `model`."""
    routes = cases.places()

    def of_rows(rows: QuerySet[CaseFacts]) -> Columns:
        return columns_of_rows(rows.filter(model=model) if model else rows, names)

    def of_sealed(months: Sequence[SealedMonth]) -> Columns | None:
        return columns_of_sealed(routes, months, names, model=model)

    return _joined(read_both(cases, of_rows, of_sealed))


def read_both(
    cases: Cases,
    of_rows: Callable[[QuerySet[CaseFacts]], Read],
    of_sealed: Callable[[Sequence[SealedMonth]], Read | None],
) -> list[Read]:
    """What is read of sealed months, and of the rows of all others, both of the same moment.

    `of_sealed` gives None if a month lost its seal meanwhile; then all is read once more.
    """
    for _try in range(TRIES):
        months = sealed_months(cases)
        if not months:
            break
        sealed = of_sealed(months)
        others = _months_of(cases) - {month.month for month in months}
        rows = of_rows(cases.rows.filter(month__in=others))
        if sealed is not None and _are_sealed_still(months):
            return [sealed, rows]
    return [of_rows(cases.rows)]


def sealed_months(cases: Cases) -> list[SealedMonth]:
    """Those of the months asked about that are sealed, in order."""
    asked_for = SealedMonth.objects.filter(network=cases.network, month__range=(cases.since, cases.until))
    return list(asked_for.filter(layout=SEALED_LAYOUT).order_by("month"))


def columns_of_rows(rows: QuerySet[CaseFacts], names: Sequence[str]) -> Columns:
    """From the rows themselves."""
    cells, cell, packed = strung_together(rows, "month", "hospital", "ward")
    months = sorted({month for month, _hospital, _ward in cells})
    places = list(dict.fromkeys(Place(hospital, ward) for _month, hospital, ward in cells))
    month = _numbered([month for month, _hospital, _ward in cells], months)
    place = _numbered([Place(hospital, ward) for _month, hospital, ward in cells], places)
    numbers = {name: packed[name].astype(KEPT[name]) for name in names}
    return Columns(months, places, month[cell], place[cell], numbers)


def columns_of_sealed(
    routes: Sequence[tuple[int, UUID, UUID | None]],
    months: Sequence[SealedMonth],
    names: Sequence[str],
    *,
    model: str = "",
) -> Columns | None:
    """Cases of these routes (id, hospital, ward), all or those whose first assessment was by `model`; None if
    one of the months lost its seal meanwhile."""
    kept = _kept(months, [*names, ROUTE, *([MODEL] if model else [])])
    if kept is None:
        return None
    numbers = dict(kept)
    month = np.repeat(np.arange(len(months), dtype=np.int32), [month.cases for month in months])
    place = _places_of(numbers.pop(ROUTE), [pk for pk, _hospital, _ward in routes])
    chosen = place != NOWHERE
    if model:
        chosen &= numbers.pop(MODEL) == np.array([_number_of(model, month) for month in months])[month]
    columns = Columns(
        months=[month.month for month in months],
        places=[Place(hospital, ward) for _pk, hospital, ward in routes],
        month=month,
        place=place,
        numbers=numbers,
    )
    return columns if chosen.all() else columns[chosen]


def shadow_column(model: UUID) -> str:
    """The name of the column with what a model in shadow said of the cases."""
    return f"shadow {model}"


def strung_together(
    rows: QuerySet[CaseFacts], *by: str, what: str = "packed", layout: np.dtype[Any] = LAYOUT
) -> tuple[list[tuple[Any, ...]], Column, Column]:
    """All of `rows` in one statement, straight from the covering index, grouped by columns.

    Groups, each row's number among them, and `what` of the rows, which is in `layout`.
    """
    grouped = rows.order_by().values_list(*by).annotate(together=Together(what))
    fetched = fetched_as_bytes(*in_sql(grouped))
    packed = np.frombuffer(b"".join(row[-1] for row in fetched), dtype=layout)
    lengths = [len(row[-1]) // layout.itemsize for row in fetched]
    return [row[:-1] for row in fetched], np.repeat(np.arange(len(fetched), dtype=np.int32), lengths), packed


def in_sql(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    """The statement and its parameters, also where it is plain that no row can be found."""
    text, parameters = rows.query.get_compiler(rows.db, elide_empty=False).as_sql()
    return text, parameters


def fetched_as_bytes(text: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    """The rows in PostgreSQL's binary form: half the bytes of the text that Django would ask for."""
    with transaction.atomic(), connection.cursor() as django_cursor:
        asked = django_cursor.mogrify(text, parameters)
        # Workers would have to hand every row's bytes over to their leader, which takes longer than the scan.
        django_cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")
        with psycopg.Cursor(connection.connection) as cursor:
            return cursor.execute(asked, binary=True).fetchall()


def months_before(month: date, count: int) -> date:
    """The first day of the month `count` months earlier."""
    years, rest = divmod(month.year * 12 + month.month - 1 - count, 12)
    return date(years, rest + 1, 1)


def _months_of(cases: Cases) -> set[date]:
    """Those asked about, as far as the network has rows."""
    counted = CaseFacts.objects.counted().filter(network=cases.network)
    ends = counted.aggregate(first=Min("month"), last=Max("month"))
    if ends["first"] is None:
        return set()
    first, last = max(cases.since, ends["first"]), min(cases.until, ends["last"])
    count = (last.year - first.year) * 12 + last.month - first.month + 1
    return {months_before(last, number) for number in range(count)}


def _are_sealed_still(months: Sequence[SealedMonth]) -> bool:
    return SealedMonth.objects.filter(pk__in=[month.pk for month in months]).count() == len(months)


class Kept(dict[str, Column]):
    """Columns by name, as they are kept, of some months one after the other."""

    @property
    def nbytes(self) -> int:
        return sum(column.nbytes for column in self.values())


def _kept(months: Sequence[SealedMonth], names: Sequence[str]) -> Kept | None:
    """The columns of these months; None if one is gone."""
    of = [month.pk for month in months]

    def fetched() -> Kept | None:
        rows = fetched_as_bytes(OF_SEALED, (of, list(names)))
        if [count for _name, count, _numbers in rows] != [len(of)] * len(names):
            return None
        return Kept({name: np.frombuffer(numbers, SEALED.get(name, SAID)) for name, _count, numbers in rows})

    return cached(("columns", *names, *of), fetched)


def _places_of(route: Column, sorted_keys: Sequence[int]) -> Column:
    """The place of each case's route among the known ones; NOWHERE for others."""
    most = max([*sorted_keys, *route.max(initial=0, keepdims=True)])
    places = np.full(most + 1, NOWHERE, dtype=np.int32)
    places[sorted_keys] = np.arange(len(sorted_keys), dtype=np.int32)
    return places[route]


def _number_of(model: str, month: SealedMonth) -> int:
    return month.risk_models.index(model) if model in month.risk_models else NOWHERE


def _numbered(values: Sequence[Hashable], among: Sequence[Hashable]) -> Column:
    number = {value: place for place, value in enumerate(among)}
    return np.array([number[value] for value in values], dtype=np.int32)


def _joined(parts: Sequence[Columns]) -> Columns:
    """One after the other."""
    parts = [part for part in parts if len(part)] or parts[:1]
    if len(parts) == 1:
        return parts[0]
    months = sorted({month for part in parts for month in part.months})
    places = list(dict.fromkeys(place for part in parts for place in part.places))
    return Columns(
        months=months,
        places=places,
        month=np.concatenate([_numbered(part.months, months)[part.month] for part in parts]),
        place=np.concatenate([_numbered(part.places, places)[part.place] for part in parts]),
        numbers={name: np.concatenate([part.numbers[name] for part in parts]) for name in parts[0].numbers},
    )
