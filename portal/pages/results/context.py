"""What the page of results shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from integrations.models import ReceivedMessage
from labs.texts import doubt_text
from referral.intake import results
from referral.models import Case
from referral.pathway.refusals import Text

REASONS: Mapping[str, Text] = {
    "nobody": _("No open case has this hospital number."),
    "several": _("More than one open case has this hospital number."),
    "name": _("The name is another than that of the case with this number."),
    "sex": _("The sex is another than that of the case with this number."),
    "birth_date": _("The date of birth is another than that of the case with this number."),
}
UNREADABLE = _("The message cannot be read. Ask the laboratory to send it again.")


@dataclass(frozen=True)
class Line:
    """One result as the laboratory sent it, with what is doubtful about it."""

    text: str
    doubts: list[str]


@dataclass(frozen=True)
class Row:
    """A message: whose it is, what it says, why it waits, and where it went."""

    message: ReceivedMessage
    whose: str
    sampled_at: str
    lines: list[Line]
    unread: list[str]
    reason: Text
    case: Case | None
    trouble: str


def page_of(
    user: User, now: datetime, *, trouble_at: UUID | None = None, trouble: str = ""
) -> dict[str, Any]:
    """The context of `portal/results/results.html`."""
    messages = results.of_person(user, now)
    reports, cases = results.reports_of(messages, user), results.cases_of(messages, user)
    rows = [
        _row(one, reports.get(one.reading, {}), cases.get(one.case), trouble if one.pk == trouble_at else "")
        for one in messages
    ]
    return {
        "waiting": [row for row in rows if row.message.state == ReceivedMessage.State.UNMATCHED],
        "others": [row for row in rows if row.message.state != ReceivedMessage.State.UNMATCHED],
        "cases": results.cases_to_choose(user),
        "now": now,
    }


def _row(message: ReceivedMessage, report: Mapping[str, Any], case: Case | None, trouble: str) -> Row:
    person = report.get("patient", {})
    parts = (person.get("name"), person.get("number"))
    is_unreadable = message.state == ReceivedMessage.State.UNREADABLE
    return Row(
        message=message,
        whose=" · ".join(filter(None, parts)),
        sampled_at=str(report.get("sampled_at") or "").replace("T", " "),
        lines=[
            Line(row["text"], [str(doubt_text(code)) for code in row["doubts"]])
            for row in report.get("findings", ())
        ],
        unread=list(report.get("unread", ())),
        reason=UNREADABLE if is_unreadable else REASONS.get(message.reason, ""),
        case=case,
        trouble=trouble,
    )
