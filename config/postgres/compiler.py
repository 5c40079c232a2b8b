"""Questions in SQL: what depends on a model's columns alone is not worked out anew for each of them.

A case is read with a hundred and fifty columns of a dozen tables. For each question Django makes an object
for every column, hashes it by the signature of its class where anything is ordered, and quotes its name.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.backends.postgresql.compiler import SQLCompiler as PostgresCompiler
from django.db.models import Field
from django.db.models.expressions import Col
from django.db.models.options import Options

__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLCompiler(PostgresCompiler):
    """Django's, with shorter ways for what stands in almost every question."""

    def compile(self, node: Any) -> tuple[str, Any]:
        if type(node) is not Col or not node.alias:
            return super().compile(node)
        table = self.quote_cache.get(node.alias) or self.quote_name_unless_alias(node.alias)
        return f'{table}."{node.target.column}"', []

    def get_default_columns(
        self, select_mask: Any, start_alias: str | None = None, opts: Any = None, from_parent: Any = None
    ) -> list[Any]:
        opts = opts or self.query.get_meta()
        if opts is None or opts.parents or opts.proxy or select_mask or from_parent:
            return super().get_default_columns(select_mask, start_alias, opts, from_parent)
        return [*_columns(opts, start_alias or self.query.get_initial_alias())]

    def get_converters(self, expressions: Iterable[Any]) -> dict[int, Any]:
        to_convert: Any = [None if _comes_as_it_is(one) else one for one in expressions]
        return super().get_converters(to_convert)

    def _order_by_pairs(self) -> Any:
        """Ordering names the columns of related tables instead of looking for their place in the answer.

        An annotation is ordered by its place, so that it is computed once.
        """
        pairs: Callable[[], Any] = super()._order_by_pairs
        query = self.query
        if not self.select or query.combinator or query.distinct or query.group_by is not None:
            return pairs()
        whole = self.select
        self.select = whole[: max(self.annotation_col_map.values(), default=-1) + 1]
        try:
            return [*pairs()]
        finally:
            self.select = whole


@lru_cache(maxsize=4096)
def _columns(opts: Options, alias: str) -> tuple[Col, ...]:
    """A model's columns, of its table under that name."""
    return tuple(field.get_col(alias) for field in opts.concrete_fields)


def _comes_as_it_is(expression: Any) -> bool:
    """Whether it is a column of whose values nothing has to be made."""
    return (
        type(expression) is Col
        and expression.target is expression.output_field
        and _is_plain(expression.target)
    )


@lru_cache(maxsize=4096)
def _is_plain(field: Field) -> bool:
    return not hasattr(field, "from_db_value") and type(field).get_db_converters is Field.get_db_converters
