"""Rows of joined tables as objects, asked for in plain SQL.

For questions that are asked so often that it matters what the ORM takes to put them into words: more than the
database takes to answer them. Values are as the driver gives them, JSON as text.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, models

Objects = dict[tuple[type[models.Model], UUID], Any]


class Columns(NamedTuple):
    """Some columns of a table, in the order of its model, as `from_db` wants them."""

    alias: str
    model: type[models.Model]
    names: tuple[str, ...]


def columns(alias: str, model: type[models.Model], names: str = "") -> Columns:
    """The columns `names`, the primary key among them and first, or all."""
    every = tuple(str(field.column) for field in model._meta.concrete_fields)
    chosen = names.split() or every
    return Columns(alias, model, tuple(name for name in every if name in chosen))


def question(statement: str, tables: Sequence[Columns]) -> str:
    """`statement` with the columns of `tables` in the place of `{columns}`."""
    listed = (f'"{table.alias}".{name}' for table in tables for name in table.names)
    return statement.format(columns=", ".join(listed))


def rows(statement: str, params: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall()


def objects(row: Sequence[Any], tables: Sequence[Columns], shared: Objects) -> Iterator[Any]:
    """The objects of one row, a table's after the other's, None where there is none.

    Those in `shared` are taken from there, so that what several rows have in common is one object.
    """
    start = 0
    for _alias, model, names in tables:
        values = row[start : start + len(names)]
        start += len(names)
        key = (model, values[0])
        if values[0] is not None and key not in shared:
            shared[key] = model.from_db(DEFAULT_DB_ALIAS, names, values)
        yield shared.get(key)
