"""Rows of the board as HTML, drawn once for all readers with the same rights who look within a minute.

What was drawn stays in the memory of the process. It serves again only for a case in which nothing happened
since, and for whoever has the same rights and language; what no event records (who is on duty, whether an
alert was opened) is at most a minute old.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID, uuid4

from django.core.cache import caches
from django.template.loader import get_template
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from accounts.access import Access
from accounts.models import User
from portal.pages.board.rows import row_of
from portal.pages.case.scene import people_around
from referral.queries.alert_proof import proofs_of
from referral.queries.background import backgrounds_of
from referral.queries.board import rows_of_board
from referral.queries.worklists import Place

KEPT_SECONDS = 60
READERS_FIELDS = "<!-- fields of the reader -->"
"""Where the form of a row has its fields that are one reader's own; typed text has no bare `<`."""


@dataclass(frozen=True, slots=True)
class View:
    """Through what a reader sees rows: nothing else of the reader may show on them."""

    user: User
    tab: str
    now: datetime

    def key(self, place: Place) -> str:
        """The same for all to whom the row of `place` looks the same."""
        is_due = place.next_due_at is not None and place.next_due_at <= self.now
        parts = (
            *(place.pk, place.event_count, place.file_count, place.has_new_files, is_due),
            *(self.tab, get_language(), int(self.now.timestamp()) // KEPT_SECONDS, _places(self.user.access)),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class DrawnRow:
    """A row in two pieces; between them the reader's own fields of its form, where `has_form`."""

    case_id: UUID
    state: str
    before: SafeString
    after: SafeString
    has_form: bool
    once: str = field(default_factory=lambda: uuid4().hex)

    is_kept = False


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The place of a case in the list whose row a page has already; `mark` tells whether it is as it was."""

    case_id: UUID
    state: str
    mark: str

    is_kept = True


def rows_of(
    places: Sequence[Place], view: View, changed: Collection[UUID] | None
) -> list[DrawnRow | KeptRow]:
    """A row of each of `places`; only a place where a page has the row already, because the case is not among
    the `changed`, None for all."""
    asked = [place for place in places if changed is None or place.pk in changed]
    drawn = _drawn(asked, view)
    return [
        _in_pieces(place, drawn[place.pk])
        if place.pk in drawn
        else KeptRow(place.pk, place.state, mark_of(place))
        for place in places
    ]


def _drawn(places: Sequence[Place], view: View) -> dict[UUID, str]:
    """The HTML of each row, by case; a case that the reader no longer sees has none."""
    keys = {place.pk: view.key(place) for place in places}
    kept = caches["rows"].get_many(keys.values())
    drawn = {case_id: kept[key] for case_id, key in keys.items() if key in kept}
    fresh = _draw([place for place in places if place.pk not in drawn], view)
    caches["rows"].set_many({keys[case_id]: html for case_id, html in fresh.items()}, KEPT_SECONDS)
    return drawn | fresh


def mark_of(place: Place) -> str:
    """What a page can tell by whether a row of its own is outdated."""
    return f"{place.event_count}.{place.file_count}.{int(place.has_new_files)}"


def _draw(places: Sequence[Place], view: View) -> dict[UUID, str]:
    marks = {place.pk: mark_of(place) for place in places}
    rows = rows_of_board(view.user, marks.keys())
    people, backgrounds = people_around(rows, view.now), backgrounds_of(rows)
    proofs = proofs_of(rows, view.now)
    template = get_template("portal/board/_row.html")
    around = {
        "now": view.now,
        "tab": view.tab,
        "coordinates": bool(view.user.access.coordinates),
        "readers_fields": SafeString(READERS_FIELDS),
    }
    drawn = {}
    for case in rows:
        background, proof = backgrounds.get(case.pk), proofs.get(case.pk)
        row = row_of(case, view.user, view.now, people, background, proof)
        drawn[case.pk] = template.render({**around, "row": row, "mark": marks[case.pk]})
    return drawn


def _in_pieces(place: Place, html: str) -> DrawnRow:
    before, mark, after = html.partition(READERS_FIELDS)
    return DrawnRow(place.pk, place.state, SafeString(before), SafeString(after), bool(mark))


def _places(access: Access) -> list[list[str]]:
    """Everything that a reader may do, in an order that is always the same."""
    values = (getattr(access, name.name) for name in fields(access))
    return [sorted(map(str, value)) for value in values if isinstance(value, frozenset)]
