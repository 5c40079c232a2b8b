"""SMART Backend Services: a signed proof for an access token of some minutes, and where that is said."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views import View

from accounts import clock
from accounts.addresses import address_of
from integrations import messages, tokens
from integrations.assertions import AssertionRefused, integration_of
from integrations.models import ExchangedMessage, Integration
from integrations.scopes import narrowed

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = 16 * 1024
KEPT_NOWHERE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def base_url() -> str:
    """Where this face is, as hospitals know it."""
    return f"{settings.BASE_URL}/fhir/R4"


def token_url() -> str:
    return f"{base_url()}/auth/token"


class SmartConfiguration(View):
    """`/.well-known/smart-configuration`"""

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse(
            {
                "token_endpoint": token_url(),
                "token_endpoint_auth_methods_supported": ["private_key_jwt"],
                "token_endpoint_auth_signing_alg_values_supported": ["RS384", "ES384"],
                # SMART wants it in every configuration; there is no authorization endpoint here to use it.
                "code_challenge_methods_supported": ["S256"],
                "grant_types_supported": ["client_credentials"],
                "scopes_supported": ["system/*.rs", "system/*.cruds"],
                "capabilities": ["client-confidential-asymmetric", "permission-v1", "permission-v2"],
            }
        )


class TokenRefused(Exception):
    """A refusal in the words of OAuth 2: error code, status, and a sentence for an engineer."""

    def __init__(self, error: str, description: str, integration: Integration | None = None) -> None:
        super().__init__(error)
        self.error, self.description, self.integration = error, description, integration


class TokenView(View):
    """`POST` of `client_credentials` with `client_assertion`."""

    def post(self, request: HttpRequest) -> JsonResponse:
        now = clock.now()
        try:
            integration, scopes = self._granted(request)
        except TokenRefused as error:
            self._log(request, error.integration, error.description, 401 if _is_of_client(error) else 400)
            return _refusal(error)
        secret = tokens.issue(integration=integration, scopes=scopes, now=now)
        self._log(request, integration, "", 200)
        body = {"access_token": secret, "token_type": "bearer", "scope": " ".join(scopes)}
        body |= {"expires_in": int(tokens.LIFE.total_seconds())}  # type: ignore[dict-item]
        return JsonResponse(body, headers=KEPT_NOWHERE)

    def _granted(self, request: HttpRequest) -> tuple[Integration, list[str]]:
        form = request.POST
        if form.get("grant_type") != "client_credentials":
            raise TokenRefused("unsupported_grant_type", "grant_type must be client_credentials")
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise TokenRefused("invalid_request", f"client_assertion_type must be {ASSERTION_TYPE}")
        assertion = form.get("client_assertion", "")
        if not 0 < len(assertion) <= LONGEST:
            raise TokenRefused("invalid_request", "client_assertion is missing or too long")
        try:
            integration = integration_of(
                assertion, audience=token_url(), address=address_of(request), wall=clock.wall()
            )
        except AssertionRefused as error:
            raise TokenRefused("invalid_client", error.code, error.integration) from error
        scopes = narrowed(form.get("scope", "").split(), integration.scopes)
        if not scopes:
            raise TokenRefused("invalid_scope", "none of the scopes is granted", integration)
        return integration, scopes

    def _log(self, request: HttpRequest, integration: Integration | None, reason: str, status: int) -> None:
        """Of an integration that is known: whoever is not must not fill a table."""
        if integration is None:
            return
        messages.log(
            integration=integration,
            interface=ExchangedMessage.Interface.TOKEN,
            what="POST token",
            status=status,
            reason=reason,
            address=address_of(request),
            now=clock.now(),
        )


def _is_of_client(error: TokenRefused) -> bool:
    return error.error == "invalid_client"


def _refusal(error: TokenRefused) -> JsonResponse:
    body: dict[str, Any] = {"error": error.error, "error_description": error.description}
    return JsonResponse(body, status=401 if _is_of_client(error) else 400, headers=KEPT_NOWHERE)
