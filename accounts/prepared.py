"""Statements that PostgreSQL reads and plans once for each connection, not each time they are executed."""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import count
from threading import Lock
from typing import Any, Generic, TypeVar
from uuid import UUID
from weakref import WeakSet

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row", bound=Model)
ANY = UUID(int=0)
"""Stands in a question for the id that it is asked with."""


class PreparedStatement:
    """`sql`, with a `%s` for each parameter, by `name` on every connection that executes it."""

    def __init__(self, name: str, sql: str) -> None:
        number = count(1)
        numbered, parameters = re.subn("%s", lambda _place: f"${next(number)}", sql)
        self._prepare = f"PREPARE {name} AS {numbered.replace('%%', '%')}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * parameters)})"
        self._known_to: WeakSet[Any] = WeakSet()

    def execute(self, *parameters: Any) -> list[Any]:
        """The rows that it answers with, if it asks for any."""
        with connection.cursor() as cursor:
            if connection.connection not in self._known_to:
                with connection.wrap_database_errors:
                    connection.connection.execute(self._prepare)
                self._known_to.add(connection.connection)
            cursor.execute(self._execute, parameters)
            return cursor.fetchall() if cursor.description else []


class PreparedRows(Generic[Row]):
    """The rows of a query set that is asked again and again with another id, in whose place stands ANY.

    They are read as the query set itself reads them; Django puts it into SQL once.
    """

    def __init__(self, name: str, asked: Callable[[], QuerySet[Row]]) -> None:
        self._name, self._asked = name, asked
        self._one_thread_at_a_time = Lock()

    def of(self, id: UUID) -> list[Row]:
        with self._one_thread_at_a_time:  # two that ask first would make two statements of one name
            query, (statement, parameters, read) = self._query, self._compiled
        if query.select_for_update and connection.get_autocommit():
            raise TransactionManagementError("Rows are locked in a transaction only.")
        rows = statement.execute(*(id if one == ANY else one for one in parameters))
        return [read(row) for row in rows]

    @cached_property
    def _query(self) -> Any:
        return self._asked().query

    @cached_property
    def _compiled(self) -> tuple[PreparedStatement, Sequence[Any], Callable[[Sequence[Any]], Row]]:
        compiler = self._query.get_compiler(DEFAULT_DB_ALIAS)
        sql, parameters = compiler.as_sql()
        return PreparedStatement(self._name, sql), parameters, _reader(compiler)


def _reader(compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """How Django makes of a row of the answer an object, with those that are read with it."""
    model, own = compiler.klass_info["model"], compiler.klass_info["select_fields"]
    columns = [column for column, *_sql in compiler.select]
    names = [columns[place].target.attname for place in own]
    converters = compiler.get_converters(columns).items()
    related = get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def read(row: Sequence[Any]) -> Any:
        values = [*row]
        for place, (steps, column) in converters:
            for step in steps:
                values[place] = step(values[place], column, connection)
        made = model.from_db(DEFAULT_DB_ALIAS, names, [values[place] for place in own])
        for populator in related:
            populator.populate(values, made)
        return made

    return read
