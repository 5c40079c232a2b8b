"""What the page of a coordinator's morning shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import User
from portal.windows import duration, label_of
from referral.models import Event
from referral.pathway import timeline
from referral.pathway.refusals import Text
from referral.queries import morning
from referral.queries.morning import MorningCase, MorningDeadline


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the page. `words`: what is said of it; `left`: time left, or how late it is, if any."""

    about: MorningCase
    words: Sequence[Text]
    left: str = ""
    is_late: bool = False


def morning_of(user: User, now: datetime) -> dict[str, Any]:
    """The parts of the page at `now`."""
    read = morning.read_morning(user, now, settings.DEFAULT_DISPLAY_ZONE)
    return {
        "now": now,
        "since": read.since,
        "soon": [_of_deadline(row, now) for row in read.due],
        "waiting": [
            (party.label, [Row(about, [what]) for about, what in rows])
            for party, rows in read.waiting.items()
        ],
        "night": [Row(about, _of_night(events)) for about, events in read.night],
        "follow_ups": [_of_deadline(row, now) for row in read.follow_ups],
    }


def _of_night(events: Iterable[Event]) -> list[Text]:
    """What happened, the first first, each once."""
    return list(dict.fromkeys(str(timeline.label(event.what, event.state_after)) for event in events))


def _of_deadline(row: MorningDeadline, now: datetime) -> Row:
    words = [label_of(row.deadline, row.about.case.hospital.zone)]
    return Row(row.about, words, duration(abs(row.due_at - now)), is_late=row.due_at <= now)
