"""The network dashboard and everybody's statistics: figures of a period as charts, tables and CSV."""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.models import User
from notifications.models import DeliveryState
from portal.access import person, signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.context import arrange
from portal.pages.statistics.notification_context import channel_label
from referral.pathway.refusals import InputError
from referral.pathway.vocabulary import State
from referral.statistics.reports import filters, live_overview
from referral.statistics.reports.filters import ReportFilter, parse_filter
from referral.statistics.reports.measures import By
from referral.statistics.reports.selectors import statistics as figures_of
from referral.statistics.reports.table import CSV_HEADER, table

MOST_SHOWN = 20


@signed_in
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Figures of what the user may count; a coordinator's page begins with what is open now."""
    user, now = counter(request), clock.now()
    report_filter, wrong = question(user, request.GET.dict(), now)
    report = figures_of(user, report_filter, now=now)
    context = {
        **asked(user, report_filter, wrong, request.GET.dict()),
        "figures": arrange(report, report_filter),
        "now": now,
    }
    if report_filter.network.pk in user.access.coordinates:
        context["live_overview"] = _live_overview(user, report_filter, now)
    return render(request, "portal/statistics/statistics.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def statistics_csv(request: HttpRequest) -> StreamingHttpResponse | HttpResponse:
    """The figures of the page of statistics as a CSV file."""
    user, now = counter(request), clock.now()
    try:
        report_filter = read_question(user, request.GET.dict(), now)
    except InputError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    words = table(figures_of(user, report_filter, now=now), report_filter)
    rows = chain((row.as_csv() for row in words.rows()), _messages(user, report_filter, now))
    name = f"statistics-{report_filter.since:%Y-%m}-{report_filter.until:%Y-%m}-by-{report_filter.by}.csv"
    return csv_file(request, name, CSV_HEADER, rows)


def _messages(user: User, report_filter: ReportFilter, now: datetime) -> Iterator[tuple[str, ...]]:
    """What became of the last seven days' messages, for coordinators: lines of CSV_HEADER."""
    if report_filter.network.pk not in user.access.coordinates:
        return
    health = live_overview.recent_health(report_filter.network, now=now)
    counts = {"total": health.written, "read": health.read, "acknowledged": health.acknowledged}
    counts |= {f"{channel}:{state}": count for (channel, state), count in sorted(health.deliveries.items())}
    for name, count in counts.items():
        yield "messages", gettext("last seven days"), name, "", str(count), "", "", "", "", ""


def read_question(user: User, raw: dict[str, str], now: datetime) -> ReportFilter:
    """What is asked. Raises InputError; Http404 for places that the user may not see."""
    try:
        return parse_filter(user, raw, now=now)
    except ObjectDoesNotExist as error:
        raise Http404 from error


def question(user: User, raw: dict[str, str], now: datetime) -> tuple[ReportFilter, dict[str, Any]]:
    """What is asked, without what cannot be; and what was wrong, by field."""
    wrong: dict[str, Any] = {}
    while True:
        try:
            read = {name: text for name, text in raw.items() if name not in wrong}
            return read_question(user, read, now), wrong
        except InputError as error:
            wrong |= {field: text for field, _code, text in error.rows}


def asked(
    user: User, report_filter: ReportFilter, wrong: dict[str, Any], raw: dict[str, str]
) -> dict[str, Any]:
    """What the form of a question shows: choices, and the months as they were typed."""
    return {
        "networks": filters.networks(user),
        "hospitals": filters.hospitals(user, report_filter.network),
        "wards": filters.wards(user, report_filter.network).select_related("hospital"),
        "bys": list(By),
        "sees_all": filters.sees_all(user, report_filter.network),
        "report_filter": report_filter,
        "wrong": wrong,
        "typed": {
            name: raw.get(name) or f"{getattr(report_filter, name):%Y-%m}" for name in ("since", "until")
        },
    }


def counter(request: HttpRequest) -> User:
    """Who asks; 404 for a person who may count nothing."""
    user = person(request)
    if not filters.may_count(user):
        raise Http404
    return user


def _live_overview(user: User, report_filter: ReportFilter, now: datetime) -> dict[str, Any]:
    """The coordinator's part."""
    health = live_overview.recent_health(report_filter.network, now=now)
    channels = sorted({channel for channel, _state in health.deliveries})
    unanswered = live_overview.unanswered_offers(user, report_filter.network)
    longest = list(unanswered[:MOST_SHOWN])
    states = [state for state in DeliveryState if any(key[1] == state for key in health.deliveries)]
    return {
        "open": [
            (State(state).label, count)
            for state, count in live_overview.open_by_state(user, report_filter.network).items()
        ],
        "unanswered": longest,
        "unanswered_count": unanswered.count() if len(longest) == MOST_SHOWN else len(longest),
        "health": health,
        "delivery_states": [state.label for state in states],
        "deliveries": [
            (channel_label(channel), [health.deliveries.get((channel, state), 0) for state in states])
            for channel in channels
        ],
    }
