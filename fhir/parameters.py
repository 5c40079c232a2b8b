"""Search parameters: what a value of one means for the rows of a table."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.moments import read_moment
from fhir.datatypes import as_uuid
from fhir.outcomes import refused

NOTHING = Q(pk__in=())
PREFIXES: Mapping[str, str] = {"eq": "", "ge": "__gte", "gt": "__gt", "le": "__lte", "lt": "__lt"}
DAY = timedelta(days=1)
WHOLE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
ZONED = re.compile(r"(?:Z|[+-]\d{2}:\d{2})$")


@dataclass(frozen=True, slots=True)
class Parameter:
    """`kind` as the CapabilityStatement has it; `condition` makes one of a value. Raises Refused.

    `codes`: all that a token can be, where that is one list.
    """

    kind: str
    condition: Callable[[str], Q]
    codes: frozenset[str] = frozenset()


def token(field: str, codes: Mapping[str, Q] | None = None) -> Parameter:
    """A code, with or without its system before a bar; `codes` where ours are not the field's."""

    def condition(value: str) -> Q:
        code = value.rpartition("|")[2]
        return codes.get(code, NOTHING) if codes is not None else Q(**{field: code})

    return Parameter("token", condition, frozenset(codes or ()))


def identifier(build: Callable[[str, str], Q]) -> Parameter:
    def condition(value: str) -> Q:
        system, _bar, number = value.rpartition("|")
        return build(system, number)

    return Parameter("token", condition)


def reference(field: str, *types: str) -> Parameter:
    """An id, with or without its type before a slash."""

    def condition(value: str) -> Q:
        named, slash, pk = value.rpartition("/")
        resource_type = named.rpartition("/")[2]
        key = as_uuid(pk)
        is_other = bool(slash) and resource_type not in types
        return NOTHING if key is None or is_other else Q(**{field: key})

    return Parameter("reference", condition)


def text(*fields: str) -> Parameter:
    def condition(value: str) -> Q:
        return Q(*(Q(**{f"{field}__istartswith": value}) for field in fields), _connector=Q.OR)

    return Parameter("string", condition)


def moment(field: str) -> Parameter:
    return Parameter("date", lambda value: _when(field, value))


def _when(field: str, value: str) -> Q:
    start, end, prefix = period_of(value)
    if prefix == "eq":
        return Q(**{f"{field}__gte": start, f"{field}__lt": end})
    edge = end if prefix in ("gt", "le") else start
    lookup = {"gt": "gte", "le": "lt", "ge": "gte", "lt": "lt"}[prefix]
    return Q(**{f"{field}__{lookup}": edge})


def period_of(value: str) -> tuple[datetime, datetime, str]:
    """Start and end of what a date says, and its prefix. Raises Refused.

    A year, a month, a day, a minute or a second is all of it. A day is one of UTC, as is a time without zone.
    """
    prefix, rest = (value[:2], value[2:]) if value[:2] in PREFIXES else ("eq", value)
    try:
        start, end = _span(rest.replace(" ", "+"))
    except (ValueError, OverflowError) as error:
        message = _("“%(value)s” is no date. Write for example ge2026-05-17 or ge2026-05-17T08:00:00+08:00.")
        raise refused(400, message % {"value": value[:40]}, kind="value", code="date") from error
    return start, end, prefix


def _span(text: str) -> tuple[datetime, datetime]:
    """Raises ValueError, also for years that nobody means."""
    match = WHOLE.fullmatch(text)
    if match is None:
        start = read_moment(text if ZONED.search(text) else f"{text}+00:00")
        return start, start + _width(text, start)
    year, month, day = (int(part) if part else None for part in match.groups())
    start = read_moment(datetime(year or 0, month or 1, day or 1, tzinfo=UTC))
    if day:
        return start, start + DAY
    if month:
        return start, datetime(start.year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return start, datetime(start.year + 1, 1, 1, tzinfo=UTC)


def _width(text: str, start: datetime) -> timedelta:
    if start.microsecond or "." in text:
        return timedelta(microseconds=1)
    return timedelta(seconds=1 if text.count(":", 0, 19) == 2 else 60)


def matches_date(moment_text: str | None, value: str) -> bool:
    """Whether a rendered moment is within what a date parameter says."""
    start, end, prefix = period_of(value)
    if moment_text is None:
        return False
    at = datetime.fromisoformat(moment_text)
    tests: dict[str, Any] = {
        "eq": start <= at < end,
        "ge": at >= start,
        "gt": at >= end,
        "le": at < end,
        "lt": at < start,
    }
    return bool(tests[prefix])
