"""What who runs the platform looks at: is the engine alive, what waits, what failed; and repairs by hand."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from accounts.administration import may_administer
from accounts.models import User
from notifications import hooks, operations
from notifications.models import Delivery
from notifications.operations import ReplayRefused
from portal.access import person, signed_in
from portal.pages.operations import context as operations_context
from referral.deadlines import quarantine

PER_PAGE = 25


@require_safe
@signed_in
def overview(request: HttpRequest) -> HttpResponse:
    """Processes, channels, what was set aside, what could not be delivered."""
    return render(request, "portal/operations/overview.html", _overview(request))


@require_safe
@signed_in
def live(request: HttpRequest) -> HttpResponse:
    """The part of the overview that changes by itself."""
    return render(request, "portal/operations/_overview.html", _overview(request))


def _overview(request: HttpRequest) -> dict[str, object]:
    return operations_context.overview(_operator(request), clock.now())


@require_safe
@signed_in
def deliveries(request: HttpRequest) -> HttpResponse:
    """The deliveries of one kind, the newest first."""
    user, here = _operator(request), request.GET.get("state", "")
    here = here if here in operations.STATES else next(iter(operations.STATES))
    rows = operations.deliveries(user).filter(state__in=operations.STATES[here])
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [operations_context.row_of(row, get_language() or "") for row in page],
        "here": here,
        "tabs": operations_context.TABS.items(),
    }
    return render(request, "portal/operations/deliveries.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def delivery(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One delivery and what became of it; a POST sends it once more."""
    user = _operator(request)
    row = operations.deliveries(user).filter(pk=pk).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        return _replay(request, user, row)
    return _delivery_page(request, row)


def _replay(request: HttpRequest, user: User, delivery: Delivery) -> HttpResponse:
    try:
        again = operations.replay(delivery=delivery, actor=user, now=clock.now())
    except ReplayRefused as refusal:
        messages.error(request, str(refusal.message))
        return _delivery_page(request, delivery, status=409)
    messages.success(request, _("It is being sent once more. This is the new delivery."))
    return redirect("portal:delivery", pk=again.pk)


def _delivery_page(request: HttpRequest, delivery: Delivery, status: int = 200) -> HttpResponse:
    context = {
        "row": operations_context.row_of(delivery, get_language() or ""),
        "text": hooks.render(delivery.notification, get_language() or ""),
        "refusal": operations.why_no_replay(delivery),
        "replay": next(iter(delivery.replays.all()), None),
    }
    return render(request, "portal/operations/delivery.html", context, status=status)


@require_POST
@signed_in
def release(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Let the engine try a deadline again that it had set aside."""
    user = _operator(request)
    deadline = quarantine.set_aside(user).filter(pk=pk).first()
    if deadline is None:
        raise Http404
    quarantine.release(deadline=deadline, actor=user, now=clock.now())
    messages.success(request, _("The engine tries this deadline again within seconds."))
    return redirect(f"{reverse('portal:operations')}#set-aside")


def _operator(request: HttpRequest) -> User:
    """The administrator of a network; for everybody else these pages do not exist."""
    user = person(request)
    if not may_administer(user):
        raise Http404
    return user
