"""The ward board: open work by time left, in sections, each row with what can be done from the list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.duty import may_arrange
from accounts.models import User, Ward
from accounts.rota import people_on_duty_at, wards_watched_by
from notifications.channels.registry import channels
from notifications.selectors import Reach, reachability
from portal.pages.board.drawn_rows import DrawnRow, KeptRow, View, rows_of
from portal.pages.board.filters import Narrowed, state_choices
from portal.pages.case import context
from portal.pages.case.context import Contact
from referral.alerts.alarm import is_expected_by
from referral.models import Case
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import State
from referral.queries import cases as case_queries
from referral.queries import worklists
from referral.queries.board import board_places, open_work_of
from referral.queries.worklists import Place

PER_PAGE = 50
MINE = "mine"
TABS: dict[str, tuple[Text, str]] = {
    MINE: (_("Mine to do"), ""),
    "window-1": (_("Window 1"), "window_1"),
    "window-2": (_("Window 2"), "window_2"),
    "follow-up": (_("Follow-up"), "follow_up"),
}
FIRST_TAB = "window-1"

SECTIONS: tuple[tuple[str, Text], ...] = (
    (State.UNPLACED, _("No ward found: redirect or call")),
    (State.CLOSED, _("Outcome to be settled")),
    (State.OFFERED, _("Waiting for an answer")),
    (State.IN_TRANSIT, _("On the way")),
    (State.ACCEPTED, _("Accepted, not yet left")),
    (State.REGISTERED, _("Indicators awaited")),
    (State.WATCHED, _("Watched")),
    (State.ADMITTED, _("Diagnosis awaited")),
    (State.DIAGNOSED, _("Diagnosed, in treatment")),
    (State.FOLLOW_UP, _("Follow-up")),
)


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one state on this page; `count` are those of all pages."""

    title: Text
    state: str
    rows: list[DrawnRow | KeptRow]
    count: int


@dataclass(frozen=True, slots=True)
class WardStatus:
    """One ward beside the list. `may_switch`: the reader may open and close it."""

    ward: Ward
    contacts: list[Contact]
    may_switch: bool


@dataclass(frozen=True, slots=True)
class Tab:
    name: str
    label: Text
    count: int
    is_here: bool


def live(user: User, now: datetime, *, asked: Mapping[str, str]) -> dict[str, Any]:
    """The part of the board that changes by itself, of the tab, page, state and order `asked` for."""
    wards = list(wards_watched_by(user))
    on_duty = people_on_duty_at(wards, now)
    return {
        **changed_rows(user, now, asked=asked, changed=None),
        "wards": [_ward_status(user, ward, on_duty[ward.pk]) for ward in wards],
        "is_expected": is_expected_by(
            {ward: [one.pk for one in people] for ward, people in on_duty.items()}, user
        ),
        "reach": reach(reachability(user)),
        "looks_up": bool(user.access.wards),
    }


def changed_rows(
    user: User, now: datetime, *, asked: Mapping[str, str], changed: Collection[UUID] | None
) -> dict[str, Any]:
    """The list that is `asked` for, with the rows of the cases `changed`, None for all, and the places of the
    others: whoever has those rows keeps them."""
    name = asked.get("tab", "")
    name = name if name in TABS else FIRST_TAB
    work = open_work_of(user)
    counts = {key: sum(_in_part(work.by_state, part).values()) for key, (_label, part) in TABS.items()}
    counts[MINE] = worklists.number_to_do(user, now)
    of_tab = _in_part(work.by_state, TABS[name][1])
    narrowed = Narrowed.of(asked, of_tab, {str(hospital.pk) for hospital in work.hospitals})
    cases = _filtered(_of_tab(user, name, narrowed, now), narrowed, now)
    count = cases.count() if narrowed.is_filtered else of_tab.get(narrowed.state, counts[name])
    shown = _page(cases, count, asked.get("page", ""))
    places = [Place(*values) for values in shown]
    rows = rows_of(places, View(user, name, now), changed)
    return {
        "now": now,
        "tab": name,
        "page": shown,
        "drawn": [place for place, row in zip(places, rows, strict=True) if not row.is_kept],
        "tabs": [Tab(key, label, counts[key], key == name) for key, (label, _part) in TABS.items()],
        "narrowed": narrowed,
        "choices": state_choices(of_tab, narrowed),
        "hospitals": work.hospitals,
        "sections": sections(rows, {} if narrowed.is_filtered else of_tab),
        "coordinates": bool(user.access.coordinates),
    }


def _page(rows: QuerySet[Case], count: int, number: str) -> Page[Any]:
    """A page of the places of `rows`, of which there are `count`."""
    paginator = Paginator(rows.values_list(*Place._fields), PER_PAGE)
    paginator.count = count
    return paginator.get_page(number or 1)


def _in_part(by_state: Mapping[str, int], part: str) -> dict[str, int]:
    """Those of the counts by state that are of a part of the pathway."""
    return {state: count for state, count in by_state.items() if state in case_queries.PARTS.get(part, ())}


def _of_tab(user: User, name: str, narrowed: Narrowed, now: datetime) -> QuerySet[Case]:
    if name == MINE:
        return worklists.to_do(user, now)
    rows = board_places(user, TABS[name][1], worklists.ORDERS[narrowed.order])
    return rows.filter(state=narrowed.state) if narrowed.state else rows


def _filtered(rows: QuerySet[Case], narrowed: Narrowed, now: datetime) -> QuerySet[Case]:
    if narrowed.hospital:
        rows = rows.filter(hospital=UUID(narrowed.hospital))
    return worklists.overdue(rows, now) if narrowed.overdue else rows


def sections(rows: Iterable[DrawnRow | KeptRow], counts: Mapping[str, int]) -> list[Section]:
    """The rows by state, what needs an answer first; the order within a state is kept. `counts` are by state,
    of all pages where they are known."""
    by_state: dict[str, list[DrawnRow | KeptRow]] = {}
    for row in rows:
        by_state.setdefault(row.state, []).append(row)
    return [
        Section(title, state, by_state[state], counts.get(state, len(by_state[state])))
        for state, title in SECTIONS
        if state in by_state
    ]


def _ward_status(user: User, ward: Ward, on_duty: Sequence[User]) -> WardStatus:
    return WardStatus(ward, context.duty_contacts(on_duty), may_switch=may_arrange(user, ward))


def reach(contact_methods: list[Reach]) -> dict[str, Any]:
    """Whether alerts reach the reader outside of this page: "good", "unknown" or "bad", and where."""
    enabled = [method for method in contact_methods if method.enabled]
    installed = channels()
    if any(method.works for method in enabled):
        level = "good"
    else:
        level = "unknown" if any(method.works is None for method in enabled) else "bad"
    return {
        "level": level,
        "contact_methods": [(installed[method.channel].label, method) for method in enabled],
    }
