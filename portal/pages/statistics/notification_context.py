"""Notifications to people and what became of them, arranged for a page and as lines of a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.punctuation import in_brackets, labelled
from notifications.channels.registry import channels
from notifications.models import DeliveryState
from portal.pages.operations.context import COUNTED
from portal.pages.statistics.context import hours_of, in_words, percent_of, series
from referral.pathway.refusals import Text
from referral.statistics.reports.filters import ReportFilter
from referral.statistics.reports.first_answers import FirstAnswers
from referral.statistics.reports.measures import By
from referral.statistics.reports.notification_report import NotificationCounts, NotificationReport
from referral.statistics.reports.table import Row, names, share_row, time_row

PART, ANSWERS = "messages", "first_answers"


FIRST_ANSWER: Text = gettext_lazy("time to the first answer")
UNANSWERED: Text = gettext_lazy("requests that ran out without any answer")


@dataclass(frozen=True)
class Page:
    """Everything the page shows; `lines`: one row of cells for each group, all people last."""

    heads: list[str]
    lines: list[tuple[str, list[tuple[str, str]]]]
    deliveries: list[tuple[Text, list[int]]]
    states: list[Text]
    charts: dict[str, Any]
    answers: list[tuple[Text, tuple[str, str]]]
    unanswered: int


def rows_of(counts: NotificationCounts, name: str) -> list[Row]:
    """The figures of one group."""
    said = (PART, name)
    return [
        Row(*said, "total", _("notifications"), "", str(counts.total)),
        share_row(*said, "reached", _("handed over or delivered"), counts.reached),
        Row(*said, "failed", _("reached nobody by any way"), "", str(counts.failed)),
        share_row(*said, "read", _("read"), counts.read),
        Row(*said, "urgent", _("urgent"), "", str(counts.urgent)),
        share_row(*said, "acknowledged", _("urgent and acknowledged"), counts.acknowledged),
        time_row(*said, "acknowledgement", _("time to acknowledgement"), "min", counts.answer),
    ]


def answer_rows(answers: FirstAnswers) -> Iterator[Row]:
    """The time to the first answer, by what had alerted whoever gave it; all together last."""
    for way, spread in answers.by_alert.items():
        yield time_row(ANSWERS, str(way.label), way.value, FIRST_ANSWER, "min", spread)
    yield time_row(ANSWERS, _("all together"), "all", FIRST_ANSWER, "min", answers.whole)
    yield Row(ANSWERS, _("all together"), "unanswered", UNANSWERED, "", str(answers.unanswered))


def all_rows(report: NotificationReport, answers: FirstAnswers, report_filter: ReportFilter) -> Iterator[Row]:
    """Every figure: the whole, its groups, deliveries by channel and state, first answers."""
    everybody, called = _("everybody"), _names(report, report_filter)
    yield from rows_of(report.whole, everybody)
    for group in report.groups:
        yield from rows_of(group, called[group.key])
    for (channel, state), count in sorted(report.deliveries.items()):
        label = labelled(channel_label(channel), DeliveryState(state).label)
        yield Row(PART, everybody, f"{channel}:{state}", label, "", str(count))
    yield from answer_rows(answers)


def page(report: NotificationReport, answers: FirstAnswers, report_filter: ReportFilter) -> Page:
    called = _names(report, report_filter)
    groups = [called[group.key] for group in report.groups]
    whole = rows_of(report.whole, _("everybody"))
    named = [
        *((name, rows_of(group, name)) for name, group in zip(groups, report.groups, strict=True)),
        (_("everybody"), whole),
    ]
    states = [state for state in COUNTED if any(key[1] == state for key in report.deliveries)]
    return Page(
        heads=[f"{row.label} {in_brackets(row.unit)}" if row.unit else str(row.label) for row in whole],
        lines=[(name, [in_words(row) for row in rows]) for name, rows in named],
        deliveries=[
            (channel_label(channel), [report.deliveries.get((channel, state), 0) for state in states])
            for channel in sorted({channel for channel, _state in report.deliveries})
        ],
        states=[COUNTED[state] for state in states],
        charts=_charts(report, groups),
        answers=[(row.group, _in_minutes(row)) for row in answer_rows(answers) if row.unit],
        unanswered=answers.unanswered,
    )


def _in_minutes(row: Row) -> tuple[str, str]:
    """The median, and the rest in brackets; of too few their number alone."""
    if row.cases != "0" and not row.value:
        return "", _("too few to be summed up: %(count)s") % {"count": row.cases}
    return in_words(row)


def _charts(report: NotificationReport, groups: list[str]) -> dict[str, Any]:
    common = {"groups": groups, "joined": report.by == By.MONTH}
    shares = {
        _("handed over or delivered"): [percent_of(group.reached) for group in report.groups],
        _("read"): [percent_of(group.read) for group in report.groups],
        _("urgent and acknowledged"): [percent_of(group.acknowledged) for group in report.groups],
    }
    answers = [hours_of(group.answer) for group in report.groups]
    return {
        "shares": {
            **common,
            "kind": "share",
            "unit": "%",
            "series": [series(name, points) for name, points in shares.items()],
        },
        "answers": {
            **common,
            "kind": "time",
            "unit": "h",
            "series": [series(_("time to acknowledgement"), answers)],
        },
    }


def _names(report: NotificationReport, report_filter: ReportFilter) -> dict[object, str]:
    return names([group.key for group in report.groups], report_filter, _("of no hospital or ward"))


def channel_label(channel: str) -> Text:
    kind = channels().get(channel)
    return kind.label if kind else channel
