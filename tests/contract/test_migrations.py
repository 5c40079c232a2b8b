"""From nothing, `migrate` makes exactly what the models say, and rules that only the database can keep."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations import RunPython

ROOT = Path(__file__).parents[2]
SETS = {folder.parent.name: sorted(folder.glob("0*.py")) for folder in ROOT.glob("*/migrations")}
OWN = [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in SETS]


def rows(query: str, *values: object) -> Iterator[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        yield from cursor.fetchall()


@pytest.mark.django_db
def test_no_model_waits_for_a_migration() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("app", SETS)
def test_the_first_release_starts_from_one_clean_set(app: str) -> None:
    names = [file.stem for file in SETS[app]]
    assert names in (["0001_initial"], ["0001_initial", "0002_rules"])
    for name in names:
        migration = import_module(f"{app}.migrations.{name}").Migration
        assert not any(isinstance(step, RunPython) for step in migration.operations)


@pytest.mark.django_db
def test_the_database_has_the_tables_of_the_models_and_no_other() -> None:
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
    own = {table for table in tables if table.split("_")[0] in SETS}
    assert own == {model._meta.db_table for model in OWN}


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_a_table_has_the_columns_of_its_model(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, model._meta.db_table)
    fields = model._meta.local_concrete_fields
    may_be_null = {field.column: field.null or field.generated for field in fields}
    assert {column.name: column.null_ok for column in columns} == may_be_null


@pytest.mark.django_db
@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_a_table_has_the_named_constraints_and_indexes_of_its_model(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        in_database = connection.introspection.get_constraints(cursor, model._meta.db_table)
    named = {one.name for one in (*model._meta.constraints, *model._meta.indexes)}
    assert named <= set(in_database)


@pytest.mark.django_db
def test_no_table_that_is_append_only_can_be_emptied() -> None:
    kept = list(
        rows("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%%append\\_only'")
    )
    assert len(kept) >= 20
    may_empty = [
        name for (name,) in kept if next(rows("SELECT has_table_privilege(%s, 'TRUNCATE')", name))[0]
    ]
    assert not may_empty
