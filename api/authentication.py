"""Who is asking: a program with an access token, the app with a session token, a browser with a cookie."""

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from accounts import clock, sign_ins, tokens
from accounts.addresses import address_of
from accounts.credentials import SESSION_TOKEN
from accounts.models import AccessToken, User


class AccessTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer aclf_...`"""

    def authenticate(self, request: Request) -> tuple[User, AccessToken] | None:
        scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = tokens.find(secret.strip(), address=address_of(request), now=clock.now())
        if token is None:
            raise AuthenticationFailed
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="api"'


class SessionTokenAuthentication(XSessionTokenAuthentication):
    """`X-Session-Token` from the app's sign-in; a token that is no longer valid is said to be so."""

    def authenticate(self, request: Request) -> tuple[User, SessionBase] | None:
        token = self.get_session_token(request)
        if token is None:
            return None
        signed_in = super().authenticate(request) if SESSION_TOKEN.fullmatch(token) else None
        if signed_in is None:
            raise AuthenticationFailed
        sign_ins.note_use(signed_in[1], request)
        return signed_in


class CookieAuthentication(SessionAuthentication):
    """The portal's session; what changes something also needs `X-CSRFToken`."""

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except PermissionDenied as error:
            raise PermissionDenied(
                _("The header “X-CSRFToken” is missing or wrong. Reload the page and try again."),
                "csrf_failed",
            ) from error
