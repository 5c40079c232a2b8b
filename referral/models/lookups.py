"""Conditions that the database can look up, where Django's own would have it read every row."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet


class _IsAny(Func):
    template, arg_joiner = "%(expressions)s)", " = ANY ("
    output_field = BooleanField()


def one_of(rows: QuerySet[Any, Any]) -> Q:
    """The row's id is among `rows`, a query for ids.

    As `id = ANY (ARRAY (query))`: the query is asked once, before. `id IN (query)` as one of several
    alternatives is a filter over the whole table, however few it lets through.
    """
    return Q(_IsAny(F("pk"), ArraySubquery(rows)))
