"""What stands around every guess at a password or a code: counted, refused when too many, and recorded."""

from datetime import datetime
from math import ceil
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts import audit, clock, devices, problems, sign_ins, tries
from accounts.models import User
from accounts.refusals import TooManyTries
from accounts.signals import security_event
from accounts.tries import Try

WRONG = {
    "password": "sign_in_failed",
    "code": "second_factor_failed",
    "proof": "proof_failed",
    "reset": "ask_for_link",
}
"""By what was tried: how a wrong one is named on the audit trail."""


NOTICED = {"password": (tries.NOTICE, "guessing"), "code": (tries.NOTICE_OF_CODES, "code_guessing")}
"""After how many wrong ones from unknown devices the person is told, and what."""


def begin(kind: str, account: str, request: HttpRequest) -> Try:
    """Count a try before it is judged. Raises what answers the request if it is one too many."""
    now = clock.now()
    device = sign_ins.device_of(request.session) if request.user.is_authenticated else None
    one = tries.count_try(kind, account, request, device=device or devices.device_of(request), now=now)
    if one.wait is None:
        return one
    if one.is_first_too_many:
        _record(one, "locked_out", now, tried=kind)
    raise _answer(TooManyTries(max(1, ceil(one.wait.total_seconds()))), request)


def right(one: Try) -> None:
    """It was right."""
    one.take_back()


def wrong(one: Try) -> None:
    """It was wrong: leave a line, and see whether it was one of many."""
    now = clock.now()
    _record(one, WRONG[one.kind], now)
    if one.is_known_device:
        if one.kind == "password" and tries.is_last_of(
            tries.FORGET, f"forget:{one.device}:{one.account}", now
        ):
            devices.forget(one.device, one.account)
    elif one.kind in NOTICED:
        limit, event = NOTICED[one.kind]
        if tries.is_last_of(limit, f"notice:{one.kind}:{one.account}", now):
            _notify(one, event, now)


def proves(user: User, password: str, request: HttpRequest) -> bool:
    """Whether it is the password of `user`, who is signed in; a counted guess."""
    one = begin("proof", user.email, request)
    is_right = user.check_password(password)
    (right if is_right else wrong)(one)
    return is_right


def _record(one: Try, action: str, now: datetime, **detail: Any) -> None:
    """Leave a line for the administrators of the person's networks; also where there is no such person, so
    that the answer takes as long."""
    detail |= {"address": one.address, "known_device": one.is_known_device}
    user = User.objects.filter(email=one.account).first()
    if user is None:
        audit.record(actor=None, action=action, subject_type="user", subject_id="unknown", now=now, **detail)
    else:
        audit.record_of_person(user=user, actor=None, action=action, now=now, **detail)


def _notify(one: Try, event: str, now: datetime) -> None:
    user = User.objects.filter(email=one.account, is_active=True).first()
    if user is not None:
        security_event.send(sender=Try, user=user, event=event, about={}, now=now)


def _answer(refusal: TooManyTries, request: HttpRequest) -> Exception:
    """For a form: its error, with the seconds for the header; for the app: a problem."""
    request.retry_after = refusal.seconds  # type: ignore[attr-defined]
    if not hasattr(getattr(request, "allauth", None), "headless"):
        return ValidationError(str(refusal.message), code=refusal.code)
    problem = problems.problem(429, refusal.code, _("Too many requests"), refusal.message)
    return ImmediateHttpResponse(problem)
