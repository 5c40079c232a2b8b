"""A test ends when what it started has ended: its pages, their requests, what other processes ask.

The tables are emptied after that, or rows of one test would be met by the next.
"""

import threading
import time
from typing import Any, ClassVar

from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import OperationalError, connection
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
ALLOW_EMPTYING = """
DO $$
DECLARE kept regclass;
BEGIN
    FOR kept IN SELECT DISTINCT tgrelid FROM pg_trigger WHERE tgname LIKE '%\\_append\\_only' LOOP
        EXECUTE format('GRANT TRUNCATE ON %s TO CURRENT_USER', kept);
    END LOOP;
END $$
"""
FORBID_EMPTYING = ALLOW_EMPTYING.replace("GRANT", "REVOKE").replace("TO CURRENT_USER", "FROM CURRENT_USER")
"""The product's role may empty no append-only table; tests do between each other."""

browsers: list[Browser] = []


class CountingServer(LiveServerThread.server_class):  # type: ignore[misc]
    """Django's server for tests, which knows the threads that serve its connections."""

    serving: ClassVar[list[threading.Thread]] = []

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self.process_request_thread, args=(request, client_address), daemon=True
        )
        self.serving.append(thread)
        thread.start()


assert issubclass(CountingServer, ThreadedWSGIServer)
LiveServerThread.server_class = CountingServer


def wait_for_everything() -> None:
    """Close every page, and wait until nobody else uses this test's database."""
    for browser in browsers:
        for context in browser.contexts:
            context.close()
    while CountingServer.serving:
        thread = CountingServer.serving.pop()
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "a request of this test does not end"
    ends = time.monotonic() + PATIENCE_SECONDS
    while at_work := _others_at_work():
        assert time.monotonic() < ends, f"others do not end: {at_work}"
        time.sleep(0.02)


def emptied(empty: Any, statements: list[str]) -> None:
    """Run `empty`, which empties the tables, until nobody who reads them is in its way."""
    ends = time.monotonic() + PATIENCE_SECONDS
    while True:
        wait_for_everything()
        try:
            empty([BRIEFLY, *statements])
        except OperationalError as error:
            is_in_the_way = isinstance(error.__cause__, LockNotAvailable | DeadlockDetected)
            if not is_in_the_way or time.monotonic() > ends:
                raise
        else:
            return


def _others_at_work() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(OTHERS_AT_WORK)
        return list(cursor.fetchall())
