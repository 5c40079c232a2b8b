"""The addresses of CDS Hooks: discovery, a call, and what came of the cards."""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle

from accounts import clock
from accounts.addresses import address_of
from accounts.ids import new_id
from accounts.models import User
from fhir.authentication import Grant
from fhir.formats import PlainJsonParser
from fhir.hooks import feedback
from fhir.hooks.advice import advise
from fhir.hooks.cards import card_of
from fhir.hooks.requests import read_call
from fhir.hooks.services import SERVICES, Service
from fhir.outcomes import Refused, refused
from fhir.views import FhirView
from integrations import cards, messages
from integrations.assertions import AssertionRefused, hook_client_of
from integrations.counterparts import may_call_from_page
from integrations.models import ExchangedMessage
from referral.models import Case
from referral.queries import access_log

LONGEST_PROOF = 16 * 1024
METHODS = "GET, POST, OPTIONS"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="cds-services"'}


class HookAuthentication(BaseAuthentication):
    """`Authorization: Bearer` with a JWT that the record signed for the address it calls."""

    def authenticate(self, request: Request) -> tuple[User, Grant] | None:
        scheme, _blank, proof = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not 0 < len(proof) <= LONGEST_PROOF:
            return None
        service = request.parser_context["kwargs"].get("service", "")
        called = f"{settings.BASE_URL}{request.path}"
        audiences = {called, SERVICES[service].url} if service in SERVICES else {called}
        try:
            integration = hook_client_of(
                proof.strip(), audiences=audiences, address=address_of(request), wall=clock.wall()
            )
        except AssertionRefused as error:
            _log_refusal(request, service, error)
            text = _("The signed proof was refused: %(reason)s.") % {"reason": error.code}
            raise Refused(401, ("login", "", text), code=error.code, headers=CHALLENGE) from error
        return integration.account, Grant(integration, tuple(integration.scopes))

    def authenticate_header(self, request: Request) -> str:
        return CHALLENGE["WWW-Authenticate"]


def _log_refusal(request: Request, service: str, error: AssertionRefused) -> None:
    """Of a system that is known: whoever is not must not fill a table."""
    if error.integration is None:
        return
    messages.log(
        integration=error.integration,
        interface=ExchangedMessage.Interface.CDS,
        what=f"{request.method} {service}",
        status=401,
        reason=error.code,
        address=address_of(request),
        now=clock.now(),
    )


class HookView(FhirView):
    """Signed by a record, limited, in JSON; web pages of records that the integrations name may call."""

    authentication_classes: Sequence[type[BaseAuthentication]] = (HookAuthentication,)
    parser_classes: Sequence[type[BaseParser]] = (PlainJsonParser,)
    renderer_classes = (JSONRenderer,)  # type: ignore[assignment]
    interface: ClassVar[str] = ExchangedMessage.Interface.CDS
    summary: Mapping[str, Any] = MappingProxyType({})

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and not isinstance(request.auth, Grant):
            raise AuthenticationFailed

    def get_permissions(self) -> list[Any]:
        """A browser asks beforehand whether a page may call, and has no proof then."""
        return [] if self.request.method == "OPTIONS" else list(super().get_permissions())

    def get_throttles(self) -> list[Any]:
        return [] if self.request.method == "OPTIONS" else super().get_throttles()

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(status=204, headers={"Allow": METHODS})

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final.headers["Vary"] = f"{final.headers['Vary']}, Origin"
        origin = request.headers.get("Origin", "")
        if origin and may_call_from_page(origin):
            final.headers["Access-Control-Allow-Origin"] = origin
            final.headers["Access-Control-Allow-Methods"] = METHODS
            final.headers["Access-Control-Allow-Headers"] = "Authorization, Content-Type, Accept-Language"
            final.headers["Access-Control-Max-Age"] = "600"
        return final

    def named(self) -> str:
        return str(self.kwargs.get("service", "discovery"))[:40]

    def sent(self) -> str:
        """What was read, by name: a call brings a token of the record's server, which is nobody's to keep."""
        return json.dumps(self.summary) if self.summary else ""

    @property
    def service(self) -> Service:
        try:
            return SERVICES[self.kwargs["service"]]
        except KeyError:
            raise Case.DoesNotExist from None


class Discovery(HookView):
    """`GET /cds-services`"""

    authentication_classes = ()
    permission_classes: Sequence[type[BasePermission]] = (AllowAny,)
    throttle_classes: Sequence[type[BaseThrottle]] = ()

    def get(self, request: Request) -> Response:
        return Response({"services": [service.described() for service in SERVICES.values()]})


class Call(HookView):
    """`POST /cds-services/{service}`: cards about the patient whose record is open."""

    def post(self, request: Request, service: str) -> Response:
        integration = self.grant.integration
        call = read_call(request.data, self.service, ZoneInfo(integration.hospital.zone))
        advice = advise(call, integration=integration, user=self.user, now=self.now)
        self.summary = advice.summary
        if not advice.is_worth_saying:
            return Response({"cards": []})
        if advice.case is not None:
            access_log.record_list(user=self.user, cases=[advice.case], now=self.now)
        pk = new_id()
        cards.keep(
            pk=pk,
            integration=integration,
            service=self.service.id,
            indicator=advice.indicator,
            now=self.now,
        )
        return Response({"cards": [card_of(advice, pk=pk)]})


class Feedback(HookView):
    """`POST /cds-services/{service}/feedback`"""

    def post(self, request: Request, service: str) -> Response:
        rows = feedback.read(request.data)
        unknown = cards.settle(
            integration=self.grant.integration, service=self.service.id, rows=rows, now=self.now
        )
        if unknown:
            text = feedback.UNKNOWN % {"cards": ", ".join(str(pk) for pk in unknown[:3])}
            raise refused(400, text, "feedback.card", kind="not-found", code="unknown_card")
        return Response({})
