"""The part of a form that has laboratory reports read."""

from typing import Any

from django import template

from integrations.models import RecordLaunch
from labs.pictures import is_installed
from referral.intake import results
from referral.models import Case
from referral.pathway.vocabulary import BEFORE_ADMISSION, OPEN

register = template.Library()


@register.inclusion_tag("portal/readings/_reader.html", takes_context=True)
def lab_reader(
    context: template.Context,
    case: Case | None = None,
    level: int = 3,
    launch: RecordLaunch | None = None,
) -> dict[str, Any]:
    """Pictures, PDF files and pasted text, for the form around it; `case` where it is about one, with what
    a laboratory system sent for it; `launch` where the person comes from a patient record.

    `level` is that of its heading, one below the one it stands under. A file of the case that the address
    names as `report` is read at once.
    """
    sent = results.arrived(context["request"].user, case) if case else ()
    readings = [str(row.reading) for row in sent] + ([str(launch.reading)] if launch else [])
    report = context["request"].GET.get("report", "") if case else ""
    return {
        "case": case.pk if case else "",
        "level": level,
        "reads_pictures": is_installed(),
        "arrived": " ".join(readings),
        "report": report,
    }


@register.inclusion_tag("portal/results/_waiting.html", takes_context=True)
def results_waiting(context: template.Context) -> dict[str, Any]:
    """How many results of laboratory systems wait for a patient; nothing where none does."""
    return {"number": results.waiting_count(context["request"].user)}


@register.inclusion_tag("portal/results/_untaken.html", takes_context=True)
def untaken_results(context: template.Context, case: Case) -> dict[str, Any]:
    """That results came which nobody has taken yet, never what they say; a way to them for who may."""
    since = results.untaken_since(case) if case.state in OPEN else None
    is_own = case.hospital_id in context["request"].user.access.refers_for
    may_take = is_own and case.state in BEFORE_ADMISSION
    return {"case": case, "since": since, "zone": case.hospital.zone, "may_take": may_take}
