"""One page per verb: what it will do, its form, and the answer to what was submitted."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.models import User
from portal import drafts
from portal.access import person, signed_in
from portal.pages.case import context as case_context
from portal.pages.case import timeline_texts
from portal.pages.verbs import forms, texts
from portal.pages.verbs.initial_values import proposed
from portal.pages.verbs.slugs import of_slug
from portal.pages.verbs.submitting import Submission, submit
from portal.pages.verbs.ward_hints import ward_hints
from portal.pages.ward_record import in_place
from portal.refusals import CONFLICT, with_status
from referral.intake.unannounced import LOOK_UP_FIRST, arriving, expects, glimpse
from referral.models import Case
from referral.pathway.case_roles import open_offer
from referral.pathway.perform import prerequisite, usable_verbs
from referral.pathway.refusals import AccessError, InputError, PathwayError, Text
from referral.pathway.vocabulary import Verb
from referral.queries import access_log, cases


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def verb(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Show the form of a verb, or do it and go back to where the person came from."""
    now = clock.now()
    try:
        chosen = of_slug(verb)
        case, visible = _find(request, chosen, pk, now)
    except ValueError as error:
        raise Http404 from error
    except Case.DoesNotExist:
        if chosen == Verb.ADMIT and person(request).access.wards:
            return look_up_first(request)
        return passed_on(request, pk, typed=[*Submission.of(chosen, request.POST).typed.values()])
    if request.method == "POST":
        return _post(request, case, chosen, now)
    if chosen == Verb.ASSESS:
        return redirect("portal:indicators", pk=pk)
    if chosen not in usable_verbs(person(request), case):
        messages.warning(request, _cannot_be_done(case, chosen))
        return redirect(_after(request, case, ""))
    sent = Submission.of(chosen, request.GET)
    named = {name: value for name, value in sent.typed.items() if value}
    initial = proposed(chosen, case, expected=case.ward_id in person(request).access.wards)
    return _page(request, case, visible, sent, now, typed={**initial, **named})


