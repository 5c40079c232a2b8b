"""The duty rota of a ward: everybody of the ward reads it, its lead arranges it."""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts import clock, duty
from accounts.duty import ORDERS_AHEAD, DutyRefused, NotYours
from accounts.local_time import in_brief
from accounts.models import User, Ward
from accounts.rota import Span, gaps, wards_watched_by
from accounts.text import NO_LINE, has_unprintable
from portal import drafts
from portal.access import person, signed_in
from portal.moments import instant
from portal.pages.duty import context as duty_context
from referral.alerts import rota_gaps

LONGEST_REASON = 200
GAPS_NAMED = 3


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def rota(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is on duty now, next and in the coming two weeks; a POST changes one thing."""
    user, now = person(request), clock.now()
    ward = wards_watched_by(user).filter(pk=pk).first()
    if ward is None:
        raise Http404
    if request.method != "POST":
        return _page(request, ward, user, now)
    command = COMMANDS.get(request.POST.get("do", ""))
    if command is None:
        raise Http404
    act, done = command
    before = _uncovered(ward, now)
    try:
        act(ward, user, now, request.POST)
    except NotYours:
        raise Http404 from None
    except DutyRefused as refusal:
        return _page(request, ward, user, now, refusal)
    if request.POST.get("do") == "note":
        drafts.finish(user, drafts.Place.of(request.path))
    messages.success(request, str(done))
    _warn_of_gaps(request, ward, [gap for gap in _uncovered(ward, now) if gap not in before])
    rota_gaps.notify_gaps(ward, now)
    return redirect(reverse("portal:duty", args=[ward.pk]))


def _uncovered(ward: Ward, now: datetime) -> list[Span]:
    """The gaps from now on, as far as orders are given ahead."""
    return gaps(ward, now, now + ORDERS_AHEAD)


def _warn_of_gaps(request: HttpRequest, ward: Ward, new: list[Span]) -> None:
    """Say when nobody is on duty since the order was given."""
    if not new:
        return
    zone = ward.hospital.zone
    named = [f"{in_brief(start, zone)} – {in_brief(end, zone)}" for start, end in new[:GAPS_NAMED]]
    times = gettext(", ").join(named)
    if len(new) > GAPS_NAMED:
        times += gettext(" and more")
    messages.warning(request, gettext("Since this change nobody is on duty: %(times)s.") % {"times": times})


def _page(
    request: HttpRequest, ward: Ward, user: User, now: datetime, refusal: DutyRefused | None = None
) -> HttpResponse:
    """The page; after a refusal with what was typed, and why, at its form."""
    context = duty_context.context(ward, user, now)
    context |= {
        "refusal": refusal,
        "refused": request.POST.get("do", "") if refusal else "",
        "refused_at": _place_of(request.POST.get("do", ""), refusal.field) if refusal else "",
        "typed": request.POST if refusal else {},
        "typed_days": request.POST.getlist("weekdays") if refusal else [],
        "longest": LONGEST_REASON,
        "begins": refusal is None,
        "now": now,
    }
    return render(request, "portal/board/duty.html", context, status=422 if refusal else 200)


FIELDS = {
    "add": {"user": "shift-who", "starts": "shift-from", "ends": "shift-to"},
    "swap": {
        "off": "swap-off",
        "on": "swap-on",
        "starts_at": "swap-from",
        "ends_at": "swap-to",
        "note": "swap-note",
    },
    "note": {"text": "note-text"},
}


def _place_of(command: str, field: str) -> str:
    """The id of the control at which something was refused; that of the refusal where there is none."""
    return FIELDS.get(command, {}).get(field, "refusal")


def _add_shift(ward: Ward, user: User, now: datetime, typed: Mapping[str, str]) -> None:
    days = [int(day) for day in typed.getlist("weekdays") if day in set("0123456")]  # type: ignore[attr-defined]
    duty.add_shifts(
        ward=ward,
        user=_required(ward, typed, "user"),
        weekdays=days,
        starts=_clock(typed, "starts"),
        ends=_clock(typed, "ends"),
        actor=user,
        now=now,
    )


def _remove_shift(ward: Ward, user: User, now: datetime, typed: Mapping[str, str]) -> None:
    shift = ward.shifts.filter(pk=_number(typed.get("shift"))).first()
    if shift is None:
        raise DutyRefused("shift", "gone", _("This duty was removed already."))
    duty.remove_shift(shift=shift, actor=user, now=now)


def _swap(ward: Ward, user: User, now: datetime, typed: Mapping[str, str]) -> None:
    note = typed.get("note", "").strip()
    if has_unprintable(note):
        raise DutyRefused("note", "unprintable", NO_LINE)
    if len(note) > LONGEST_REASON:
        raise DutyRefused("note", "length", _("Write at most 200 characters."))
    span = (_moment(ward, typed, "starts_at", now), _moment(ward, typed, "ends_at", now))
    off, on = _named(ward, typed, "off"), _named(ward, typed, "on")
    duty.swap_duty(ward=ward, off=off, on=on, span=span, note=note, actor=user, now=now)


def _undo(ward: Ward, user: User, now: datetime, typed: Mapping[str, str]) -> None:
    order = duty.exceptions(ward, now).filter(pk=_number(typed.get("exception"))).first()
    if order is None:
        raise DutyRefused("exception", "gone", _("This exception was undone already, or it is over."))
    duty.undo_exception(override=order, actor=user, now=now)


def _note(ward: Ward, user: User, now: datetime, typed: Mapping[str, str]) -> None:
    duty.hand_over(ward=ward, text=typed.get("text", ""), actor=user, now=now)


Command = Callable[[Ward, User, datetime, Mapping[str, str]], None]
COMMANDS: dict[str, tuple[Command, Promise]] = {
    "add": (_add_shift, _("The duty was added.")),
    "remove": (_remove_shift, _("The duty was removed.")),
    "swap": (_swap, _("The exception was entered.")),
    "undo": (_undo, _("The exception was undone.")),
    "note": (_note, _("The note is there for who comes next.")),
}
"""By the button that was pressed: what to do, and what to say then."""


def _named(ward: Ward, typed: Mapping[str, str], field: str) -> User | None:
    """The person of the ward chosen in `field`; None where nobody was."""
    key = typed.get(field, "")
    if not key:
        return None
    user = next((one for one in duty.people_of_ward(ward) if str(one.pk) == key), None)
    if user is None:
        raise DutyRefused(field, "not_of_the_ward", _("Choose somebody who works on this ward."))
    return user


def _required(ward: Ward, typed: Mapping[str, str], field: str) -> User:
    user = _named(ward, typed, field)
    if user is None:
        raise DutyRefused(field, "required", _("Choose somebody."))
    return user


def _clock(typed: Mapping[str, str], field: str) -> time:
    """Hour and minute: a duty begins and ends on no second."""
    text = unicodedata.normalize("NFKC", typed.get(field, ""))
    try:
        return datetime.strptime(text, "%H:%M").time()
    except ValueError:
        raise DutyRefused(field, "invalid", _("Enter a time, such as 08:00.")) from None


def _moment(ward: Ward, typed: Mapping[str, str], field: str, now: datetime) -> datetime:
    try:
        # In UTC, because two times of one zone are compared by their clocks, also when these are put back.
        return instant(typed.get(field, ""), ward.hospital.zone, now).astimezone(UTC)
    except ValueError:
        raise DutyRefused(field, "invalid", _("Enter a date and a time.")) from None


def _number(typed: str | None) -> int:
    """The key of a row; one that no row has for anything else."""
    return int(typed) if typed and typed.isdecimal() and len(typed) < 18 else 0
