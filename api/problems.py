"""Errors as `application/problem+json` (RFC 9457), in the request's language."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.refusals import AccountRefusal
from api.problem_codes import ApiCode
from notifications.contacts.contact_methods import ContactMethodCode
from referral.pathway.refusals import (
    AccessError,
    ConfirmationNeeded,
    FilesAway,
    IdentityQuestion,
    InputError,
    PathwayError,
    StaleVersion,
    Text,
    TooOften,
)

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
TITLES: Mapping[int, Text] = {
    400: _("The request cannot be read"),
    401: _("Please sign in"),
    403: _("Not permitted"),
    404: _("Not found"),
    405: _("This address does not take this method"),
    409: _("Not possible as things stand"),
    412: _("Changed since you read it"),
    413: _("The request is too large"),
    415: _("Not JSON"),
    416: _("Beyond the end"),
    422: _("Some of this needs correction"),
    429: _("Too many requests"),
    500: _("Something went wrong here"),
    503: _("Not available at the moment"),
}
CODES: Mapping[int, str] = {
    401: "not_signed_in",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    415: "not_json",
    416: "beyond_the_end",
    429: "too_many_requests",
}
DETAILS: Mapping[int, Text] = {
    401: _("You are not signed in, or your sign-in has expired. Sign in and try again."),
    404: _("This does not exist, or it is not yours to see. Check the address."),
    405: _("Use one of the methods named in the header “Allow”."),
    415: _("Send JSON, with the header “Content-Type: application/json”."),
    416: _("The content ends before the range that was asked for. “Content-Range” says how long it is."),
    429: _("Wait for as many seconds as the header “Retry-After” says, then try again."),
    500: _("This is our fault and was recorded. Nothing was changed. Try again in a moment."),
    503: _("The service is busy or restarting. Nothing was changed. Try again in a moment."),
}

INSTEAD: Mapping[str, Text] = {
    "required": _("Please fill this in."),
    "blank": _("Please fill this in."),
    "null": _("null is no answer here. Give a value, or leave this out."),
    "invalid_choice": _("This is none of the answers. GET /api/v1/codes names them."),
}
"""What is said in place of the framework's words, which do not say what to do."""

Rows = Iterable[tuple[str, str, Text]]


class Refusal(exceptions.APIException):
    """A refusal of the API itself. `code` is stable; `extra` becomes further members of the problem.

    `wait`: in how many seconds it may be tried again.
    """

    def __init__(
        self,
        status: int,
        code: ApiCode | ContactMethodCode,
        detail: Text,
        *,
        wait: int | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(str(detail), code)
        self.status_code, self.code, self.wait, self.extra = status, code, wait, extra


def not_known(name: str) -> str:
    """What is said of a field or parameter that nothing here has."""
    return _("“%(field)s” is not known here. Check its spelling.") % {"field": name}


def problem(
    status: int,
    code: str,
    detail: Text,
    *,
    rows: Rows = (),
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """A problem as an answer; `rows` are (field, code, message)."""
    body = {
        "type": f"/problems/{code.replace('_', '-')}",
        "title": str(TITLES.get(status, _("The request was refused"))),
        "status": status,
        "detail": str(detail),
        "code": code,
        "errors": [{"field": field, "code": kind, "message": str(text)} for field, kind, text in rows],
        **extra,
    }
    return Response(body, status=status, headers=dict(headers or {}), content_type=MEDIA_TYPE)


def answer_to(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of a view (the REST framework's EXCEPTION_HANDLER)."""
    match error:
        case InputError():
            return _of_facts(error)
        case PathwayError() | AccountRefusal():
            return _of_pathway(error)
        case AccessError():
            return problem(403, "not_permitted", error.message)
        case Http404() | ObjectDoesNotExist():
            return problem(404, CODES[404], DETAILS[404])
        case PermissionDenied():
            return problem(403, CODES[403], _("This is not permitted to your role."))
        case exceptions.APIException():
            return _of_framework(error)
        case OperationalError() | InterfaceError():
            log.warning("api_database_away", error=type(error).__name__)
            return problem(503, "unavailable", DETAILS[503], headers={"Retry-After": "2"})
        case _:
            log.exception("api_failed")
            got_request_exception.send(sender=answer_to, request=context.get("request"))
            return problem(500, "internal_error", DETAILS[500])


def _of_pathway(error: PathwayError | AccountRefusal) -> Response:
    if isinstance(error, TooOften):
        return problem(429, error.code, error.message, headers={"Retry-After": str(error.seconds)})
    if isinstance(error, FilesAway):
        return problem(503, error.code, error.message, headers={"Retry-After": "30"})
    status = 412 if isinstance(error, StaleVersion) else 409
    return problem(status, error.code, error.message, **error.extra)


def _of_facts(error: InputError) -> Response:
    rows = list(error.rows)
    if isinstance(error, ConfirmationNeeded):
        detail = _("Some values are unusual. Check them, and name those that are right in “confirmed”.")
        return problem(422, "needs_confirmation", detail, rows=rows)
    said = rows[0][2] if len(rows) == 1 else _several(rows)
    if isinstance(error, IdentityQuestion):
        return problem(422, "confirm_identity", said, rows=rows, question=error.question)
    return problem(422, "invalid", said, rows=rows)


def _several(rows: list[tuple[str, str, Text]]) -> str:
    return " ".join(dict.fromkeys(str(text) for _field, _code, text in rows))


def _of_framework(error: exceptions.APIException) -> Response:
    status = error.status_code
    if isinstance(error, exceptions.ValidationError):
        return _of_facts(InputError(*flattened(error.get_full_details())))
    if isinstance(error, Refusal):
        return problem(status, error.code, str(error.detail), headers=_headers(error), **error.extra)
    code = CODES.get(status, "refused")
    if status in (401, 403) and error.get_codes() not in ("not_authenticated", "permission_denied"):
        code = str(error.get_codes())
    detail = str(error.detail) if status == 403 else DETAILS.get(status, str(error.detail))
    return problem(status, code, detail, headers=_headers(error))


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return headers


def flattened(detail: Any, path: str = "") -> list[tuple[str, str, Text]]:
    """A serializer's nested errors as rows of (field.path, code, message)."""
    if isinstance(detail, Mapping) and {"message", "code"} == set(detail):
        code = str(detail["code"])
        return [(path, code, str(INSTEAD.get(code, detail["message"])))]
    if isinstance(detail, Mapping):
        inner = [(name, value) for name, value in detail.items()]
        return [
            row
            for name, value in inner
            for row in flattened(value, path if name == "non_field_errors" else f"{path}.{name}".lstrip("."))
        ]
    return [row for value in detail for row in flattened(value, path)]
