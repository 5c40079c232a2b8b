"""Entering a first visit and the eight indicators."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import clock
from accounts.models import User
from portal import drafts
from portal.access import person, signed_in
from portal.forms.identity import IdentityForm
from portal.forms.indicators import LABORATORY, IndicatorsForm
from portal.forms.visit import VisitForm
from portal.pages.entry.background import BackgroundForm
from portal.pages.entry.stored_values import Stored, last_values, stored_values
from portal.pages.launch.context import offered
from portal.pages.verbs.initial_values import proposed
from portal.refusals import with_status
from referral.identity.birth import BirthDate
from referral.identity.matching import NamesakeExists
from referral.identity.national_id import resident_number
from referral.identity.written import Identity, doubts_of_id, hints
from referral.intake.first_visit import doubts
from referral.intake.launches import launch_of
from referral.intake.submission import proceed, submit
from referral.models import Case
from referral.pathway.perform import verbs_of
from referral.pathway.refusals import AccessError, IdentityQuestion, InputError, PathwayError, TooOften
from referral.pathway.vocabulary import BEFORE_ADMISSION, Party, State, Verb
from referral.queries import cases, worklists

THEN: dict[str, Verb | None] = {"draft": None, "assess": Verb.ASSESS, "refer": Verb.REFER}
"""What the buttons of the form ask for."""

UNPROCESSABLE = 422
LONGEST_TYPED = 40


@signed_in
def new_case(request: HttpRequest) -> HttpResponse:
    """Register a patient, with as many of the eight indicators as there are."""
    user, now = person(request), clock.now()
    hospitals = worklists.hospitals_to_refer_for(user)
    if not hospitals:
        raise PermissionDenied
    data = request.POST if request.method == "POST" else None
    visit = VisitForm(data, hospitals=hospitals, now=now)
    values = IndicatorsForm(data, zone=visit.at.zone, now=now)
    background = BackgroundForm(data, case=Case(hospital=visit.at), user=user, now=now)
    if data is None and (draft := request.GET.get("draft")):
        if number := _registered(user, draft):
            messages.info(
                request, _("Case %(number)s is registered. This is a new, empty form.") % {"number": number}
            )
            return redirect("portal:new_case")
        visit.initial["case_id"] = draft
    wards = cases.wards_near(visit.at)
    context: dict[str, Any] = {
        "begins": data is None,
        "visit": visit,
        "values": values,
        "background": background,
        "zone": visit.at.zone,
        "now": now,
        "may_refer": True,
        "wards": wards,
        **_launched(request, now),
    }
    if data is not None:
        answer = _already_known(request, visit, values, now) or _register(
            request, visit, values, context, now
        )
        if answer is not None:
            return answer
    page = render(request, "portal/new_case.html", context, status=_status(data))
    trouble = context.get("trouble")
    return with_status(page, trouble) if isinstance(trouble, TooOften) else page


def _launched(request: HttpRequest, now: datetime) -> dict[str, Any]:
    """What the patient record has from which the person was sent here; nothing for who was not."""
    launch = launch_of(person(request), request.GET.get("launch", ""), now)
    return offered(launch) if launch else {}


def _registered(user: User, draft: str) -> str:
    """The number of the case that came of a form the browser goes back to; empty while there is none."""
    place = drafts.Place.of(reverse("portal:new_case"), draft)
    case = cases.cases(user).filter(pk=place.subject).first() if place else None
    return case.number if case else ""


def _register(
    request: HttpRequest, visit: VisitForm, values: IndicatorsForm, context: dict[str, Any], now: datetime
) -> HttpResponse | None:
    """The answer to a form that could be used; None when it has to be shown again with what is wrong."""
    user, then = person(request), _then(request)
    background: BackgroundForm = context["background"]
    if not all([visit.is_valid(), values.is_valid(), not background.errors]):
        return None

    def take() -> Case:
        return submit(
            actor=user,
            hospital=visit.cleaned_data["hospital"],
            visit=visit.visit(),
            values=values.values(),
            then=then,
            inputs=_inputs(then, values),
            background=background.inputs,
            now=now,
        )

    case = _attempt(take, values, context, visit)
    if case is None:
        return _already_known(request, visit, values, now)
    for _field, _code, message in doubts(visit.visit(), now):
        messages.warning(request, str(message))
    return _shown(request, case, then)


@signed_in
def indicators(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Add to the eight indicators of a case, assess it, or assess it again."""
    user, now = person(request), clock.now()
    case = _own_case(user, pk, now)
    if case.state not in BEFORE_ADMISSION:
        messages.info(request, _("The patient has been admitted; the ward records what follows."))
        return redirect("portal:case", pk=case.pk)
    stored = stored_values(case, now)
    data = request.POST if request.method == "POST" else None
    again = last_values(case) if request.GET.get("start") == "last" else None
    start = stored.start if again is None else again
    values = IndicatorsForm(data, zone=case.hospital.zone, now=now, start=start, last=stored.last)
    values.initial.update(proposed(Verb.REFER, case))
    begins = data is None and again is None
    context = _context(case, user, values, stored, now) | {"begins": begins, "corrects": again is not None}
    context |= _launched(request, now)
    if (
        data is not None
        and _nobody_else_saved(data.get("mark"), stored, values, context)
        and values.is_valid()
    ):
        then = _then(request)

        def save() -> Case:
            inputs = _inputs(then, values)
            return proceed(case, actor=user, values=values.values(), then=then, inputs=inputs, now=now)

        if _attempt(save, values, context) is not None:
            return _shown(request, case, then)
    return render(request, "portal/indicators.html", context, status=_status(data))


