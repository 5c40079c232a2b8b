"""Refusals of sign-in as problems of RFC 9457, for programs that reach no view of the API."""

from django.http import JsonResponse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


def problem(status: int, code: str, title: str, detail: str | Promise) -> JsonResponse:
    """The answer to a program; `code` is stable."""
    body = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": title,
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": [],
    }
    return JsonResponse(body, status=status, content_type="application/problem+json")


def not_signed_in() -> JsonResponse:
    detail = _("You are not signed in, or your sign-in has expired. Sign in and try again.")
    answer = problem(401, "not_signed_in", _("Please sign in"), detail)
    answer.headers["WWW-Authenticate"] = 'Bearer realm="api"'
    return answer


def scope_missing() -> JsonResponse:
    detail = _("This access token lacks the scope for this. Use one that has it.")
    return problem(403, "scope_missing", _("Not permitted"), detail)


def second_factor_missing() -> JsonResponse:
    detail = _("A second factor is needed here. Set one up after signing in, then try again.")
    return problem(403, "mfa_required", _("Not permitted"), detail)
