"""Every refusal is an OperationOutcome that says what was refused, and where."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.refusals import AccountRefusal
from referral.pathway.refusals import (
    AccessError,
    FilesAway,
    InputError,
    PathwayError,
    StaleVersion,
    Text,
    TooOften,
)

log = structlog.get_logger(__name__)

ISSUE_TYPES: Mapping[int, str] = {
    400: "invalid",
    401: "login",
    403: "forbidden",
    404: "not-found",
    405: "not-supported",
    406: "not-supported",
    409: "conflict",
    410: "deleted",
    412: "conflict",
    413: "too-long",
    415: "not-supported",
    422: "processing",
    429: "throttled",
    500: "exception",
    503: "transient",
}
TEXTS: Mapping[int, Text] = {
    401: _("Send an access token that has not expired: “Authorization: Bearer …”."),
    404: _("This does not exist, or it is not yours to see. Check the address."),
    405: _("Use one of the methods named in the header “Allow”."),
    406: _("Only JSON is served: ask for application/fhir+json."),
    415: _("Send JSON, with the header “Content-Type: application/fhir+json”."),
    429: _("Wait for as many seconds as the header “Retry-After” says, then try again."),
    500: _("This is our fault and was recorded. Nothing was changed. Try again in a moment."),
    503: _("The service is busy or restarting. Nothing was changed. Try again in a moment."),
}
Issue = tuple[str, str, Text]
"""Issue type of FHIR, FHIRPath of what is meant (or empty), and the sentence."""


class Refused(exceptions.APIException):
    """A refusal of this face. `issues` say what and where; `code` is for the log."""

    def __init__(
        self, status: int, *issues: Issue, code: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__("")
        self.status_code, self.issues, self.headers = status, issues, dict(headers or {})
        self.code = code or (issues[0][0] if issues else "")


def refused(status: int, text: Text, where: str = "", *, kind: str = "", code: str = "") -> Refused:
    """A refusal with one issue."""
    return Refused(status, (kind or ISSUE_TYPES[status], where, text), code=code)


def outcome(issues: Iterable[Issue], severity: str = "error") -> dict[str, Any]:
    """An OperationOutcome resource."""
    rows = []
    for kind, where, text in issues:
        row: dict[str, Any] = {"severity": severity, "code": kind, "details": {"text": str(text)}}
        if where:
            row["expression"] = [where]
        rows.append(row)
    return {"resourceType": "OperationOutcome", "issue": rows}


def answer_to(error: Exception, context: Mapping[str, Any]) -> Response:
    """The answer to any exception of a view of this face."""
    status, issues, headers = _read(error, context)
    response = Response(outcome(issues), status=status, headers=headers)
    response.reason_code = issues[0][0] if issues else ""  # type: ignore[attr-defined]
    return response


def _read(error: Exception, context: Mapping[str, Any]) -> tuple[int, list[Issue], dict[str, str]]:
    match error:
        case Refused():
            return error.status_code, list(error.issues), error.headers
        case InputError():
            return 422, [("invalid", field, text) for field, _code, text in error.rows], {}
        case PathwayError() | AccountRefusal():
            return _of_pathway(error)
        case AccessError():
            return 403, [("forbidden", "", error.message)], {}
        case Http404() | ObjectDoesNotExist():
            return 404, [_usual(404)], {}
        case exceptions.APIException():
            return _of_framework(error)
        case _:
            return _of_accident(error, context)


def _of_accident(error: Exception, context: Mapping[str, Any]) -> tuple[int, list[Issue], dict[str, str]]:
    if isinstance(error, OperationalError | InterfaceError):
        log.warning("fhir_database_away", error=type(error).__name__)
        return 503, [_usual(503)], {"Retry-After": "2"}
    log.exception("fhir_failed")
    got_request_exception.send(sender=answer_to, request=context.get("request"))
    return 500, [_usual(500)], {}


def _usual(status: int) -> Issue:
    return ISSUE_TYPES[status], "", TEXTS[status]


def _of_pathway(error: PathwayError | AccountRefusal) -> tuple[int, list[Issue], dict[str, str]]:
    if isinstance(error, TooOften):
        return 429, [("throttled", "", error.message)], {"Retry-After": str(error.seconds)}
    if isinstance(error, FilesAway):
        return 503, [("transient", "", error.message)], {"Retry-After": "30"}
    status = 412 if isinstance(error, StaleVersion) else 409
    return status, [("conflict", "", error.message)], {}


def _of_framework(error: exceptions.APIException) -> tuple[int, list[Issue], dict[str, str]]:
    status = error.status_code if error.status_code in ISSUE_TYPES else 400
    headers = {}
    if challenge := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = str(int(wait))
    return status, [(ISSUE_TYPES[status], "", TEXTS.get(status, str(error.detail)))], headers
