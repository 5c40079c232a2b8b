"""Columns that PostgreSQL knows and Django does not."""

from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    WholeNumber = models.BigIntegerField[Any, Any]
else:
    WholeNumber = models.BigIntegerField


class TransactionField(WholeNumber):
    """The id of the transaction that wrote the row (xid8: it does not wrap around)."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, *_: Any) -> int | None:
        return None if value is None else int(value)

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        # As text, which PostgreSQL reads as xid8; it compares no number with one.
        return str(value) if isinstance(value, int | str) else value


class CurrentTransaction(models.Func):
    """The id of the running transaction."""

    function = "pg_current_xact_id"
    template = "%(function)s()"
    output_field = TransactionField()
