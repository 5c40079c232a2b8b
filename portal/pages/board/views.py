"""The ward board, its live part, the look-up of unannounced patients, and opening and closing a ward."""

import json
import re
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.duty import may_arrange
from accounts.models import User, Ward
from accounts.rota import wards_watched_by
from accounts.text import cleaned, has_unprintable
from portal import drafts
from portal.access import person, signed_in
from portal.pages.alarm.context import alarm_of
from portal.pages.board import context as board_context
from portal.pages.board.filters import kept_for_next_visit
from portal.pages.places.context import places
from portal.pages.verbs import forms
from portal.refusals import with_status
from referral.identity.text import folded_number
from referral.intake.unannounced import find_unannounced, glimpse
from referral.intake.ward_status import close_ward, open_ward
from referral.pathway.refusals import TooOften
from referral.pathway.vocabulary import Verb
from referral.queries import access_log, cases

CASE_NUMBER = re.compile(r"\d{2}-\d{4,}")
LONGEST_REASON = 200


@require_safe
@signed_in
def board(request: HttpRequest) -> HttpResponse:
    """The worklist of a ward's people and of coordinators."""
    user, context = person(request), _live(request, keeps=True)
    alarm = json.dumps(alarm_of(user, context["now"], is_expected=context["is_expected"]))
    return render(
        request, "portal/board/board.html", {**context, **places(user, context["now"]), "alarm": alarm}
    )


@require_safe
@signed_in
def rows(request: HttpRequest) -> HttpResponse:
    """The live part of the board."""
    return render(request, "portal/board/_live.html", _live(request, keeps=False))


@require_safe
@signed_in
def changed(request: HttpRequest) -> HttpResponse:
    """The list of the board with the rows of some cases, for a page that has the others."""
    user, now = _watcher(person(request)), clock.now()
    ids = {pk for pk in map(_id, request.GET.getlist("case")) if pk}
    context = board_context.changed_rows(user, now, asked=request.GET, changed=ids)
    access_log.record_live(user=user, cases=context["drawn"], now=now)
    return render(request, "portal/board/_list.html", context)


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _live(request: HttpRequest, *, keeps: bool) -> dict[str, Any]:
    user = _watcher(person(request))
    now = clock.now()
    asked = kept_for_next_visit(request.GET, request.session) if keeps else request.GET
    context = board_context.live(user, now, asked=asked)
    access_log.record_live(user=user, cases=context["drawn"], now=now)
    return context


def _watcher(user: User) -> User:
    if not (user.access.wards or user.access.coordinates):
        raise Http404
    return user


@require_POST
@signed_in
def unannounced(request: HttpRequest) -> HttpResponse:
    """Find the case of a patient who stands at the door; the ID travels in the body, never in an address."""
    user, now = person(request), clock.now()
    if not user.access.wards:
        raise Http404
    typed = request.POST.get("query", "").strip()[:64]
    key = "number" if CASE_NUMBER.fullmatch(folded_number(typed)) else "national_id"
    try:
        case = find_unannounced(user=user, now=now, **{key: typed}) if typed else None
    except TooOften as refusal:
        context = {"typed": typed, "trouble": refusal, "now": now}
        return with_status(render(request, "portal/board/unannounced.html", context), refusal)
    if case is not None and cases.cases(user).filter(pk=case.pk).exists():
        return redirect("portal:case", pk=case.pk)
    context = {"typed": typed, "case": case, "now": now}
    if case is not None:
        context["form"] = forms.build(Verb.ADMIT, case=case, expected=False)
        context["glimpse"] = glimpse(case.patient)
    return render(request, "portal/board/unannounced.html", context, status=200 if case else 404)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def ward(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Open or close a ward, after saying what that will do."""
    user = person(request)
    watched = wards_watched_by(user).filter(pk=pk).first()
    if watched is None or not may_arrange(user, watched):
        raise Http404
    if request.method == "POST":
        return _switch(request, watched)
    return _ward_page(request, watched)


def _switch(request: HttpRequest, ward: Ward) -> HttpResponse:
    user, now = person(request), clock.now()
    if request.POST.get("to") == "open":
        open_ward(ward=ward, actor=user, now=now)
        messages.success(request, _("The ward is open and is asked again."))
        return redirect("portal:board")
    typed = request.POST.get("reason", "").strip()
    reason = "" if has_unprintable(typed) else cleaned(typed)
    if not reason or len(reason) > LONGEST_REASON:
        return _ward_page(request, ward, typed=typed, problem=_("Say in a few words why the ward closes."))
    asked = cases.open_requests(ward)
    close_ward(ward=ward, actor=user, reason=reason, now=now)
    drafts.finish(user, drafts.Place.of(request.path))
    messages.success(request, _switched_off(asked))
    return redirect("portal:board")


def _switched_off(asked: int) -> str:
    if not asked:
        return _("The ward is closed. No request was open.")
    return _(
        "The ward is closed. Its open requests were passed on; where no other ward is open, "
        "the coordinator was alerted."
    )


def _ward_page(request: HttpRequest, ward: Ward, typed: str = "", problem: str = "") -> HttpResponse:
    asked = cases.open_requests(ward)
    context = {"ward": ward, "asked": asked, "typed": typed, "problem": problem, "longest": LONGEST_REASON}
    context |= {"now": clock.now(), "begins": not problem}
    return render(request, "portal/board/ward.html", context, status=422 if problem else 200)
