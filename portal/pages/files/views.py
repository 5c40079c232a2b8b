"""The pages of pictures and documents, and what they show."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.ids import new_id
from accounts.models import User
from files import downloads
from files.intake import Sent
from files.refusals import REASONS
from portal.access import person, signed_in
from portal.pages.files import context
from portal.uploads import id_given, is_too_long
from referral.intake.case_files import add_to_case
from referral.models import Case, CaseFile
from referral.pathway.refusals import AccessError, FilesAway, InputError, PathwayError, Text
from referral.queries import case_files, cases

FIELDS = ("kind", "caption")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def files(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All files of a case; a POST adds one (asked for by a script) or several."""
    user, now = person(request), clock.now()
    try:
        if request.method == "POST":
            return _add(request, cases.visible_case(user, pk))
        case = cases.read_case(user, pk, now=now, part="files")
    except Case.DoesNotExist:
        raise Http404 from None
    shown = context.page(case, user, now)
    case_files.note_look(user, case, now)
    return render(request, "portal/files/files.html", shown)


@require_safe
@signed_in
def live(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The list of an open page."""
    user, now = person(request), clock.now()
    try:
        case = cases.visible_case(user, pk)
    except Case.DoesNotExist:
        raise Http404 from None
    return render(request, "portal/files/_list.html", context.page(case, user, now))


@require_safe
@signed_in
def file(request: HttpRequest, pk: UUID, file_id: UUID) -> HttpResponse:
    """One file, to be looked at."""
    user, now = person(request), clock.now()
    row = _visible(user, pk, file_id)
    shown = context.viewer(row, row.case, user)
    case_files.note_look(user, row.case, now)
    return render(request, "portal/files/viewer.html", shown)


@require_safe
@signed_in
def content(request: HttpRequest, pk: UUID, file_id: UUID, role: str, number: int) -> HttpResponse:
    """One part of a file; the reading is audited."""
    user, now = person(request), clock.now()
    try:
        part, read = case_files.read_part(user, file_id, role, number, now=now, case_id=pk)
    except CaseFile.DoesNotExist:
        raise Http404 from None
    except FilesAway as away:
        return HttpResponse(str(away.message), status=503, content_type="text/plain; charset=utf-8")
    return downloads.answer(request, part, read)


def _visible(user: User, case_id: UUID, file_id: UUID) -> CaseFile:
    try:
        row = case_files.visible_file(user, file_id)
    except CaseFile.DoesNotExist:
        raise Http404 from None
    if row.case_id != case_id:
        raise Http404
    return row


def _add(request: HttpRequest, case: Case) -> HttpResponse:
    """Add what was sent: to a script an answer for each file, to a form its page with what was refused."""
    outcomes = [(sent.name, *_added(request, case, sent)) for sent in _sent(request)]
    if not outcomes:
        outcomes = [("", 422, _nothing_sent(request))]
    if "X-Progress" in request.headers:
        _name, status, message = outcomes[0]
        return JsonResponse({"message": str(message)}, status=status)
    for name, status, message in outcomes:
        if status != 201:
            messages.error(request, f"{name}{_(': ')}{message}" if name else str(message))
    return redirect("portal:files", pk=case.pk)


def _added(request: HttpRequest, case: Case, sent: Sent) -> tuple[int, Text]:
    inputs: Mapping[str, Any] = {name: request.POST[name] for name in FIELDS if request.POST.get(name)}
    try:
        add_to_case(user=person(request), case=case, sent=sent, inputs=inputs, now=clock.now())
    except InputError as error:
        return 422, " ".join(str(message) for _field, _code, message in error.rows)
    except FilesAway as away:
        return 503, away.message
    except PathwayError as refusal:
        return 409, refusal.message
    except AccessError as refusal:
        return 403, refusal.message
    return 201, ""


def _sent(request: HttpRequest) -> list[Sent]:
    """The files of the request; more than one only from a form without a script."""
    if is_too_long(request):
        return []
    given = request.FILES.getlist("file")
    ids = [id_given(request.POST.get("id", ""))] if len(given) == 1 else [new_id() for _file in given]
    return [Sent(id, str(file.name), file.read()) for id, file in zip(ids, given, strict=True)]


def _nothing_sent(request: HttpRequest) -> Text:
    return REASONS["too_large"] if is_too_long(request) else _("Choose a picture or a PDF first.")
