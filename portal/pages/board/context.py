"""The ward board: open work by time left, in sections, each row with what can be done from the list."""

from collections.abc import Collection, Iterable, Mapping
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
from portal.lab_values import LabValue, common_age, in_words
from portal.pages.board.filters import Narrowed, state_choices
from portal.pages.case import context
from portal.pages.case.context import Contact
from portal.pages.case.scene import People, people_around
from portal.pages.case.situation import Situation, situation_of
from portal.pages.verbs import forms as verb_forms
from portal.pages.verbs.forms import VerbForm
from portal.pages.verbs.slugs import slug
from portal.pages.verbs.texts import TEXTS, VerbText
from portal.windows import Window
from referral.models import Case, Offer
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import Text
from referral.pathway.vocabulary import Party, State, Verb
from referral.queries import cases as case_queries
from referral.queries import worklists
from referral.queries.case_values import CaseValues, case_values
from referral.queries.referral_reasons import Ground, grounds_of
from scoring import texts
from scoring.inputs import ANY_INPUT

PER_PAGE = 50
ON_A_ROW = ("bilirubin", "inr", "urea", "sodium_mmol_l", "creatinine", "encephalopathy_grade")
"""The values that a row shows first."""
MOST_ON_A_ROW = 8

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

FORMS_ON_A_ROW: dict[str, tuple[Verb, ...]] = {
    State.WATCHED: (Verb.ANSWER_ADVICE,),
    State.OFFERED: (Verb.ACCEPT, Verb.DECLINE),
    State.UNPLACED: (Verb.REDIRECT,),
    State.ACCEPTED: (Verb.ADMIT,),
    State.IN_TRANSIT: (Verb.ADMIT,),
}


@dataclass(frozen=True, slots=True)
class FoldedForm:
    """A verb of a row whose form is fetched when it is unfolded."""

    slug: str
    text: VerbText


@dataclass(frozen=True, slots=True)
class KeptRow:
    """The place of a case in the list whose row a page has already, and which has not changed."""

    case_id: UUID
    state: str

    is_kept = True

    @property
    def id(self) -> str:
        return f"case-{self.case_id}"


@dataclass(frozen=True, slots=True)
class Row:
    """One case of the list. `is_new`: offered to the reader's ward and acknowledged by nobody.

    `values` are the newest of either side, `more_values` how many stand on the case beside them; `age` is
    that of all laboratory values where they share it. `ground`: what the first hospital said last when it
    referred.
    """

    case: Case
    offer: Offer | None
    due: Window | None
    window: Window | None
    values: list[LabValue]
    more_values: int
    age: str
    flags: list[str]
    missing: list[str]
    ground: Ground | None
    acknowledge: VerbForm | None
    folded: list[FoldedForm]
    may_redirect: bool
    is_new: bool
    situation: Situation

    is_kept = False

    @property
    def id(self) -> str:
        return f"case-{self.case.pk}"

    @property
    def state(self) -> str:
        return self.case.state


