"""The base of every view of this face: who asks, when, in what form; and the log of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, NoReturn, cast

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import NotAuthenticated
from rest_framework.parsers import BaseParser
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from accounts import clock
from accounts.addresses import address_of
from accounts.limits import seconds_over
from accounts.models import User
from fhir.authentication import Grant, ProgramAuthentication
from fhir.formats import FhirParser, FhirRenderer, JsonOnly, PlainJsonParser, too_large
from fhir.outcomes import answer_to, refused
from integrations import messages
from integrations.models import ExchangedMessage

VARIES_BY = "Accept, Accept-Language, Authorization"


class ProgramLimit(BaseThrottle):
    """How often one program may ask."""

    seconds = 0

    def allow_request(self, request: Request, view: Any) -> bool:
        self.seconds = seconds_over("fhir", view.user, view.now)
        return not self.seconds

    def wait(self) -> float:
        return self.seconds


class FhirView(APIView):
    """Signed in as a program, limited, in FHIR JSON; every refusal an OperationOutcome; everything logged."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (ProgramAuthentication,)
    permission_classes: Sequence[type[BasePermission]] = (IsAuthenticated,)
    throttle_classes: Sequence[type[BaseThrottle]] = (ProgramLimit,)
    parser_classes: Sequence[type[BaseParser]] = (FhirParser, PlainJsonParser)
    renderer_classes = (FhirRenderer,)
    content_negotiation_class = JsonOnly
    metadata_class = None
    schema = None
    interface: ClassVar[str] = ExchangedMessage.Interface.FHIR

    @cached_property
    def now(self) -> datetime:
        """The time of this request."""
        return clock.now()

    @property
    def user(self) -> User:
        """The account that the program acts as."""
        return cast(User, self.request.user)

    @property
    def grant(self) -> Grant:
        return cast(Grant, self.request.auth)

    @property
    def body(self) -> dict[str, Any]:
        """The resource that was sent. Raises Refused."""
        data = self.request.data
        if not isinstance(data, Mapping) or not isinstance(data.get("resourceType"), str):
            text = _("The body must be one FHIR resource: a JSON object with “resourceType”.")
            raise refused(400, text, kind="structure")
        return dict(data)

    def get_exception_handler(self) -> Any:
        return answer_to

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or ""
        if length.isdecimal() and int(length) > settings.FHIR_MOST_BYTES:
            raise too_large()

    def permission_denied(self, request: Request, message: Any = None, code: Any = None) -> NoReturn:
        if not request.successful_authenticator:
            raise NotAuthenticated
        super().permission_denied(request, message, code)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Vary"] = VARIES_BY
        final: Any = super().finalize_response(request, response, *args, **kwargs)
        final.may_be_compressed = True
        self._log(request, final)
        return final

    def _log(self, request: Request, response: Response) -> None:
        grant = request.auth if isinstance(request.auth, Grant) else None
        if response.status_code >= 500 or grant is None:
            return  # the logs of the process have it: whoever is not known must not fill a table
        is_refused = response.status_code >= 400
        messages.log(
            integration=grant.integration,
            interface=self.interface,
            what=f"{request.method} {self.named()}".replace("\x00", ""),
            status=response.status_code,
            reason=getattr(response, "reason_code", "") if is_refused else "",
            address=address_of(request),
            now=self.now,
            query=request.META.get("QUERY_STRING", ""),
            sent=self.sent(),
            refusal=json.dumps(response.data, ensure_ascii=False, default=str) if is_refused else "",
        )

    def named(self) -> str:
        """What was asked, for the log: types and operations, no ids and no parameters."""
        return str(self.kwargs.get("resource_type", ""))[:40]

    def sent(self) -> str:
        """The body as it came, for the log, where it could be read."""
        data = getattr(self.request, "_data", None)
        is_resource = isinstance(data, Mapping) and "resourceType" in data
        return json.dumps(data, ensure_ascii=False) if is_resource else ""
