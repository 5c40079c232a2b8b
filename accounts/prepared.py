"""Statements that PostgreSQL reads and plans once for each connection, not each time they are executed."""

from typing import Any
from weakref import WeakSet

from django.db import connection


class PreparedStatement:
    """`sql`, whose parameters are `$1`, `$2`… of `types`, by `name` on every connection that executes it."""

    def __init__(self, name: str, types: tuple[str, ...], sql: str) -> None:
        self._prepare = f"PREPARE {name} ({', '.join(types)}) AS {sql}"
        self._execute = f"EXECUTE {name} ({', '.join(['%s'] * len(types))})"
        self._known_to: WeakSet[Any] = WeakSet()

    def execute(self, *parameters: Any) -> None:
        with connection.cursor() as cursor:
            if connection.connection not in self._known_to:
                with connection.wrap_database_errors:
                    connection.connection.execute(self._prepare)
                self._known_to.add(connection.connection)
            cursor.execute(self._execute, parameters)
