"""What a screen shows: the ward's requests and arrivals, and who is in the ward, as far as there is room."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from portal.models import WallScreen
from portal.pages.board.rows import Row, row_of
from portal.pages.case.scene import people_around
from referral.models import Case
from referral.pathway.refusals import Text
from referral.queries import access_log
from referral.queries import cases as case_queries
from referral.queries.board import board, open_work_of

PARTS: tuple[tuple[str, Text, Text], ...] = (
    ("window_1", _("Requests and arrivals"), _("No open request")),
    ("window_2", _("In the ward"), _("No patient of this pathway in the ward")),
)
ROOM = 6
"""Rows of a part that a screen of 1080 lines has room for."""


@dataclass(frozen=True, slots=True)
class WallRow:
    row: Row
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """`more`: cases that there is no room for."""

    key: str
    title: Text
    nobody: Text
    rows: list[WallRow]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def wall(screen: WallScreen, now: datetime) -> dict[str, Any]:
    """The parts of a screen at `now`; which cases it showed is audited."""
    user = screen.account
    by_state = open_work_of(user).by_state
    parts = []
    for key, title, nobody in PARTS:
        count = sum(by_state.get(state, 0) for state in case_queries.PARTS[key])
        parts.append(Part(key, title, nobody, _rows(screen, key, now), count))
    cases = [entry.row.case for part in parts for entry in part.rows]
    access_log.record_live(user=user, cases=cases, now=now)
    return {"screen": screen, "now": now, "parts": parts}


def _rows(screen: WallScreen, part: str, now: datetime) -> list[WallRow]:
    cases = list(board(screen.account, part)[:ROOM])
    people = people_around(cases, now)
    return [WallRow(row_of(case, screen.account, now, people), _name(case, screen)) for case in cases]


def _name(case: Case, screen: WallScreen) -> str:
    return case.patient.name if screen.shows_names else initials(case.patient.name)


def initials(name: str) -> str:
    """A name as a corridor may read it: the first character of a Chinese one, the initials of others."""
    words = name.split()
    if not words:
        return ""
    if "CJK" in unicodedata.name(words[0][0], ""):
        return f"{words[0][0]}**"
    return " ".join(f"{word[0].upper()}." for word in words)
