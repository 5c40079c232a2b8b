"""The first visit as a face hands it over: what it says, when it can have been, what to ask about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts.skew import without_skew
from referral.identity.written import Identity, hints
from referral.pathway.refusals import InputError, Text

OLDEST_FIRST_VISIT = timedelta(days=30)
RECENT_FIRST_VISIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class FirstVisit:
    """What is known at the first visit; empty is not said. `case_id` may be made by the client."""

    person: Identity
    at: datetime
    chronic_liver_disease: str = ""
    presentation: str = ""
    case_id: UUID | None = None


def check_first_visit(moment: datetime, now: datetime) -> datetime:
    """The moment as it is kept. Raises InputError for one in the future or more than 30 days ago."""
    moment = without_skew(moment, now)
    if moment > now:
        raise InputError(
            (
                "first_visit_at",
                "in_future",
                _("The first visit cannot be in the future. Check the date and time."),
            )
        )
    if now - moment > OLDEST_FIRST_VISIT:
        raise InputError(
            (
                "first_visit_at",
                "too_old",
                _("The first visit is more than 30 days ago. Register the present episode."),
            )
        )
    return moment


def doubts(visit: FirstVisit, now: datetime) -> list[tuple[str, str, Text]]:
    """What to ask about a first visit that was registered all the same: rows of (field, code, message)."""
    asked = {
        ("chronic_liver_disease", "not_said"): (
            not visit.chronic_liver_disease,
            _("The chronic liver disease is not recorded. The model applies to chronic liver disease only."),
        ),
        ("presentation", "not_said"): (
            not visit.presentation,
            _("How the liver disease worsened is not recorded."),
        ),
        ("first_visit_at", "long_ago"): (
            now - visit.at > RECENT_FIRST_VISIT,
            _("The first visit was more than 24 hours ago; every time limit counts from it. Is it right?"),
        ),
    }
    open_questions = [(*key, message) for key, (holds, message) in asked.items() if holds]
    return [*open_questions, *hints(visit.person)]
