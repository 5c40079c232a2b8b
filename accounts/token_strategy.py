"""What the app is given when it has signed in, beside its session token."""

from typing import Any

from allauth.headless.internal.sessionkit import lookup_session
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

from accounts import devices, refresh
from accounts.models import SignIn
from accounts.sessions import SIGN_IN


class RefreshedTokenStrategy(SessionTokenStrategy):
    def lookup_session(self, session_token: str) -> SessionBase | None:
        """The session of a token, in one query where the library asks first whether there is one."""
        return lookup_session(session_token)

    def create_access_token_payload(self, request: HttpRequest) -> dict[str, Any] | None:
        """Goes into `meta` of the answer that completes a sign-in."""
        sign_in = SignIn.objects.get(pk=request.session[SIGN_IN])
        return {
            "expires_in": settings.APP_SESSION_SECONDS,
            "refresh_token": refresh.token_of(sign_in),
            "device_token": devices.token_of(sign_in.device),
        }
