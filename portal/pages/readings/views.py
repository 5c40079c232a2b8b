"""The addresses of readings: ask for one, and look what came of it."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from files.intake import Sent, receive
from files.refusals import AnotherFile, FileRefused, StoreAway
from labs.models import LabReading
from labs.readings.requests import ask_for, read_pasted, reading_of
from labs.refusals import UnreadableReportError
from labs.texts import refusal_text
from portal.access import person, signed_in
from portal.pages.readings.context import Patient, shown
from portal.uploads import id_given, is_too_long
from referral.models import Case, CaseFile
from referral.models.patients import Sex
from referral.queries import case_files, cases, worklists

LONGEST_TYPED = 80


@require_POST
@sensitive_post_parameters()
@never_cache
@signed_in
def readings(request: HttpRequest) -> HttpResponse:
    """Have a report read: `text`, a `file`, or a `case_file` that is there already."""
    user = person(request)
    try:
        reading = _asked(request, user)
    except UnreadableReportError as error:
        return _refused(422, refusal_text(error))
    except FileRefused as refused:
        return _refused(422, refused.message)
    except AnotherFile:
        return _refused(409, _("This picture could not be told from another one. Choose it again."))
    except StoreAway as away:
        return _refused(503, away.message)
    return _shown(request, reading, user)


@require_safe
@never_cache
@signed_in
def reading(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What came of a reading, compared with whom the form is about."""
    user = person(request)
    try:
        return _shown(request, reading_of(user, pk), user)
    except LabReading.DoesNotExist:
        raise Http404 from None


def _asked(request: HttpRequest, user: User) -> LabReading:
    now = clock.now()
    if is_too_long(request):
        raise FileRefused("too_large")
    if "text" in request.POST:
        return read_pasted(user=user, text=request.POST["text"], now=now)
    if given := request.POST.get("case_file"):
        return ask_for(user=user, file=_file_of_case(user, given).file, now=now)
    if (sent := request.FILES.get("file")) is None:
        raise UnreadableReportError("empty")
    content = Sent(id_given(request.POST.get("id", "")), str(sent.name), sent.read())
    return ask_for(user=user, file=receive(user=user, sent=content, now=now), now=now)


def _file_of_case(user: User, given: str) -> CaseFile:
    try:
        return case_files.visible_file(user, UUID(given))
    except (CaseFile.DoesNotExist, ValueError):
        raise Http404 from None


def _refused(status: int, message: object) -> HttpResponse:
    return JsonResponse({"message": str(message)}, status=status)


def _shown(request: HttpRequest, reading: LabReading, user: User) -> HttpResponse:
    given: Any = request.POST if request.method == "POST" else request.GET
    patient, zone = _patient(given, user)
    context = shown(reading, patient, zone=zone, now=clock.now())
    return render(request, "portal/readings/_reading.html", context)


def _patient(given: Any, user: User) -> tuple[Patient, str]:
    """Whom the form is about, and the zone of the hospital: of its case, else as it is typed so far."""
    case = _case(given.get("case", ""), user)
    if case is not None:
        return Patient(case.patient.name, case.patient.sex, case.age), case.hospital.zone
    sex = given.get("sex", "")
    hospital = worklists.hospitals_to_refer_for(user).first()
    typed = Patient(given.get("name", "")[:LONGEST_TYPED], sex if sex in Sex.values else "", _age(given))
    return typed, hospital.zone if hospital else "UTC"


def _case(given: str, user: User) -> Case | None:
    try:
        return cases.visible_case(user, UUID(given)) if given else None
    except (Case.DoesNotExist, ValueError):
        raise Http404 from None


def _age(given: Any) -> int | None:
    """The age by the birth date that is typed; None while there is none."""
    try:
        born = date.fromisoformat(given.get("birth_date", ""))
    except ValueError:
        return None
    today = clock.now().date()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
