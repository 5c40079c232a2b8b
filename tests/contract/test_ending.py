"""The suite's own rule: rows of a test are deleted when nobody of that test uses them any more."""

import socket
import threading
import time
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from pytest_django.live_server_helper import LiveServer

from accounts.models import AuditEntry, User
from tests import ending
from tests.world import NOW

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

        migrated = ending.MigratedRows()
        monkeypatch.setattr(ending.time, "sleep", read_on)
        monkeypatch.setattr(migrated, "_write", lambda: order.append("restored"))
        migrated.restore()
    assert order == ["asked to wait", "restored"]


def test_a_lock_that_is_in_the_way_is_tried_again_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with another() as reader:
        migrated = ending.MigratedRows()
        write, tries = migrated._write, []

        def write_in_vain() -> None:
            tries.append("locked" if not tries else "free")
            if tries == ["locked"]:
                reader.execute("LOCK TABLE accounts_user")
            try:
                write()
            finally:
                reader.rollback()

        monkeypatch.setattr(migrated, "_write", write_in_vain)
        migrated.restore()
    assert tries == ["locked", "free"]


def test_the_rows_of_a_test_go_and_those_of_the_migrations_come_back() -> None:
    migrated = ending.MigratedRows()
    permissions = list(Permission.objects.order_by("pk").values())
    person = User.objects.create_user("somebody@test.example", name="somebody")
    AuditEntry.objects.create(at=NOW, actor=person, action="sign_in")
    Permission.objects.filter(codename="add_user").delete()
    migrated.restore()
    assert not User.objects.exists() and not AuditEntry.objects.exists()
    assert list(Permission.objects.order_by("pk").values()) == permissions


def test_a_request_that_has_not_ended_is_waited_for() -> None:
    may_end = threading.Event()
    request = threading.Thread(target=may_end.wait, daemon=True)
    request.start()
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ending.CountingServer.serving[request] = ours
        threading.Timer(0.05, may_end.set).start()
        ending.wait_for_everything()
    assert not request.is_alive()


def test_a_connection_that_is_kept_open_and_asks_nothing_is_hung_up_on(live_server: LiveServer) -> None:
    address = urlsplit(live_server.url)
    with socket.create_connection((address.hostname, address.port)) as idle:
        while not ending.CountingServer.serving:
            time.sleep(0.01)
        ending.wait_for_everything()
        assert idle.recv(1) == b""
