"""Outcomes of the wards by leading grade and artificial liver: a page and a CSV file."""

from collections.abc import Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from portal import definitions
from portal.access import signed_in
from portal.csv_files import csv_file
from portal.pages.statistics.views import asked, counter, question, read_question
from referral.pathway.refusals import InputError
from referral.statistics.reports import filters
from referral.statistics.reports.stay_outcomes import (
    BEGUN,
    HORIZONS,
    NONE,
    Group,
    StayOutcomes,
    grade_words,
    stay_outcomes,
)
from referral.ward.codes import ArtificialLiverMode
from scoring.research.competing import Incidence

HEADER = (
    *("division", "group", "patients", "deaths", "transplants"),
    *(
        f"{event}_{day}{part}"
        for event in ("death", "transplant")
        for day in HORIZONS
        for part in ("", "_low", "_high")
    ),
)


@signed_in
@require_safe
def stays(request: HttpRequest) -> HttpResponse:
    """For coordinators and researchers: one hospital's patients would say too little."""
    user, now = counter(request), clock.now()
    report_filter, wrong = question(user, request.GET.dict(), now)
    if not filters.sees_all(user, report_filter.network):
        raise Http404
    cases = filters.study(user, report_filter)
    outcomes = stay_outcomes(cases.rows, hides_small=report_filter.hides_small)
    context = {
        **asked(user, report_filter, wrong, request.GET.dict()),
        "horizons": HORIZONS,
        "whole": _row(_("all admitted patients"), outcomes.whole),
        "divisions": [
            (title, [_row(name, group) for name, group in rows]) for _code, title, rows in _named(outcomes)
        ],
    }
    return render(request, "portal/statistics/stays.html", context, status=422 if wrong else 200)


@signed_in
@require_safe
def stays_csv(request: HttpRequest) -> HttpResponseBase:
    """The numbers of the page as a file."""
    user, now = counter(request), clock.now()
    try:
        report_filter = read_question(user, request.GET.dict(), now)
    except InputError as error:
        return HttpResponse(str(error.rows[0][2]), status=422, content_type="text/plain; charset=utf-8")
    if not filters.sees_all(user, report_filter.network):
        raise Http404
    cases = filters.study(user, report_filter)
    outcomes = stay_outcomes(cases.rows, hides_small=report_filter.hides_small)
    return csv_file(request, "artificial-liver.csv", HEADER, _lines(outcomes))


def _named(outcomes: StayOutcomes) -> list[tuple[str, str, list[tuple[str, Group]]]]:
    """The divisions: code, title, and the groups with their names."""
    without = {NONE: _("no artificial liver")}
    begun = {code: str(words) for code, _most, words in BEGUN} | without
    modes = {mode.value: str(mode.label) for mode in ArtificialLiverMode} | without
    by_grade = [(_grade(each.code), each) for each in outcomes.by_grade]
    by_mode = [(modes[each.code], each) for each in outcomes.by_mode]
    by_begun = [(begun[each.code], each) for each in outcomes.by_begun]
    return [
        ("grade", _("By the leading grade of the first table"), by_grade),
        ("mode", _("By mode of the first session"), by_mode),
        ("begun", _("By time to the first session"), by_begun),
    ]


def _grade(code: str) -> str:
    definition, grade = grade_words(code)
    if not definition:
        return _("no table of organ failure")
    said = {"definition": definition, "value": grade, "at_least": grade, "aclf_type": None}
    return definitions.leading_words(said)


def _row(name: str, group: Group) -> dict[str, Any]:
    figures = [
        _percent(by[day]) if day in by else _("hidden")
        for by in (group.death, group.transplant)
        for day in HORIZONS
    ]
    return {"name": name, "group": group, "figures": figures}


def _percent(figure: Incidence | None) -> str:
    if figure is None:
        return _("not known")
    shown = f"{100 * figure.value:.1f}"
    if figure.low is None or figure.high is None:
        return shown
    return f"{shown} ({100 * figure.low:.1f}–{100 * figure.high:.1f})"


def _lines(outcomes: StayOutcomes) -> Iterator[tuple[Any, ...]]:
    groups = [("all", outcomes.whole)]
    groups += [(code, group) for code, _title, rows in _named(outcomes) for _name, group in rows]
    for code, group in groups:
        if group.is_hidden:
            yield (code, group.code, *[""] * (len(HEADER) - 2))
            continue
        figures = [by.get(day) for by in (group.death, group.transplant) for day in HORIZONS]
        parts = [(one.value, one.low, one.high) if one else (None, None, None) for one in figures]
        numbers = ["" if part is None else part for three in parts for part in three]
        yield (code, group.code, group.patients, group.deaths, group.transplants, *numbers)
