"""The guide of practice: what to try in each role, and a made-up other side for who practises alone."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from accounts.models import User
from portal.access import person, signed_in
from portal.models import PracticeIntroduction
from referral.models import Case
from referral.practice.made_up import PracticeError, answer_request, network_of, send_request
from referral.practice.steps import steps_of


def learner(request: HttpRequest) -> User:
    """Who asks; 404 for an account that does not practise."""
    user = person(request)
    if not user.access.practises:
        raise Http404
    return user


@signed_in
@require_safe
def practice(request: HttpRequest) -> HttpResponse:
    """The list of what to try. Opened once, it is no longer put before the first page."""
    user = learner(request)
    PracticeIntroduction.objects.bulk_create(
        [PracticeIntroduction(user=user, at=clock.now())], ignore_conflicts=True
    )
    roles = [(row, [(step, step.verb.label) for step in row.steps]) for row in steps_of(user)]
    context = {"roles": roles, "asks": bool(user.access.wards or user.access.coordinates)}
    return render(request, "portal/practice/practice.html", context | {"refers": user.access.refers_for})


def is_introduced(user: User) -> bool:
    """Whether the guide was put before this account's first page."""
    return PracticeIntroduction.objects.filter(user=user).exists()


@require_POST
@signed_in
def send(request: HttpRequest) -> HttpResponse:
    """A made-up request to a ward, as if a first hospital had just sent it."""
    user = learner(request)
    done = _("A made-up request was sent to the ward: case %(number)s.")
    return _after(request, lambda: send_request(network_of(user), now=clock.now()), done)


@require_POST
@signed_in
def answer(request: HttpRequest) -> HttpResponse:
    """The ward's answer to the newest own request."""
    user = learner(request)
    done = _("The ward has acknowledged and accepted case %(number)s.")
    return _after(request, lambda: answer_request(user, now=clock.now()), done)


def _after(request: HttpRequest, act: Callable[[], Case], done: str) -> HttpResponse:
    try:
        messages.success(request, done % {"number": act().number})
    except PracticeError as error:
        messages.warning(request, str(error.message))
    return redirect(reverse("portal:practice"))
