"""The part of a form that has laboratory reports read."""

from typing import Any

from django import template

from labs.pictures import is_installed
from referral.models import Case

register = template.Library()


@register.inclusion_tag("portal/readings/_reader.html")
def lab_reader(case: Case | None = None, level: int = 3) -> dict[str, Any]:
    """Pictures, PDF files and pasted text, for the form around it; `case` where it is about one.

    `level` is that of its heading, one below the one it stands under.
    """
    return {"case": case.pk if case else "", "level": level, "reads_pictures": is_installed()}