@require_safe
@signed_in
def unfolded(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """The form of a verb alone, for a row that is unfolded; a sentence where the verb cannot be used now."""
    user, now = person(request), clock.now()
    case = cases.cases(user).filter(pk=pk).first()
    try:
        chosen = of_slug(verb)
    except ValueError as error:
        raise Http404 from error
    if case is None:
        raise Http404
    access_log.record_live(user=user, cases=[case], now=now)
    context: dict[str, Any] = {"case": case, "zone": case.hospital.zone, "now": now}
    if chosen in usable_verbs(user, case):
        sent = Submission.of(chosen, request.GET)
        expected = case.ward_id in user.access.wards
        context["form"] = _form(user, case, case, sent, proposed(chosen, case, expected=expected), (), now)
    else:
        context["refusal"] = _cannot_be_done(case, chosen)
    return render(request, "portal/case/unfolded.html", context)


def _cannot_be_done(case: Case, verb: Verb) -> str:
    refusal = _("“%(verb)s” cannot be done now.") % {"verb": texts.TEXTS[verb].title}
    return str(prerequisite(case, verb) or refusal)


def _find(request: HttpRequest, verb: Verb, pk: UUID, now: datetime) -> tuple[Case, Case | None]:
    """A case, the reading of which is audited, and the same where it is visible: to admit, a case may also be
    one that nobody expects here."""
    user = person(request)
    try:
        if request.method == "POST":
            visible = cases.cases(user).get(pk=pk)
        else:
            visible = cases.read_case(user, pk, now=now)
    except Case.DoesNotExist:
        if verb != Verb.ADMIT:
            raise
        return arriving(user, pk, now=now), None
    return visible, visible


def look_up_first(request: HttpRequest) -> HttpResponse:
    """What a ward's person is told who would admit a case that they have not just looked up."""
    return render(request, "portal/board/unannounced.html", {"look_up_first": LOOK_UP_FIRST}, status=404)


def passed_on(request: HttpRequest, pk: UUID, typed: Sequence[str] = ()) -> HttpResponse:
    """What a ward keeps of a case that has moved on: its own requests. 404 where it never had one."""
    offers = list(cases.own_offers(person(request), pk))
    if not offers:
        raise Http404
    context = {"offers": offers, "case": offers[-1].case, "wrote": [text for text in typed if text.strip()]}
    status = 409 if request.method == "POST" else 200
    return render(request, "portal/case/passed_on.html", context, status=status)


def _post(request: HttpRequest, case: Case, verb: Verb, now: datetime) -> HttpResponse:
    sent = Submission.of(verb, request.POST)
    try:
        done = submit(sent, case=case, user=person(request), now=now)
    except InputError as error:
        return _again(request, case, sent, now, refused=error.rows, status=422)
    except PathwayError as error:
        page = _again(request, case, sent, now, problem=error.message, status=CONFLICT)
        return with_status(page, error)
    except AccessError as error:
        return _again(request, case, sent, now, problem=error.message, status=403)
    drafts.finish(person(request), drafts.Place.of(request.path))
    if _is_talk(request, verb):
        return _talk(request, case)
    if in_place.is_in_place(request) and cases.cases(person(request)).filter(pk=case.pk).exists():
        return in_place.saved(request, case, person(request), now, texts.done_text(verb, done))
    messages.success(request, str(texts.done_text(verb, done)))
    return redirect(_after(request, case, sent.back))


def _is_talk(request: HttpRequest, verb: Verb) -> bool:
    """Whether the open page of a case sends a message and will take the talk as the answer."""
    return verb == Verb.MESSAGE and bool(request.headers.get("HX-Request"))


def _talk(
    request: HttpRequest, case: Case, form: forms.VerbForm | None = None, status: int = 200
) -> HttpResponse:
    """The talk as it is now; with `form`, what was typed and why it was not sent."""
    user = person(request)
    row = cases.cases(user).get(pk=case.pk)
    context = {"case": row, "zone": row.hospital.zone}
    context |= case_context.talk(row, user, usable_verbs(user, row))
    if form is not None:
        context["message_form"] = form
    return render(request, "portal/case/_talk.html", context, status=status)


def _after(request: HttpRequest, case: Case, back: str) -> str:
    """The case's page while it is visible, else the board or the home page."""
    user = person(request)
    if back == "board":
        return reverse("portal:board")
    if cases.cases(user).filter(pk=case.pk).exists():
        return reverse("portal:case", args=[case.pk])
    return reverse("portal:board" if user.access.wards else "portal:home")


def _again(request: HttpRequest, case: Case, sent: Submission, now: datetime, **more: Any) -> HttpResponse:
    """The form again, with everything that was typed, and what has happened to the case meanwhile."""
    visible = cases.cases(person(request)).filter(pk=case.pk).first()
    return _page(request, case, visible, sent, now, typed=sent.typed, **more)


def _page(
    request: HttpRequest,
    case: Case,
    visible: Case | None,
    sent: Submission,
    now: datetime,
    *,
    typed: Mapping[str, str],
    refused: Sequence[tuple[str, str, Text]] = (),
    problem: Text = "",
    status: int = 200,
) -> HttpResponse:
    """The form with what was `typed`. `visible`: the case as the person sees it now, None if they do not."""
    user = person(request)
    current = visible or case
    access_log.record_live(user=user, cases=[visible] if visible else [], now=now)
    form = _form(user, current, visible, sent, typed, refused, now)
    if problem:
        form.problems.append(problem)
    if _is_talk(request, sent.verb) and visible:
        return _talk(request, visible, form, status)
    context = {
        "case": current,
        "is_visible": visible is not None,
        "glimpse": glimpse(current.patient) if sent.verb == Verb.ADMIT and not visible else None,
        "form": form,
        "now": now,
        "zone": current.hospital.zone,
        "begins": status == 200,
        "usable": sent.verb in usable_verbs(user, current),
        "news": _news(visible, sent.version) if problem and visible else (),
        "wrote": [row for row in form if row.widget in ("line", "text") and row.value],
    }
    if in_place.is_in_place(request):
        return in_place.form(request, context, status=status)
    return render(request, "portal/case/verb.html", context, status=status)


def _form(
    user: User,
    case: Case,
    visible: Case | None,
    sent: Submission,
    typed: Mapping[str, str],
    refused: Sequence[tuple[str, str, Text]],
    now: datetime,
) -> forms.VerbForm:
    offer = open_offer(visible) if visible else None
    return forms.build(
        sent.verb,
        case=case,
        offer=offer.pk if offer else None,
        typed=typed,
        refused=refused,
        back=sent.back,
        expected=expects(user, case, offer),
        hints=ward_hints(sent.verb, visible, user, now) if visible else {},
        deadlines=cases.own_deadlines(user, visible) if visible else None,
    )


def _news(case: Case, version: int | None) -> list[timeline_texts.Line]:
    """What happened since the form was made, the newest first."""
    lines = timeline_texts.lines(case, cases.events(case))
    return [line for line in lines if version is not None and line.number > version]
