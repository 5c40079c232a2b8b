"""What was told to people and what became of it, arranged for a page and as lines of a file."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from accounts.punctuation import in_brackets, labelled
from notifications.channels.registry import channels
from notifications.models import DeliveryState
from portal.pages.operations.context import COUNTED
from portal.pages.statistics.context import hours_of, in_words, percent_of, series
from referral.pathway.refusals import Text
from referral.statistics.reports.filters import Wanted
from referral.statistics.reports.measures import By
from referral.statistics.reports.notification_report import Messages, Told
from referral.statistics.reports.table import Row, names, share_row, time_row

PART = "messages"


@dataclass(frozen=True)
class Page:
    """Everything the page shows; `lines`: one row of cells for each group, all people last."""

    heads: list[str]
    lines: list[tuple[str, list[tuple[str, str]]]]
    ways: list[tuple[Text, list[int]]]
    states: list[Text]
    charts: dict[str, Any]


def rows_of(found: Told, name: str) -> list[Row]:
    """The figures of one group."""
    said = (PART, name)
    return [
        Row(*said, "told", _("notifications"), "", str(found.told)),
        share_row(*said, "reached", _("handed over or delivered"), found.reached),
        Row(*said, "failed", _("reached nobody by any way"), "", str(found.failed)),
        share_row(*said, "read", _("read"), found.read),
        Row(*said, "urgent", _("urgent"), "", str(found.urgent)),
        share_row(*said, "acknowledged", _("urgent and acknowledged"), found.acknowledged),
        time_row(*said, "acknowledgement", _("time to acknowledgement"), "min", found.answer),
    ]


def all_rows(found: Messages, wanted: Wanted) -> Iterator[Row]:
    """Every figure: the whole, its groups, deliveries by channel and state."""
    everybody, called = _("everybody"), _names(found, wanted)
    yield from rows_of(found.whole, everybody)
    for group in found.groups:
        yield from rows_of(group, called[group.key])
    for (channel, state), count in sorted(found.ways.items()):
        label = labelled(channel_label(channel), DeliveryState(state).label)
        yield Row(PART, everybody, f"{channel}:{state}", label, "", str(count))


def page(found: Messages, wanted: Wanted) -> Page:
    called = _names(found, wanted)
    groups = [called[group.key] for group in found.groups]
    whole = rows_of(found.whole, _("everybody"))
    named = [
        *((name, rows_of(group, name)) for name, group in zip(groups, found.groups, strict=True)),
        (_("everybody"), whole),
    ]
    states = [state for state in COUNTED if any(key[1] == state for key in found.ways)]
    return Page(
        heads=[f"{row.label} {in_brackets(row.unit)}" if row.unit else str(row.label) for row in whole],
        lines=[(name, [in_words(row) for row in rows]) for name, rows in named],
        ways=[
            (channel_label(channel), [found.ways.get((channel, state), 0) for state in states])
            for channel in sorted({channel for channel, _state in found.ways})
        ],
        states=[COUNTED[state] for state in states],
        charts=_charts(found, groups),
    )


def _charts(found: Messages, groups: list[str]) -> dict[str, Any]:
    common = {"groups": groups, "joined": found.by == By.MONTH}
    shares = {
        _("handed over or delivered"): [percent_of(group.reached) for group in found.groups],
        _("read"): [percent_of(group.read) for group in found.groups],
        _("urgent and acknowledged"): [percent_of(group.acknowledged) for group in found.groups],
    }
    answers = [hours_of(group.answer) for group in found.groups]
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


def _names(found: Messages, wanted: Wanted) -> dict[object, str]:
    return names([group.key for group in found.groups], wanted, _("of no hospital or ward"))


def channel_label(channel: str) -> Text:
    known = channels().get(channel)
    return known.label if known else channel
