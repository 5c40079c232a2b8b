"""What a person was told."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from notifications import hooks, selectors, services
from notifications.delivery.bundles import SentTogether, sent_together
from notifications.models import Notification
from notifications.types import Rendered
from portal.access import person, signed_in
from referral.queries import cases as case_queries

PER_PAGE = 25


@dataclass(frozen=True)
class Entry:
    """A notification in the reader's language."""

    notification: Notification
    text: Rendered
    together: list[SentTogether]


@signed_in
@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Everything that stands, newest first."""
    user = person(request)
    page = Paginator(selectors.inbox(user), PER_PAGE).get_page(request.GET.get("page"))
    language = get_language() or user.language
    together = sent_together(list(page))
    context = {
        "page": page,
        "notices": [Entry(row, hooks.render(row, language), together.get(row.pk, [])) for row in page],
        "unread": selectors.unread_count(user),
        "now": clock.now(),
    }
    part = request.headers.get("HX-Request") == "true"
    return render(request, "portal/inbox_list.html" if part else "portal/inbox.html", context)


@signed_in
@require_safe
def unread(request: HttpRequest) -> HttpResponse:
    """The number beside the inbox."""
    context = {"unread": selectors.unread_count(person(request))}
    return render(request, "portal/components/unread.html", context)


@signed_in
@require_POST
def open_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Go to what a notification is about; it has been read then."""
    user = person(request)
    read = services.mark_read(notification=_own(user, pk), user=user, now=clock.now())
    return redirect(hooks.render(read, user.language).url_path)


@signed_in
@require_POST
def acknowledge_one(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say that one has understood."""
    user = person(request)
    services.acknowledge(notification=_own(user, pk), user=user, now=clock.now())
    return _back(request)


@signed_in
@require_POST
def acknowledge_case(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say so of every alert about one case, from its page."""
    user = person(request)
    case = case_queries.cases(user).filter(pk=pk).first()
    if case is None:
        raise Http404
    alerts = case_queries.alerts_about(case, user)
    services.acknowledge_all(notifications=alerts, user=user, now=clock.now())
    messages.success(request, _("Noted: nothing more is sent to you about these alerts."))
    return redirect("portal:case", pk=pk)


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    services.mark_all_read(user=person(request), now=clock.now())
    return _back(request)


def _own(user: User, pk: UUID) -> Notification:
    notification = selectors.notifications_of(user).filter(pk=pk).first()
    if notification is None:
        raise Http404
    return notification


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of the inbox that the person was on."""
    page = request.POST.get("page", "")
    return redirect(f"/inbox/?page={page}" if page.isdecimal() else "portal:inbox")
