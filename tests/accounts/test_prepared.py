"""A statement is read and planned once for each connection that executes it."""

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import Network
from accounts.prepared import PreparedStatement

RENAMED = "UPDATE accounts_network SET name_en = $2 WHERE id = $1"


@pytest.fixture
def rename() -> PreparedStatement:
    return PreparedStatement("rename_network", ("uuid", "text"), RENAMED)


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
        rename.execute(network.pk, name)
    network.refresh_from_db()
    assert network.name_en == "Second's"
    assert executed_here() == [2]


def test_another_connection_prepares_its_own(rename: PreparedStatement, network: Network) -> None:
    connection.close()
    rename.execute(network.pk, "First")
    connection.close()
    rename.execute(network.pk, "Second")
    network.refresh_from_db()
    assert network.name_en == "Second"
    assert executed_here() == [1]


def test_what_was_prepared_outlives_a_transaction_that_is_taken_back(
    rename: PreparedStatement, network: Network
) -> None:
    connection.close()
    with transaction.atomic():
        rename.execute(network.pk, "First")
        transaction.set_rollback(True)
    rename.execute(network.pk, "Second")
    network.refresh_from_db()
    assert network.name_en == "Second"
    assert executed_here() == [2]


def test_what_the_database_refuses_is_raised_as_by_any_statement(network: Network) -> None:
    statement = PreparedStatement("unreadable", (), "UPDATE nothing")
    with pytest.raises(DatabaseError):
        statement.execute()
