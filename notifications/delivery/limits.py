"""How many messages a person may be sent: asked and counted in one statement, however many workers ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

Scope = tuple[UUID, str, str]
"""Person, channel, and what the limit is about: a bundle key, or empty for everything on that channel."""

TAKE = """
INSERT INTO notifications_allowance AS allowance (person_id, channel, scope, since, used, most)
SELECT person, channel, scope, %(now)s, least(wanted, most), most
FROM unnest(%(persons)s::uuid[], %(channels)s::text[], %(scopes)s::text[], %(wanted)s::int[], %(most)s::int[])
    AS ask(person, channel, scope, wanted, most)
ORDER BY person, channel, scope
ON CONFLICT (person_id, channel, scope) DO UPDATE SET
    most = excluded.most,
    since = CASE WHEN allowance.since <= %(over)s THEN excluded.since ELSE allowance.since END,
    used = CASE WHEN allowance.since <= %(over)s THEN excluded.used
        ELSE greatest(allowance.used, least(allowance.used + excluded.used, excluded.most)) END
RETURNING new.person_id, new.channel, new.scope, new.since,
    CASE WHEN old.since IS NULL OR old.since <= %(over)s THEN new.used ELSE new.used - old.used END
"""


@dataclass(frozen=True, slots=True)
class Ask:
    """`count` messages, of `most` within the time."""

    count: int
    most: int


@dataclass(frozen=True, slots=True)
class Grant:
    """How many of the messages asked for may go now, and when the count begins anew."""

    granted: int
    again_at: datetime


def take(asks: Mapping[Scope, Ask], *, within: timedelta, now: datetime) -> dict[Scope, Grant]:
    """Count the messages of `asks` against their limits within that time, as far as they allow it."""
    if not asks:
        return {}
    persons, channels, scopes = zip(*asks, strict=True)
    params: dict[str, Any] = {
        "persons": list(persons),
        "channels": list(channels),
        "scopes": list(scopes),
        "wanted": [ask.count for ask in asks.values()],
        "most": [ask.most for ask in asks.values()],
        "now": now,
        "over": now - within,
    }
    with connection.cursor() as cursor:
        cursor.execute(TAKE, params)
        return {
            (person, channel, scope): Grant(granted, since + within)
            for person, channel, scope, since, granted in cursor.fetchall()
        }
