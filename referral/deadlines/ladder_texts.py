"""A ladder's steps and lengths of time in words, in the language that is active."""

from datetime import timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.punctuation import listed
from notifications.types import Severity
from referral.deadlines.ladders import Step
from referral.pathway.vocabulary import Audience


def moment(step: Step) -> str:
    """When a step is due, for example “50 %” or “100 % + 30 min”."""
    share = _("at once") if step.fraction == 0 else f"{step.fraction:.0%}".replace("%", " %")
    if not step.offset:
        return share
    if step.fraction == 0:
        return f"+ {length(step.offset)}"
    return f"{share} {'+' if step.offset > timedelta(0) else '−'} {length(abs(step.offset))}"


def then(step: Step) -> str:
    parts = [_("again every %(time)s") % {"time": length(step.every)}] if step.every else []
    parts += [_("the request goes to the next ward")] if step.expires_offer else []
    return listed(parts)


def audience_of(step: Step) -> str:
    return listed(audience.label for audience in Audience if audience in step.audience)


def severity_of(step: Step) -> str:
    return str(Severity(step.severity).label)


def length(span: timedelta) -> str:
    """A length of time in its largest whole unit."""
    minutes = int(span.total_seconds() // 60)
    if minutes % (24 * 60) == 0 and minutes > 48 * 60:
        return ngettext("%(count)s day", "%(count)s days", minutes // 1440) % {"count": minutes // 1440}
    if minutes % 60 == 0:
        return _("%(count)s h") % {"count": minutes // 60}
    return _("%(count)s min") % {"count": minutes}
