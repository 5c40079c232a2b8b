"""The figures as rows of text: what the page shows and the CSV file holds, from one place."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from accounts.models import Hospital, Ward
from accounts.punctuation import labelled
from referral.codes import DelayReason
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.measures import FUNNEL, JUDGED, MEASURES, NO_REASON, OFFERS, By, Measure
from referral.statistics.reports.overview import Group, Report
from referral.statistics.reports.privacy import pseudonym
from referral.statistics.reports.quantiles import Spread
from scoring.research.agreement import Share

UNIT_SECONDS = {"min": 60, "h": 3600}
Text = str | Promise
CSV_HEADER = ("part", "group", "figure", "unit", "cases", "hits", "value", "low", "high", "p90")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure of one group. Numbers are texts as they are shown; empty where there is none."""

    part: str
    group: str
    code: str
    label: str | Promise
    unit: str
    cases: str
    hits: str = ""
    value: str = ""
    low: str = ""
    high: str = ""
    p90: str = ""

    def as_csv(self) -> tuple[str, ...]:
        return (
            *(self.part, self.group, self.code, self.unit, self.cases),
            *(self.hits, self.value, self.low, self.high, self.p90),
        )


@dataclass(frozen=True, slots=True)
class Table:
    """A report in words: the whole, its groups, and what is counted once."""

    whole: list[Row]
    groups: list[tuple[str, list[Row]]]
    funnel: list[Row]
    delays: list[Row]
    offers: list[Row]

    def rows(self) -> Iterator[Row]:
        yield from self.whole
        for _group, rows in self.groups:
            yield from rows
        yield from self.funnel
        yield from self.delays
        yield from self.offers


def table(report: Report, report_filter: ReportFilter) -> Table:
    """The report's figures by group, places named, or coded for researchers."""
    names = names_of(report, report_filter)
    everything = _("all cases")
    return Table(
        whole=list(_rows_of(report.whole, everything)),
        groups=[(names[group.key], list(_rows_of(group, names[group.key]))) for group in report.groups],
        funnel=[
            Row("funnel", everything, name.removesuffix("_at"), label, "", counted(report.funnel[name]))
            for name, label in FUNNEL
        ],
        delays=list(_delays(report, everything)),
        offers=[
            Row("offers", everything, name, label, "", counted(report.offers[name])) for name, label in OFFERS
        ],
    )


def names_of(report: Report, report_filter: ReportFilter) -> dict[object, str]:
    """What each group is called."""
    return names([group.key for group in report.groups], report_filter, _("no ward yet"))


def names(keys: Sequence[object], report_filter: ReportFilter, without: str) -> dict[object, str]:
    """What months, or hospitals or wards, are called; `without` stands for those that have none."""
    if report_filter.by == By.MONTH:
        return {key: f"{key:%Y-%m}" for key in keys if isinstance(key, date)}
    model, letter = (Hospital, "H") if report_filter.by == By.HOSPITAL else (Ward, "W")
    nobody: dict[object, str] = {None: without}
    if report_filter.hides_small:
        return nobody | {key: pseudonym(letter, key) for key in keys if isinstance(key, UUID)}
    return nobody | {
        place.pk: place.name for place in model.objects.filter(pk__in=[key for key in keys if key])
    }


def counted(count: int | None) -> str:
    return _("hidden") if count is None else str(count)


def _rows_of(group: Group, name: str) -> Iterator[Row]:
    yield Row("cases", name, "cases", _("cases"), "", counted(group.cases))
    yield Row("cases", name, "late_flags", _("flagged late"), "", counted(group.late_flags))
    for measure in MEASURES:
        yield _time(measure, group.times[measure.name], name)
    for kind, measured in group.in_time.items():
        yield _share(kind, measured, name)


def _time(measure: Measure, spread: Spread | None, name: str) -> Row:
    said = ("time", name, measure.name, measure.label, measure.unit)
    return Row(*said, counted(None)) if spread is None else time_row(*said, spread)


def time_row(part: str, name: str, code: str, label: Text, unit: str, spread: Spread) -> Row:
    """The row of a time, in `unit`."""
    said, seconds = (part, name, code, label, unit), UNIT_SECONDS[unit]
    low, value, high, p90 = (
        "" if number is None else f"{number / seconds:.1f}"
        for number in (spread.low, spread.median, spread.high, spread.p90)
    )
    return Row(*said, str(spread.cases), "", value, low, high, p90)


def _share(kind: str, measured: Share | None, name: str) -> Row:
    said = ("in_time", name, kind, JUDGED[kind])
    return Row(*said, "%", counted(None)) if measured is None else share_row(*said, measured)


def share_row(part: str, name: str, code: str, label: Text, measured: Share) -> Row:
    """The row of a share, in per cent."""
    said = (part, name, code, label, "%")
    value, low, high = (
        "" if part is None else f"{100 * part:.1f}" for part in (measured.value, measured.low, measured.high)
    )
    return Row(*said, str(measured.total), str(measured.hits), value, low, high)


def _delays(report: Report, everything: str) -> Iterator[Row]:
    """Those that occurred, by deadline and reason."""
    words = {NO_REASON: _("no reason given"), **dict(DelayReason.choices)}
    for kind, reasons in report.delays.items():
        for reason, count in reasons.items():
            if count != 0:
                label = labelled(JUDGED[kind], words[reason])
                yield Row("delay", everything, f"{kind}:{reason}", label, "", counted(count))
