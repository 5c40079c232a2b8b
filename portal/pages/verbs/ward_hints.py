"""What a ward is known by where one has to be chosen: its beds, the way there, how busy it is."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from portal.windows import duration
from referral.models import Case
from referral.pathway.vocabulary import Verb
from referral.queries.ward_choices import TAKE_A_WARD, WardChoice, ward_choices
from referral.queries.ward_places import WardLoad, WardPlace

SEPARATOR = " · "


def ward_hints(verb: Verb, case: Case, user: User, now: datetime) -> Mapping[str, str]:
    """By the id of each ward that `verb` can name, what to know before it is chosen. No query for others."""
    if verb not in TAKE_A_WARD:
        return {}
    return {
        str(choice.ward.pk): SEPARATOR.join(_parts(choice, now)) for choice in ward_choices(case, user, now)
    }


def _parts(choice: WardChoice, now: datetime) -> Iterator[str]:
    yield _("ward open") if choice.ward.is_open else _("ward closed")
    yield beds_in_words(choice.place, now)
    if choice.travel_minutes is not None:
        hours = f"{choice.travel_minutes / 60:.1f}".removesuffix(".0")
        yield _("about %(hours)s h away") % {"hours": hours}
    if choice.load is not None:
        yield from _load(choice.load, now)


def beds_in_words(place: WardPlace, now: datetime) -> str:
    """The figure of a ward with its age; one that is stale is said to be out of date."""
    if place.figure is None:
        return _("free beds not stated")
    words = {"free": place.figure.free, "time": duration(now - place.figure.stated_at)}
    if place.is_stale:
        return _("%(free)s free, out of date (%(time)s ago)") % words
    return _("%(free)s free, stated %(time)s ago") % words


def _load(load: WardLoad, now: datetime) -> Iterator[str]:
    if load.open_requests:
        words = ngettext("%(count)s open request", "%(count)s open requests", load.open_requests)
        yield words % {"count": load.open_requests}
    if load.expected:
        words = ngettext("%(count)s patient expected", "%(count)s patients expected", load.expected)
        yield words % {"count": load.expected}
    if load.answers:
        answers = (
            _("%(answer)s %(time)s ago")
            % {"answer": offer.get_state_display(), "time": duration(now - offer.answered_at)}
            for offer in load.answers
            if offer.answered_at
        )
        yield _("last answers: %(answers)s") % {"answers": _(", ").join(answers)}
