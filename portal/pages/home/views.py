"""The first page of the primary portal: a hospital's cases, most urgent first."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.administration import may_administer
from accounts.models import User
from portal.access import person, signed_in
from portal.pages.board.filters import Narrowed, state_choices
from portal.pages.case.context import Awaited, awaited, time_left
from portal.pages.case.scene import People, people_around
from portal.pages.case.situation import Situation, situation_of
from portal.pages.places.context import places
from portal.pages.practice.views import is_introduced
from portal.windows import OVER, Window, severity
from referral.models import Case
from referral.pathway.vocabulary import ACUTE, ENDED, State
from referral.queries import access_log, worklists
from referral.queries import cases as case_queries

PER_PAGE = 20
TABS: dict[str, tuple[str | Promise, Callable[[User, datetime], QuerySet[Case]], frozenset[State]]] = {
    "mine": (_("Mine to do"), worklists.to_do, frozenset()),
    "open": (_("Open cases"), lambda user, now: worklists.acute(user), ACUTE),
    "follow-up": (_("Follow-up"), lambda user, now: worklists.in_follow_up(user), frozenset()),
    "closed": (_("Closed cases"), lambda user, now: worklists.ended(user), ENDED),
}
"""By name: the label, the cases, and the states that the list can be narrowed to."""


@dataclass(frozen=True)
class Row:
    """A case on the list. `next_due` is what is due next where that is not the window itself."""

    case: Case
    window: Window | None
    next_due: Window | None
    awaited: Awaited | None
    situation: Situation
    shows_name: bool

    @property
    def level(self) -> str:
        """The worse of the levels of what is due; where somebody must act at once, the worst."""
        if self.situation.is_alarm:
            return OVER[0]
        levels = [due.level for due in (self.window, self.next_due) if due is not None]
        return max(levels, key=severity, default="")


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The list for those who refer or coordinate; a ward's people are led to its board, others to figures."""
    user = person(request)
    access = user.access
    if access.practises and not is_introduced(user):
        return redirect("portal:practice")
    if not access.refers_for and not access.coordinates:
        if access.wards or access.researches:
            return redirect("portal:board" if access.wards else "portal:statistics")
        return render(request, "portal/no_role.html", {"runs": may_administer(user)})
    now = clock.now()
    tab = request.GET.get("tab", "open")
    tab = tab if tab in TABS else "open"
    query = request.GET.get("q", "").replace("\x00", "").strip()
    states = TABS[tab][2] if not query else frozenset()
    narrowed = Narrowed.of(request.GET, states)
    page = Paginator(_cases_of_tab(user, tab, query, narrowed, now), PER_PAGE).get_page(
        request.GET.get("page")
    )
    access_log.record_live(user=user, cases=page, now=now)
    context = {
        "tabs": [(key, label) for key, (label, _rows, _states) in TABS.items()],
        "to_do": worklists.number_to_do(user, now),
        "tab": "" if query else tab,
        "narrowed": narrowed,
        "choices": state_choices(worklists.state_counts(user, states), narrowed) if states else (),
        "query": query,
        "page": page,
        "rows": rows_of(list(page), user, now),
        "now": now,
        "hospitals": worklists.hospitals_to_refer_for(user),
    }
    context |= places(user, now)
    part = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    return render(request, "portal/home_list.html" if part else "portal/home.html", context)


def _cases_of_tab(user: User, tab: str, query: str, narrowed: Narrowed, now: datetime) -> QuerySet[Case]:
    """What is searched for, among all cases; else the list of the tab, as it is narrowed."""
    if query:
        return worklists.numbered(worklists.at_home(user), query)
    rows = TABS[tab][1](user, now)
    if narrowed.state:
        rows = rows.filter(state=narrowed.state)
    return worklists.in_order(rows, narrowed.order) if narrowed.order == worklists.BY_SEVERITY else rows


def rows_of(cases: Collection[Case], user: User, now: datetime) -> list[Row]:
    """The rows of cases from `case_queries.cases`."""
    people = people_around(cases, now)
    return [_row(case, user, now, people) for case in cases]


def _row(case: Case, user: User, now: datetime, people: People) -> Row:
    sides = case_queries.sides(user, case)
    first, window = time_left(case, sides, now)
    return Row(
        case=case,
        window=window or first,
        next_due=first if window else None,
        awaited=awaited(case, user, case_queries.current_offer(case)),
        situation=situation_of(case, sides, now, people),
        shows_name=case.hospital_id in user.access.refers_for,
    )
