"""What the strip of free beds shows: the reader's own wards with their buttons, then the others."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from referral.pathway.refusals import Text
from referral.queries.ward_places import WardPlace, network_places

USUAL = (0, 1, 2, 3)
"""The figures that a ward can state by one tap, beside those next to its own."""


@dataclass(frozen=True, slots=True)
class OwnPlace:
    """A ward of the reader, with the figures to tap. `problem`: why what was stated was refused."""

    place: WardPlace
    choices: list[int]
    typed: str = ""
    problem: Text = ""

    @property
    def version(self) -> int | str:
        return self.place.figure.version if self.place.figure else ""


def places(
    user: User, now: datetime, *, refused: str = "", typed: str = "", problem: Text = ""
) -> dict[str, Any]:
    """The wards of the reader's networks. `refused`: the id of the ward of which `typed` was refused."""
    rows = network_places(user, now)
    own = [_own(row, refused, typed, problem) for row in rows if row.may_state]
    others = [row for row in rows if not row.may_state]
    return {
        "own_places": own,
        "other_places": others,
        "free_elsewhere": sum(row.free or 0 for row in others if row.ward.is_open),
        "wards_with_beds": sum(1 for row in others if row.free and row.ward.is_open),
        "wards_unsaid": sum(1 for row in others if row.free is None and row.ward.is_open),
        "now": now,
    }


def _own(place: WardPlace, refused: str, typed: str, problem: Text) -> OwnPlace:
    figure = place.figure.free if place.figure else 0
    near = {*USUAL, figure - 1, figure, figure + 1}
    choices = sorted(number for number in near if 0 <= number <= place.ward.beds)
    if str(place.ward.pk) != refused:
        return OwnPlace(place, choices)
    return OwnPlace(place, choices, typed, problem)
