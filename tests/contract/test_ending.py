"""The suite's own rule: tables are emptied when nobody of the test before uses them any more."""

import threading
from typing import Any

import psycopg
import pytest
from django.db import connection

from tests import ending

pytestmark = pytest.mark.django_db(transaction=True)


def another() -> psycopg.Connection[Any]:
    parameters = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    return psycopg.connect(**{name: parameters[name] for name in names if parameters.get(name)})


def test_whoever_still_reads_is_waited_for_and_never_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with another() as reader:
        reader.execute("SELECT count(*) FROM accounts_user")
        order: list[str] = []

        def read_on(_seconds: float) -> None:
            if not order:
                order.append("asked to wait")
                reader.execute("SELECT count(*) FROM accounts_hospital")
                reader.commit()

        monkeypatch.setattr(ending.time, "sleep", read_on)
        ending.emptied(lambda statements: order.append("emptied"), [])
    assert order == ["asked to wait", "emptied"]


def test_a_lock_that_is_in_the_way_is_tried_again_for() -> None:
    with another() as reader:
        tries: list[list[str]] = []

        def empty(statements: list[str]) -> None:
            tries.append(statements)
            if len(tries) == 1:
                reader.execute("LOCK TABLE accounts_user")
                try:
                    with connection.cursor() as cursor:
                        cursor.execute("SET lock_timeout = '10ms'; TRUNCATE accounts_user CASCADE")
                finally:
                    reader.rollback()
                    connection.close()

        ending.emptied(empty, ["TRUNCATE"])
    assert tries == [[ending.BRIEFLY, "TRUNCATE"]] * 2


def test_a_request_that_has_not_ended_is_waited_for() -> None:
    may_end = threading.Event()
    request = threading.Thread(target=may_end.wait, daemon=True)
    ending.CountingServer.serving.append(request)
    request.start()
    threading.Timer(0.05, may_end.set).start()
    ending.wait_for_everything()
    assert not request.is_alive()
