"""Saving unfinished forms in the background, giving them back, and throwing them away."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.models import User
from portal import drafts
from portal.access import person, signed_in
from portal.models import FormDraft
from portal.page_owner import mark_in, mark_of

SIGNED_OUT, OTHER_PERSON = "signed-out", "other-person"


@csrf_exempt  # The form's signed mark is the proof: it also outlives the session that the token belongs to.
@sensitive_post_parameters()
@never_cache
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep a form for the person whose page it is, and say whether it could be sent now.

    `state` is "ready", "signed-out" or "other-person", "overtaken" or "finished"; `saved_at` the time of what
    is kept, null where nothing is, and `shown` its hour and minute; `version` counts the savings. Who may
    send gets a fresh token and mark.
    """
    mark = mark_in(request)
    if mark is None:
        return JsonResponse({"state": SIGNED_OUT}, status=403)
    owner = mark.person()
    answer: dict[str, object] = {"state": _state(request, mark.user_id), "saved_at": None, "version": 0}
    if owner is not None:
        answer |= _kept(request, owner)
    if request.user.pk == mark.user_id and isinstance(request.user, User):
        answer |= {"token": get_token(request), "mark": mark_of(request.user)}
    return JsonResponse(answer)


def _state(request: HttpRequest, owner: UUID) -> str:
    if not request.user.is_authenticated:
        return SIGNED_OUT
    return "ready" if request.user.pk == owner else OTHER_PERSON


def _kept(request: HttpRequest, owner: User) -> dict[str, object]:
    """What became of a form of ours; nothing for one that is not kept."""
    posted = request.POST
    place = drafts.Place.of(posted.get("draft_page", ""), posted.get("draft_subject", ""))
    typed = drafts.typed_in(posted)
    if place is None or drafts.is_too_large(typed):
        return {}
    read_version = posted.get("draft_version", "")
    version = int(read_version) if read_version.isdecimal() and len(read_version) < 9 else None
    try:
        draft = drafts.save(owner, place, typed, now=clock.now(), version=version)
    except drafts.Overtaken as overtaken:
        return {"state": "overtaken", **_seen(overtaken.draft)}
    except drafts.Finished:
        return {"state": "finished"}
    return _seen(draft)


def _seen(draft: FormDraft) -> dict[str, object]:
    local = draft.saved_at.astimezone(ZoneInfo(settings.DEFAULT_DISPLAY_ZONE))
    return {"saved_at": draft.saved_at.isoformat(), "shown": f"{local:%H:%M}", "version": draft.version}


@require_GET
@signed_in
def typed(request: HttpRequest) -> HttpResponse:
    """What the person has typed into a form so far. 404 where there is nothing of theirs."""
    place = drafts.Place.of(request.GET.get("page", ""), request.GET.get("subject", ""))
    draft = drafts.of(person(request), place, clock.now()) if place else None
    if draft is None:
        raise Http404
    address = reverse("portal:discard_draft", args=[draft.pk])
    return JsonResponse({"typed": draft.typed, "discard": address, **_seen(draft)})


@require_http_methods(["GET", "POST"])
@signed_in
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask whether an unfinished form is to be thrown away, and do it."""
    user, now = person(request), clock.now()
    try:
        draft = drafts.own(user, pk, now)
    except FormDraft.DoesNotExist:
        raise Http404 from None
    if request.method == "POST":
        drafts.finish(user, drafts.Place(draft.page, draft.subject))
        messages.success(request, _("The unfinished form was thrown away."))
        return redirect("portal:home")
    [row] = [row for row in drafts.unfinished(user, now, draft.subject) if row.draft.pk == draft.pk]
    return render(request, "portal/discard_draft.html", {"row": row, "now": now})


def too_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page for a form whose token no longer holds; what was typed is kept for its owner."""
    mark = mark_in(request)
    is_own = mark is not None and mark.user_id == request.user.pk
    place = drafts.keep_posted(request, mark) if mark is not None and is_own else None
    return render(request, "403_csrf.html", {"address": place.address if place else ""}, status=403)
