"""Nothing is asked of the database twice while a verb is done."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def reads_once() -> Iterator[None]:
    """Fails where the same question with the same values is asked a second time in the block."""
    asked: Counter[tuple[str, str]] = Counter()

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if (sql.lstrip().startswith("SELECT") and " FROM " in sql) or sql.startswith("EXECUTE"):
            asked[sql, repr(params)] += 1
        return execute(sql, params, many, context)

    with connection.execute_wrapper(count):
        yield
    twice = [sql for (sql, _params), times in asked.items() if times > 1]
    assert not twice, twice
