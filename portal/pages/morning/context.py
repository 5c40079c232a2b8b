"""What the page of a coordinator's morning shows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from accounts.models import User
from portal.windows import duration, label_of
from referral.models import Case, Deadline, Event
from referral.pathway import timeline
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Party, Verb
from referral.queries import access_log, cases, morning


@dataclass(frozen=True, slots=True)
class Row:
    """One case on the page. `words`: what is said of it; `calls`: names and numbers, the nearest first."""

    case: Case
    words: Sequence[Text]
    calls: list[tuple[str, str]]
    may_redirect: bool
    is_late: bool = False


def morning_of(user: User, now: datetime) -> dict[str, Any]:
    """The parts of the page at `now`."""
    mine, since = morning.coordinated(user), morning.evening_before(now, settings.DEFAULT_DISPLAY_ZONE)
    night = morning.by_case(morning.overnight(mine, since, now)[: morning.MOST])
    late = list(morning.overdue(mine, now)[: morning.MOST])
    soon = list(morning.due_soon(mine, now)[: morning.MOST])
    asked = list(morning.follow_ups(mine, now)[: morning.MOST])
    waiting = morning.waiting(user)
    named = {*night, *(row.case_id for row in (*late, *soon, *asked))} - {case.pk for case in waiting}
    by_id = {case.pk: case for case in (*waiting, *cases.worklist(user).filter(pk__in=named))}
    access_log.record_live(user=user, cases=list(by_id.values()), now=now)
    return {
        "now": now,
        "since": since,
        "soon": _of_deadlines((*late, *soon), by_id, user, now),
        "waiting": _by_party(waiting, user, now),
        "night": [_row(by_id[pk], _of_night(events), user) for pk, events in night.items() if pk in by_id],
        "follow_ups": _of_deadlines(asked, by_id, user, now),
        "most": morning.MOST,
    }


def _row(case: Case, words: Sequence[Text], user: User, *, is_late: bool = False) -> Row:
    usable = verbs_of(cases.sides(user, case), case)
    return Row(case, words, _calls(case), Verb.REDIRECT in usable, is_late)


def _calls(case: Case) -> list[tuple[str, str]]:
    """The ward that is asked, expects or has the patient, then the first hospital."""
    offer = cases.current_offer(case)
    ward = offer.ward if offer is not None and offer.is_open else case.ward
    called = [(ward.name, ward.phone)] if ward is not None else []
    return [*called, *([(case.hospital.name, case.hospital.phone)] if case.hospital.phone else [])]


def _of_night(events: Iterable[Event]) -> list[Text]:
    """What happened, the first first, each once."""
    return list(
        dict.fromkeys(str(timeline.label(event.what, event.state_after)) for event in reversed([*events]))
    )


def _of_deadlines(
    rows: Iterable[Deadline], by_id: dict[UUID, Case], user: User, now: datetime
) -> list[tuple[Row, Deadline, str]]:
    """Each deadline with its case, and time left or how late it is."""
    shown = []
    for deadline in rows:
        case = by_id.get(deadline.case_id)
        if case is None:
            continue
        due = getattr(deadline, "asked_at", deadline.due_at)
        row = _row(case, [label_of(deadline, case.hospital.zone)], user, is_late=due <= now)
        shown.append((row, deadline, duration(abs(due - now))))
    return shown


def _by_party(waiting: Iterable[Case], user: User, now: datetime) -> list[tuple[Text, list[Row]]]:
    """The acute cases by who is awaited, in the order of the parties."""
    groups: dict[Party, list[Row]] = {}
    for case in waiting:
        step = cases.awaited_of(case)
        if step is not None:
            party, what = step
            groups.setdefault(party, []).append(_row(case, [what], user))
    return [(party.label, groups[party]) for party in Party if party in groups]
