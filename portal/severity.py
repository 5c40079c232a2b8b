"""How ill a patient is in the words of the present state: the risk before admission, the grade after it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext as _

from portal import definitions
from referral.models import Case, OrganFailureAssessment
from referral.pathway.vocabulary import BEFORE_ADMISSION, State


@dataclass(frozen=True, slots=True)
class Severity:
    """`shows_risk`: the assessment is what counts. Else `words`, with `tone` "ward", "alarm" or "quiet"; both
    empty where nothing is to be said."""

    shows_risk: bool
    words: str = ""
    tone: str = "quiet"


def severity_of(case: Case) -> Severity:
    """What to show beside a case's name. Asks for nothing: the grade is known where the values are loaded."""
    if case.state in BEFORE_ADMISSION:
        return Severity(shows_risk=True)
    if case.state == State.CANCELLED:
        return Severity(False, _("Entered in error: does not count"))
    if case.died_at is not None:
        day = date_format(case.died_at.astimezone(ZoneInfo(case.hospital.zone)), gettext("j M Y"))
        return Severity(False, _("Died %(day)s") % {"day": day})
    if case.state == State.CLOSED or case.admitted_at is None:
        return Severity(False)
    tables: list[OrganFailureAssessment] | None = getattr(case, "valued_tables", None)
    if tables is None:
        return Severity(False)
    return graded(tables[-1]) if tables else Severity(False, _("Organ failures not assessed yet"))


def graded(table: OrganFailureAssessment) -> Severity:
    """What the leading definition says of a table; a least one while values are missing."""
    leading = definitions.leading_of(table.grading)
    return Severity(False, f"{leading.answer} · {leading.title}", "alarm" if leading.fails else "ward")
