"""From nothing, `migrate` makes exactly what the models say, and rules that only the database can keep."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.migrations import RunPython

ROOT = Path(__file__).parents[2]
SETS = {folder.parent.name: sorted(folder.glob("0*.py")) for folder in ROOT.glob("*/migrations")}
DEFINITIONS = """
WITH tables AS (
    SELECT c.oid, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = %s AND c.relname = ANY(%s)
)
SELECT relname, conname, pg_get_constraintdef(c.oid) FROM pg_constraint c JOIN tables t ON t.oid = c.conrelid
UNION ALL
SELECT relname, 'index', pg_get_indexdef(indexrelid) FROM pg_index JOIN tables t ON t.oid = indrelid
UNION ALL
SELECT relname, attname, concat_ws(
    ' ', format_type(atttypid, atttypmod), attnotnull, attidentity, attgenerated, pg_get_expr(adbin, adrelid)
)
FROM pg_attribute a JOIN tables t ON t.oid = attrelid
LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
WHERE attnum > 0 AND NOT attisdropped
"""
"""Every constraint, index and column of tables in a schema, by table and name."""
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
def test_migrating_from_nothing_makes_what_the_models_would_make_by_themselves() -> None:
    """Every column, constraint and index, in both directions, as PostgreSQL defines them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA of_models; SET LOCAL search_path TO of_models, public")
        with connection.schema_editor() as editor:
            for model in OWN:
                if not model._meta.auto_created:
                    editor.create_model(model)
        cursor.execute("SET LOCAL search_path TO public")
    assert definitions("public") == definitions("of_models")


def definitions(schema: str) -> set[str]:
    tables = [model._meta.db_table for model in OWN]
    return {" ".join(row).replace(f"{schema}.", "") for row in rows(DEFINITIONS, schema, tables)}


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
