"""What is measured: times between moments, shares within their deadline, the funnel; by month or place."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from referral.models.statistics import KINDS
from referral.pathway.vocabulary import Kind

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Measure:
    """A time between two moments of a case, shown in `unit`: minutes or hours."""

    name: str
    since: str
    until: str
    unit: str
    label: Text


MEASURES = (
    Measure("indicators", "first_visit_at", "indicators_at", "h", _("first visit to the eight indicators")),
    Measure("offer", "indicators_at", "offered_at", "min", _("indicators to referral request")),
    Measure("acknowledgement", "offered_at", "acknowledged_at", "min", _("request to acknowledgement")),
    Measure("acceptance", "offered_at", "accepted_at", "min", _("request to acceptance")),
    Measure("travel", "accepted_at", "admitted_at", "h", _("acceptance to admission")),
    Measure("admission", "first_visit_at", "admitted_at", "h", _("first visit to admission")),
    Measure("diagnosis", "admitted_at", "diagnosed_at", "h", _("admission to diagnosis")),
    Measure(
        "intervention", "admitted_at", "intervened_at", "h", _("admission to treatment of the precipitant")
    ),
)
FUNNEL: tuple[tuple[str, Text], ...] = (
    ("first_visit_at", _("first visit")),
    ("indicators_at", _("eight indicators")),
    ("flagged_at", _("flagged or referred")),
    ("offered_at", _("ward asked")),
    ("acknowledged_at", _("acknowledged or answered")),
    ("accepted_at", _("accepted")),
    ("admitted_at", _("admitted")),
    ("diagnosed_at", _("diagnosed")),
    ("intervened_at", _("precipitant treated")),
    ("back_referred_at", _("referred back")),
)
OFFERS: tuple[tuple[str, Text], ...] = (
    ("offers", _("referral requests")),
    ("declines", _("declined")),
    ("expiries", _("expired without an answer")),
)
NO_REASON = "none"
ADMIT_LATE_FLAG = "admit_late_flag"
"""Admission of those flagged too late for the window, whose time counts from the flag: counted apart."""

JUDGED: Mapping[str, Text] = {
    **{kind: Kind(kind).label for kind in KINDS[: KINDS.index(Kind.ADMIT) + 1]},
    ADMIT_LATE_FLAG: _("admission after a late flag"),
    **{kind: Kind(kind).label for kind in KINDS[KINDS.index(Kind.ADMIT) + 1 :]},
}
"""What is in time or late, and its name: every kind of deadline, admission in two."""


class By(StrEnum):
    """What the cases are grouped by."""

    MONTH = "month"
    HOSPITAL = "hospital"
    WARD = "ward"
