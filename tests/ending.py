"""A test ends when what it started has ended: its pages, their requests, what other processes ask.

Its rows are deleted after that, or they would be met by the next.
"""

import threading
import time
from contextlib import suppress
from socket import SHUT_RDWR, socket
from typing import Any, ClassVar

from django.contrib.contenttypes.models import ContentType
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import OperationalError, connection, transaction
from django.test.testcases import LiveServerThread
from playwright.sync_api import Browser
from psycopg.errors import DeadlockDetected, LockNotAvailable

PATIENCE_SECONDS = 120
BRIEFLY = "SET LOCAL lock_timeout = '300ms'"
"""Less than it takes the database to find a deadlock, and to end one of those who are in it."""
OTHERS_AT_WORK = """
    SELECT application_name, state, left(query, 200) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
"""
TABLES = """
    SELECT format('%I', relname) FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname
"""
RULES_ASLEEP = "SET LOCAL session_replication_role = 'replica'"
"""The product may delete nothing from an append-only table; tests do between each other."""

browsers: list[Browser] = []


class CountingServer(LiveServerThread.server_class):  # type: ignore[misc]
    """Django's server for tests, which knows the connections it serves and can end them."""

    serving: ClassVar[dict[threading.Thread, socket]] = {}
    one_at_a_time: ClassVar[threading.Lock] = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        with self.one_at_a_time:
            thread.start()
            self.serving[thread] = request

    @classmethod
    def end_connections(cls) -> None:
        """Hang up on whoever keeps a connection open without asking, and let what is asked end."""
        while cls.serving:
            with cls.one_at_a_time:
                thread, connected = cls.serving.popitem()
            with suppress(OSError):
                connected.shutdown(SHUT_RDWR)
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive(), "a request of this test does not end"


assert issubclass(CountingServer, ThreadedWSGIServer)
LiveServerThread.server_class = CountingServer


def wait_for_everything() -> None:
    """Close every page, and wait until nobody else uses this test's database."""
    for browser in browsers:
        for context in browser.contexts:
            context.close()
    CountingServer.end_connections()
    ends = time.monotonic() + PATIENCE_SECONDS
    while at_work := _others_at_work():
        assert time.monotonic() < ends, f"others do not end: {at_work}"
        time.sleep(0.02)


class MigratedRows:
    """What migrating wrote, and the way back to it.

    Deleting the few rows of a test is a tenth of the work of emptying eighty tables, and whoever has the
    database open goes on with the plans it has made.
    """

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(TABLES)
            self.tables = [row[0] for row in cursor.fetchall()]
            self.rows = {table: self._read(cursor, table) for table in self._with_rows(cursor)}

    def restore(self) -> None:
        """Leave these rows and no others, when nobody who uses them is in the way."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while True:
            wait_for_everything()
            try:
                self._write()
            except OperationalError as error:
                is_in_the_way = isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)
                if not is_in_the_way or time.monotonic() > ends:
                    raise
            else:
                return

    def _write(self) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BRIEFLY)
            cursor.execute(RULES_ASLEEP)
            for table in set(self._with_rows(cursor)) - self.rows.keys():
                cursor.execute(f"DELETE FROM {table}")
            for table, rows in self.rows.items():
                if rows != self._read(cursor, table):
                    cursor.execute(f"DELETE FROM {table}")
                    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
                        copy.write(rows)
                    ContentType.objects.clear_cache()

    def _with_rows(self, cursor: Any) -> list[str]:
        asked = (f"SELECT '{table}' WHERE EXISTS (SELECT FROM {table})" for table in self.tables)
        cursor.execute(" UNION ALL ".join(asked))
        return [row[0] for row in cursor.fetchall()]

    @staticmethod
    def _read(cursor: Any, table: str) -> bytes:
        with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY 1) TO STDOUT") as copy:
            return b"".join(bytes(part) for part in copy)


def _others_at_work() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_AT_WORK)
        return list(cursor.fetchall())
