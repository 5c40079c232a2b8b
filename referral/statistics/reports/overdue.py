"""Open deadlines beyond their first due time, which CaseFacts lack: the engine writes nothing there."""

from collections import Counter
from collections.abc import Hashable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from referral.models import CaseFacts, Deadline
from referral.models.statistics import KINDS
from referral.pathway.vocabulary import Kind
from referral.statistics.columns.column_reader import in_sql
from referral.statistics.reports.measures import ADMIT_LATE_FLAG, By

VERDICTS = tuple(f"{kind}_verdict" for kind in KINDS)
Overdue = Counter[tuple[Hashable, str, int | None, str]]
"""Cases by the key of their group, name in JUDGED, the row's verdict so far, and the reason for the delay."""

OVERDUE = f"""
SELECT key,
       CASE WHEN kind = '{Kind.ADMIT}' AND flagged_late THEN '{ADMIT_LATE_FLAG}' ELSE kind END AS name,
       CASE kind {" ".join(f"WHEN '{kind}' THEN {kind}_verdict" for kind in KINDS)} END AS verdict,
       delay_reason, count(DISTINCT case_id)
FROM ({{counted}}) AS counted (case_id, key, flagged_late, {", ".join(VERDICTS)})
JOIN {Deadline._meta.db_table} USING (case_id)
WHERE closed_at IS NULL AND first_due_at < %s
GROUP BY key, name, verdict, delay_reason
"""  # noqa: S608 - put together from names of columns


def overdue_now(rows: QuerySet[CaseFacts], by: By, *, now: datetime) -> Overdue:
    """The open deadlines of `rows` beyond their first due time."""
    needed = rows.order_by().values_list("case", str(by), "flagged_late", *VERDICTS)
    counted, parameters = in_sql(needed)
    with connection.cursor() as cursor:
        cursor.execute(OVERDUE.format(counted=counted), [*parameters, now])
        return Counter({row[:4]: row[4] for row in cursor.fetchall()})
