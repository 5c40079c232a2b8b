"""What a request shows of whose it is: an access token, the app's session token, or a browser's cookie."""

import re
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import get_user
from django.http import HttpRequest, JsonResponse

from accounts import problems, tokens
from accounts.models import User
from accounts.proof import FACTORS
from accounts.sessions import SessionStore

SESSION_TOKEN = re.compile(r"[0-9a-z]{16,64}")


@dataclass(frozen=True)
class Credential:
    """One of the two; kept while a stream is open, to ask again whom it speaks for."""

    access_token: str = ""
    session_key: str = ""


def shown_by(request: HttpRequest) -> Credential:
    """What `request` shows; a header counts before the cookie, as everywhere in the API."""
    scheme, _blank, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential(access_token=secret.strip())
    key = request.headers.get("X-Session-Token") or request.session.session_key or ""
    return Credential(session_key=key if SESSION_TOKEN.fullmatch(key) else "")


def user_of(credential: Credential, now: datetime) -> User | JsonResponse:
    """Whom it speaks for at present, for reading; or the answer that says why for nobody."""
    if not credential.access_token:
        session = SessionStore(credential.session_key)
        user = get_user(SimpleNamespace(session=session)) if credential.session_key else None  # type: ignore[arg-type]
        return user if isinstance(user, User) and user.is_active else problems.not_signed_in()
    token = tokens.find(credential.access_token, now=now)
    if token is None:
        return problems.not_signed_in()
    if tokens.READ not in token.scopes:
        return problems.scope_missing()
    if settings.MFA_REQUIRED and not is_mfa_enabled(token.user, FACTORS):
        return problems.second_factor_missing()
    return token.user