@dataclass(frozen=True, slots=True)
class Section:
    """The rows of one state on this page; `count` are those of all pages."""

    title: Text
    state: str
    rows: list[Row | KeptRow]
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
    return {
        **changed_rows(user, now, asked=asked, changed=None),
        "wards": ward_statuses(user, now),
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
    by_state = case_queries.state_counts(user)
    mine = case_queries.with_entered(worklists.to_do(user, now))
    counts = {key: sum(_in_part(by_state, part).values()) for key, (_label, part) in TABS.items()}
    counts[MINE] = mine.count()
    of_tab = _in_part(by_state, TABS[name][1])
    hospitals = case_queries.hospitals_of_open_work(user)
    narrowed = Narrowed.of(asked, of_tab, {str(hospital.pk) for hospital in hospitals})
    cases = mine if name == MINE else _of_tab(user, TABS[name][1], narrowed)
    cases = _filtered(cases, narrowed, now)
    count = cases.count() if narrowed.is_filtered else of_tab.get(narrowed.state, counts[name])
    shown = _page(cases, count, asked.get("page", ""))
    drawn, rows = _rows(shown, cases, changed, user, now)
    return {
        "now": now,
        "tab": name,
        "page": shown,
        "drawn": drawn,
        "tabs": [Tab(key, label, counts[key], key == name) for key, (label, _part) in TABS.items()],
        "narrowed": narrowed,
        "choices": state_choices(of_tab, narrowed),
        "hospitals": hospitals,
        "sections": sections(rows, {} if narrowed.is_filtered else of_tab),
        "coordinates": bool(user.access.coordinates),
    }


def _rows(
    shown: Page[Case], cases: QuerySet[Case], changed: Collection[UUID] | None, user: User, now: datetime
) -> tuple[list[Case], list[Row | KeptRow]]:
    """The cases that are drawn of those `shown`, and a row or a place for each that is shown."""
    if changed is None:
        drawn = list(shown)
        places = [(case.pk, case.state) for case in drawn]
    else:
        first = PER_PAGE * (shown.number - 1)
        places = list(cases[first : first + PER_PAGE].values_list("pk", "state"))
        drawn = list(cases.filter(pk__in={pk for pk, _state in places} & set(changed)))
    people = people_around(drawn, now)
    rows = {case.pk: row_of(case, user, now, people) for case in drawn}
    return drawn, [rows.get(pk) or KeptRow(pk, state) for pk, state in places]


def _page(rows: QuerySet[Case], count: int, number: str) -> Page[Case]:
    """A page of `rows`, of which there are `count`."""
    paginator = Paginator(rows, PER_PAGE)
    paginator.count = count
    return paginator.get_page(number or 1)


def _in_part(by_state: Mapping[str, int], part: str) -> dict[str, int]:
    """Those of the counts by state that are of a part of the pathway."""
    return {state: count for state, count in by_state.items() if state in case_queries.PARTS.get(part, ())}


def _of_tab(user: User, part: str, narrowed: Narrowed) -> QuerySet[Case]:
    rows = case_queries.board(user, part, worklists.ORDERS[narrowed.order])
    return rows.filter(state=narrowed.state) if narrowed.state else rows


def _filtered(rows: QuerySet[Case], narrowed: Narrowed, now: datetime) -> QuerySet[Case]:
    if narrowed.hospital:
        rows = rows.filter(hospital=UUID(narrowed.hospital))
    return worklists.overdue(rows, now) if narrowed.overdue else rows


def sections(rows: Iterable[Row | KeptRow], counts: Mapping[str, int]) -> list[Section]:
    """The rows by state, what needs an answer first; the order within a state is kept. `counts` are by state,
    of all pages where they are known."""
    by_state: dict[str, list[Row | KeptRow]] = {}
    for row in rows:
        by_state.setdefault(row.state, []).append(row)
    return [
        Section(title, state, by_state[state], counts.get(state, len(by_state[state])))
        for state, title in SECTIONS
        if state in by_state
    ]


def row_of(case: Case, user: User, now: datetime, people: People) -> Row:
    """A row for a case from `case_queries.board`; asks for nothing."""
    parties = case_queries.sides(user, case)
    usable = verbs_of(parties, case)
    offer = case_queries.current_offer(case)
    fresh = offer is not None and offer.is_open and offer.acknowledged_at is None
    acknowledges = fresh and Verb.ACKNOWLEDGE in usable
    entered = case_values(case)
    due, window = context.time_left(case, parties, now)
    values = on_a_row(entered, now)
    return Row(
        case=case,
        offer=offer,
        due=due,
        window=window,
        values=values,
        more_values=len(entered.latest) - len(values),
        age=common_age(values),
        flags=[texts.red_flag_text(code) for code in entered.red_flags],
        missing=[texts.label(name) for name in entered.missing] if entered.values else [],
        ground=next(reversed(grounds_of(case)), None),
        acknowledge=_form(Verb.ACKNOWLEDGE, case, offer) if acknowledges else None,
        folded=[
            FoldedForm(slug(verb), TEXTS[verb])
            for verb in FORMS_ON_A_ROW.get(case.state, ())
            if verb in usable
        ],
        may_redirect=Verb.REDIRECT in usable and case.state == State.OFFERED,
        is_new=fresh and Party.OFFER_WARD in parties,
        situation=situation_of(case, parties, now, people),
    )


def on_a_row(entered: CaseValues, now: datetime) -> list[LabValue]:
    """The newest values that a row has room for: the usual ones, then what else was measured."""
    measured = [name for name in entered.latest if ANY_INPUT[name].kind == "number"]
    names = dict.fromkeys((*ON_A_ROW, *measured))
    values = [entered.latest[name] for name in names if name in entered.latest]
    return [in_words(value, now) for value in values[:MOST_ON_A_ROW]]


def _form(verb: Verb, case: Case, offer: Offer | None) -> VerbForm:
    named = offer.pk if offer is not None and offer.is_open else None
    return verb_forms.build(verb, case=case, offer=named, back="board")


def ward_statuses(user: User, now: datetime) -> list[WardStatus]:
    """The wards that the reader answers for or coordinates."""
    wards = list(wards_watched_by(user))
    on = people_on_duty_at(wards, now)
    return [
        WardStatus(ward, context.duty_contacts(on[ward.pk]), may_switch=may_arrange(user, ward))
        for ward in wards
    ]


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