@signed_in
@require_POST
def identity_remarks(request: HttpRequest) -> HttpResponse:
    """What an ID says and contradicts, while the rest is still being typed. Nobody is looked for."""
    typed: dict[str, Any] = {
        name: request.POST.get(name, "")[:LONGEST_TYPED] for name in ("national_id", "local_number", "sex")
    }
    form = IdentityForm(request.POST, initial={})
    form.is_valid()
    born = form.cleaned_data.get("birth_date")
    identity = Identity(name="", **typed, birth_date=BirthDate.on(born) if born else None)
    resident = resident_number(identity.national_id)
    context = {
        "remarks": [message for _field, _code, message in (*hints(identity), *doubts_of_id(identity))],
        "resident": resident if resident and not resident.problem else None,
    }
    return render(request, "portal/components/identity_remarks.html", context)


@signed_in
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    """What is wrong or unusual about one laboratory value, while the rest is still being typed."""
    name = next((name for name in LABORATORY if name in request.POST), None)
    if name is None:
        raise Http404
    values = IndicatorsForm(request.POST, zone="UTC", now=clock.now())
    values.is_valid()
    return render(request, "portal/components/value_remarks.html", {"entry": values.entry(name)})


def _context(case: Case, user: User, values: IndicatorsForm, stored: Stored, now: datetime) -> dict[str, Any]:
    """What the page of a case's indicators shows."""
    return {
        "case": case,
        "values": values,
        "stored": stored,
        "now": now,
        "wards": cases.wards_to_call(case),
        "may_refer": Verb.REFER in verbs_of(cases.sides(user, case), case),
    }


def _own_case(user: User, pk: UUID, now: datetime) -> Case:
    """A case of a hospital that the user refers for; any other does not exist for this page."""
    try:
        case = cases.read_case(user, pk, now=now)
    except Case.DoesNotExist:
        raise Http404 from None
    if Party.ORIGIN not in cases.sides(user, case):
        raise Http404
    return case


def _attempt(
    command: Callable[[], Case],
    values: IndicatorsForm,
    context: dict[str, Any],
    visit: VisitForm | None = None,
) -> Case | None:
    """Do it, or put what was refused where it was typed."""
    try:
        return command()
    except AccessError as refusal:
        raise PermissionDenied(str(refusal.message)) from refusal
    except InputError as refusal:
        about_visit = [row for row in refusal.rows if visit is not None and _is_of(row[0], visit)]
        if visit is not None and isinstance(refusal, IdentityQuestion):
            may_be_same = not isinstance(refusal, NamesakeExists)
            messages_asked = [row[2] for row in about_visit]
            visit.ask_whether_same(messages_asked, question=refusal.question, may_be_same=may_be_same)
            if isinstance(refusal, NamesakeExists) and refusal.own:
                visit.own_namesake = refusal.rival
        elif visit is not None:
            visit.refuse(about_visit)
        values.refuse([row for row in refusal.rows if row not in about_visit])
    except PathwayError as refusal:
        context["trouble"] = refusal
        if visit is not None and refusal.extra.get("confirmable"):
            visit.ask_whether_same([refusal.message], question=refusal.extra["question"], may_be_same=False)
    return None


def _is_of(field: str, visit: VisitForm) -> bool:
    return field.startswith("patient.") or field in visit.fields


def _already_known(
    request: HttpRequest, visit: VisitForm, values: IndicatorsForm, now: datetime
) -> HttpResponse | None:
    """The answer to a form that was sent before: its case, and what was typed since to be saved there."""
    case_id = visit.typed_case_id
    case = cases.cases(person(request)).filter(pk=case_id).first() if case_id else None
    if case is None:
        return None
    drafts.finish(person(request), drafts.Place.of(request.path, str(case.pk)))
    stored = stored_values(case, now)
    if case.state == State.REGISTERED and values.is_valid() and values.differs_from(stored.start):
        values.last = {}
        messages.info(
            request,
            _("Case %(number)s is registered already. Check the values and save them here.")
            % {"number": case.number},
        )
        context = _context(case, person(request), values, stored, now) | {"begins": False}
        return render(request, "portal/indicators.html", context, status=UNPROCESSABLE)
    messages.info(
        request,
        _("Case %(number)s was registered before; nothing was entered twice.") % {"number": case.number},
    )
    return redirect("portal:result", pk=case.pk)


def _nobody_else_saved(
    mark: str | None, stored: Stored, values: IndicatorsForm, context: dict[str, Any]
) -> bool:
    """False when others were saved since the form was opened: they are shown beside what was typed."""
    if mark == stored.mark:
        return True
    values.last = {name: str(value) for name, value in stored.start.items()} | stored.last
    context["overtaken"] = True
    return False


def _inputs(then: Verb | None, values: IndicatorsForm) -> dict[str, str]:
    names = {Verb.ASSESS: ("hold_back", "note"), Verb.REFER: ("reason", "note")}.get(then or Verb.MESSAGE, ())
    return {name: values.cleaned_data[name] for name in names}


def _then(request: HttpRequest) -> Verb | None:
    return THEN.get(request.POST.get("then", "assess"), Verb.ASSESS)


def _shown(request: HttpRequest, case: Case, then: Verb | None) -> HttpResponse:
    drafts.finish(person(request), drafts.Place.of(request.path, str(case.pk)))
    if then is None:
        messages.success(
            request, _("Saved as case %(number)s. Add the missing values here.") % {"number": case.number}
        )
    return redirect("portal:result", pk=case.pk)


def _status(data: object) -> int:
    return 200 if data is None else UNPROCESSABLE
