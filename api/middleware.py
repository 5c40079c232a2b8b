"""Every refusal to a program is a problem (RFC 9457), also where other code than ours refuses.

Sign-in answers in the form of its library. Its members stay, for what is written for that library, and those
of a problem are added: neither has a name that means something else in the other.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from api.problems import CODES, DETAILS, MEDIA_TYPE, problem

PROGRAMS = ("/api/", "/_allauth/")
SIGN_IN = "/_allauth/"
CARRIED = ("Retry-After", "WWW-Authenticate", "Allow", "Cache-Control", "Content-Range")


class ProblemsForPrograms:
    """Makes problems of the refusals that are none yet."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_refusal = response.status_code >= 400 and request.path.startswith(PROGRAMS)
        if not is_refusal or response.headers.get("Content-Type") == MEDIA_TYPE:
            return response
        return _as_problem(response, _said(response), is_sign_in=request.path.startswith(SIGN_IN))


def _said(response: HttpResponse) -> dict[str, Any]:
    """The members of what was answered; none for a page."""
    if response.streaming or not response.headers.get("Content-Type", "").startswith("application/json"):
        return {}
    said = json.loads(response.content)
    return said if isinstance(said, dict) else {}


def _as_problem(response: HttpResponse, said: Mapping[str, Any], *, is_sign_in: bool) -> HttpResponse:
    status = response.status_code
    rows = [_row(row) for row in said.get("errors", ())]
    code = _sign_in_code(status, said) if is_sign_in else CODES.get(status, "refused")
    detail = " ".join(dict.fromkeys(row["message"] for row in rows)) or _detail(status, code)
    body = {**said, **problem(status, code, detail).data, "errors": rows}
    if "meta" in said:
        body["meta"] = {**said["meta"], "is_authenticated": bool(said["meta"].get("is_authenticated"))}
    answer = JsonResponse(body, status=status, content_type=MEDIA_TYPE)
    for name in CARRIED:
        if name in response.headers:
            answer.headers[name] = response.headers[name]
    answer.cookies = response.cookies
    return answer


def _row(row: Mapping[str, Any]) -> dict[str, Any]:
    """An error with its field under our name for it, beside the library's."""
    return {**row, "field": row.get("param", ""), "code": row.get("code") or "invalid"}


def _sign_in_code(status: int, said: Mapping[str, Any]) -> str:
    if status == 401:
        return _unfinished(said)
    by_status = {
        400: "invalid" if said.get("errors") else "malformed",
        409: "not_possible",
        410: "session_ended",
    }
    return by_status.get(status) or CODES.get(status, "refused")


def _unfinished(said: Mapping[str, Any]) -> str:
    """Why a session token is not enough: a proof is wanted, a second factor, or all of a sign-in."""
    if said.get("meta", {}).get("is_authenticated"):
        return "second_proof_required"
    pending = {flow["id"] for flow in said.get("data", {}).get("flows", ()) if flow.get("is_pending")}
    return "second_factor_needed" if "mfa_authenticate" in pending else "not_signed_in"


def _detail(status: int, code: str) -> str:
    words = {
        "second_factor_needed": _("Send the code of your authenticator app, or a recovery code."),
        "second_proof_required": _("Prove again that it is you, by password or code, then try again."),
        "session_ended": _("This session has ended. Sign in again."),
        "not_possible": _("This is not possible as things stand. Look at the session first."),
        "malformed": _("The body is not valid JSON. Nothing was changed."),
    }
    return words.get(code) or str(DETAILS.get(status, _("The request was refused.")))
