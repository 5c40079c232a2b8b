"""The figures arranged for a page: headline, tables with a column per figure, numbers of the charts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from accounts.punctuation import in_brackets, joined
from referral.pathway.vocabulary import Kind
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.measures import ADMIT_LATE_FLAG, FUNNEL, MEASURES, By
from referral.statistics.reports.overview import Report
from referral.statistics.reports.quantiles import Spread
from referral.statistics.reports.table import UNIT_SECONDS, Row, Table, table
from scoring.research.agreement import Share

MAIN_KINDS = (
    *(Kind.ASSESS, Kind.ACKNOWLEDGE, Kind.DECIDE, Kind.ADMIT, ADMIT_LATE_FLAG),
    *(Kind.DIAGNOSE, Kind.TREAT_PRECIPITANT),
)
CHART_KINDS = (Kind.ADMIT, Kind.DIAGNOSE, Kind.ACKNOWLEDGE)
CHART_MEASURES = ("admission", "diagnosis")


@dataclass(frozen=True)
class Grid:
    """A table: the heads of its columns, and the cells of each named row.

    Cells come as HTML: the template language takes longer over a thousand of them than the figures take.
    """

    heads: list[str]
    rows: list[tuple[str, SafeString]]


@dataclass(frozen=True)
class Figures:
    """Everything the page shows of one report."""

    words: Table
    headline: list[Row]
    in_time: Grid
    times: Grid
    charts: dict[str, Any]


def arrange(report: Report, report_filter: ReportFilter) -> Figures:
    """The page's parts; every number is one of `table`'s, as in the CSV file."""
    words = table(report, report_filter)
    names = [name for name, _rows in words.groups]
    return Figures(
        words=words,
        headline=list(_headline(words.whole)),
        in_time=_grid(words, "in_time", MAIN_KINDS),
        times=_grid(words, "time", [measure.name for measure in MEASURES]),
        charts={
            "in_time": _share_chart(report, names),
            "times": _time_chart(report, names),
            "funnel": _funnel_chart(report),
        },
    )


def _headline(rows: Sequence[Row]) -> Iterable[Row]:
    shown = (("cases", "cases"), ("in_time", "admit"), ("time", "admission"), ("in_time", "diagnose"))
    for part, code in shown:
        yield next(row for row in rows if (row.part, row.code) == (part, code))


def _grid(words: Table, part: str, codes: Sequence[str]) -> Grid:
    def cells(rows: Sequence[Row]) -> list[Row]:
        by_code = {row.code: row for row in rows if row.part == part}
        return [by_code[str(code)] for code in codes]

    whole = cells(words.whole)
    heads = [f"{row.label} {in_brackets(row.unit)}" for row in whole]
    rows = [*((name, cells(rows)) for name, rows in words.groups), (gettext("all cases"), whole)]
    return Grid(heads, [(name, _as_html(of_group)) for name, of_group in rows])


def _as_html(cells: Sequence[Row]) -> SafeString:
    return format_html_join("", "<td><strong>{}</strong> {}</td>", (in_words(cell) for cell in cells))


def in_words(cell: Row) -> tuple[str, str]:
    """The figure, and in brackets its interval, 90th centile and number of cases."""
    if not cell.value:
        return ("", "–") if cell.unit and cell.cases == "0" else ("", cell.cases)
    p90 = gettext("90 %% by %(p90)s") % {"p90": cell.p90} if cell.p90 else ""
    interval = f"{cell.low}–{cell.high}" if cell.low else ""
    return cell.value, in_brackets(joined(part for part in (interval, p90, f"n = {cell.cases}") if part))


def _share_chart(report: Report, names: Sequence[str]) -> dict[str, Any]:
    """Percentages in time by group, with their intervals; months are joined by a line, places are not."""
    return {
        "kind": "share",
        "groups": list(names),
        "joined": report.by == By.MONTH,
        "unit": "%",
        "series": [
            series(Kind(kind).label, [percent_of(group.in_time[kind]) for group in report.groups])
            for kind in CHART_KINDS
        ],
    }


def _time_chart(report: Report, names: Sequence[str]) -> dict[str, Any]:
    """Median hours by group, with their intervals."""
    measures = [measure for measure in MEASURES if measure.name in CHART_MEASURES]
    return {
        "kind": "time",
        "groups": list(names),
        "joined": report.by == By.MONTH,
        "unit": "h",
        "series": [
            series(measure.label, [hours_of(group.times[measure.name]) for group in report.groups])
            for measure in measures
        ],
    }


def _funnel_chart(report: Report) -> dict[str, Any]:
    return {
        "kind": "funnel",
        "groups": [str(label) for _name, label in FUNNEL],
        "unit": "",
        "series": [series(gettext("cases"), [[report.funnel[name], None, None] for name, _label in FUNNEL])],
    }


def series(name: str | Promise, points: list[list[float | None]]) -> dict[str, Any]:
    return {"name": str(name), "points": points}


def percent_of(share: Share | None) -> list[float | None]:
    parts = (None, None, None) if share is None else (share.value, share.low, share.high)
    return [None if part is None else round(100 * part, 1) for part in parts]


def hours_of(spread: Spread | None) -> list[float | None]:
    parts = (None, None, None) if spread is None else (spread.median, spread.low, spread.high)
    return [None if part is None else round(part / UNIT_SECONDS["h"], 1) for part in parts]
