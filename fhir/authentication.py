"""Who is asking: a program of a hospital, with the token that it got for its signed proof."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.addresses import address_of
from accounts.models import User
from fhir.outcomes import refused
from integrations import tokens
from integrations.models import Integration
from integrations.scopes import granted


@dataclass(frozen=True)
class Grant:
    """The integration that calls, and what its token allows."""

    integration: Integration
    scopes: tuple[str, ...]

    def allows(self, letter: str, resource_type: str) -> bool:
        return letter in granted(self.scopes, resource_type)

    def check(self, letter: str, resource_type: str) -> None:
        """Raises Refused where the token lacks that letter for the type."""
        if not self.allows(letter, resource_type):
            text = _("This token may not do this: it needs the scope system/%(type)s.%(letter)s.")
            raise refused(403, text % {"type": resource_type, "letter": letter}, code="scope_missing")


class ProgramAuthentication(BaseAuthentication):
    """`Authorization: Bearer aclfi_...`"""

    def authenticate(self, request: Request) -> tuple[User, Grant] | None:
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        now = request.parser_context["view"].now
        token = tokens.find(secret.strip(), address=address_of(request), now=now)
        if token is None:
            raise AuthenticationFailed
        return token.integration.account, Grant(token.integration, tuple(token.scopes))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="fhir"'
