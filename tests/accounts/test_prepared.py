"""A statement is read and planned once for each connection that executes it."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from accounts.models import Hospital, Network, Ward
from accounts.prepared import ANY, PreparedRows, PreparedStatement
from tests.world import NOW

RENAMED = "UPDATE accounts_network SET name_en = %s WHERE id = %s"


@pytest.fixture
def rename() -> PreparedStatement:
    return PreparedStatement("rename_network", RENAMED)


@pytest.fixture
def network(transactional_db: None) -> Network:
    return Network.objects.create(name_zh="网络", name_en="Network")


def executed_here() -> list[int]:
    """How often this connection executed what it prepared."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE name = 'rename_network'"
        )
        return [many for (many,) in cursor.fetchall()]


def test_it_is_prepared_once_and_executed_with_its_parameters(
    rename: PreparedStatement, network: Network
) -> None:
    connection.close()
    for name in ("First", "Second's"):
        rename.execute(name, network.pk)
    network.refresh_from_db()
    assert network.name_en == "Second's"
    assert executed_here() == [2]


def test_another_connection_prepares_its_own(rename: PreparedStatement, network: Network) -> None:
    connection.close()
    rename.execute("First", network.pk)
    connection.close()
    rename.execute("Second", network.pk)
    network.refresh_from_db()
    assert network.name_en == "Second"
    assert executed_here() == [1]


def test_what_was_prepared_outlives_a_transaction_that_is_taken_back(
    rename: PreparedStatement, network: Network
) -> None:
    connection.close()
    with transaction.atomic():
        rename.execute("First", network.pk)
        transaction.set_rollback(True)
    rename.execute("Second", network.pk)
    network.refresh_from_db()
    assert network.name_en == "Second"
    assert executed_here() == [2]


def test_what_the_database_refuses_is_raised_as_by_any_statement(network: Network) -> None:
    statement = PreparedStatement("unreadable", "UPDATE nothing")
    with pytest.raises(DatabaseError):
        statement.execute()


WARDS_OF_A_NETWORK = PreparedRows(
    "wards_of_a_network",
    lambda: (
        Ward.objects.select_for_update(of=("self",))
        .select_related("hospital__network")
        .filter(hospital__network=ANY, closed_reason="")
        .order_by("name_en")
    ),
)


def everything(row: Model) -> dict[str, object]:
    """The row's columns, and those of the rows that were read with it."""
    related = {name: everything(other) for name, other in row._state.fields_cache.items()}
    return {**related, **{name: value for name, value in vars(row).items() if name != "_state"}}


@pytest.fixture
def wards(network: Network) -> list[Ward]:
    hospital = Hospital.objects.create(network=network, name_zh="甲", name_en="A", level="tertiary")
    Ward.objects.create(
        hospital=hospital, name_zh="旧", name_en="Old", beds=1, closed_at=NOW, closed_reason="x"
    )
    return [
        Ward.objects.create(hospital=hospital, name_zh=name, name_en=name, beds=beds)
        for name, beds in (("First", 3), ("Second", 4))
    ]


def test_rows_come_as_the_query_set_gives_them(
    wards: list[Ward], network: Network, django_assert_num_queries: Any
) -> None:
    with transaction.atomic():
        for _time in range(2):
            with django_assert_num_queries(1):
                rows = WARDS_OF_A_NETWORK.of(network.pk)
                assert [row.hospital.network for row in rows] == [network, network]
            asked = Ward.objects.select_related("hospital__network").filter(closed_reason="")
            assert [*map(everything, rows)] == [*map(everything, asked.order_by("name_en"))]
            assert rows == wards
        assert WARDS_OF_A_NETWORK.of(uuid4()) == []


def test_rows_are_locked_in_a_transaction_only(network: Network) -> None:
    with pytest.raises(TransactionManagementError):
        WARDS_OF_A_NETWORK.of(network.pk)


def test_threads_that_are_the_first_to_ask_share_one_statement(wards: list[Ward]) -> None:
    met, asked_twice, answers = Barrier(2), Barrier(2), []

    question = Ward.objects.filter(pk=ANY)
    into_sql = question.query.get_compiler

    def both_at_once(using: str) -> Any:
        with suppress(BrokenBarrierError):
            met.wait(timeout=0.5)
        return into_sql(using)

    question.query.get_compiler = both_at_once  # type: ignore[method-assign, assignment]
    rows = PreparedRows("ward_of_threads", lambda: question)

    def ask() -> None:
        for _time in range(2):
            answers.append(rows.of(wards[0].pk))
            asked_twice.wait(timeout=5)
        connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [wards[:1]] * 4
