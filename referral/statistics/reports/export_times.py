"""How long things took, for research: the times of closed cases by what was measured, and of no case.

Moments would tell who somebody is. Of a case that is still open a time would appear alone between two files,
and could be told from its line; so those of closed cases are given, of five persons or more together.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from referral.models import CaseFacts
from referral.statistics.columns.column_reader import columns_of_rows
from referral.statistics.reports.anonymity import K
from referral.statistics.reports.measures import MEASURES
from referral.statistics.reports.releases import closed_together
from referral.statistics.reports.summary import COUNTED

TIMES = "times"
COLUMNS = ("measure", "seconds")


def times(rows: QuerySet[CaseFacts], network: UUID, *, now: datetime) -> list[dict[str, Any]]:
    """The lines by COLUMNS, the shortest time of each measure first; none of what few cases have."""
    closed = closed_together(rows, network, now=now)
    columns = columns_of_rows(rows.filter(pk__in=closed), COUNTED)
    by_measure = {one.name: columns.between(one.since, one.until)[0].tolist() for one in MEASURES}
    return [
        {"measure": name, "seconds": seconds}
        for name, took in by_measure.items()
        if len(took) >= K
        for seconds in sorted(took)
    ]
