"""What is asked before a view sees a request: a second factor behind a token, and the token's scope."""

from typing import cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts import proof
from accounts.models import AccessToken, User
from accounts.proof import FACTORS
from accounts.tokens import READ, WRITE
from api.problems import Refusal


class SecondFactor(BasePermission):
    """Where a second factor is required, an access token opens nothing once its owner has none any more.

    People at a screen are led to a second factor before any view is asked.
    """

    code = "mfa_required"
    message = _("A second factor is needed here. Set one up after signing in, then try again.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not settings.MFA_REQUIRED or not isinstance(request.auth, AccessToken):
            return True
        return is_mfa_enabled(request.user, FACTORS)


class Scope(BasePermission):
    """An access token does what its scopes say; people at a screen do what their role says."""

    code = "scope_missing"
    message = _("This access token lacks the scope for this. Use one that has it.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not isinstance(request.auth, AccessToken):
            return True
        reads = request.method in SAFE_METHODS or getattr(view, "only_reads", False)
        return (READ if reads else WRITE) in request.auth.scopes


class AtAScreen(BasePermission):
    """What an access token must not do: make or end access tokens."""

    code = "needs_a_person"
    message = _("Sign in yourself to do this; an access token cannot.")

    def has_permission(self, request: Request, view: APIView) -> bool:
        return not isinstance(request.auth, AccessToken)


class SecondProof(BasePermission):
    """What a stolen session must not do by itself: its person has just proved again who they are."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        user = cast(User, request.user)
        if proof.is_proved(session_of(request), user):
            return True
        method = proof.method_of(user)
        raise Refusal(403, "second_proof_required", PROOFS[method], method=method)


PROOFS = {
    proof.SECOND_FACTOR: _(
        "Prove again that it is you: send a code to /_allauth/app/v1/auth/2fa/reauthenticate, then try again."
    ),
    proof.PASSWORD: _(
        "Prove again that it is you: send your password to /_allauth/app/v1/auth/reauthenticate, "
        "then try again."
    ),
    None: _("This account has neither password nor second factor here. Set up a second factor first."),
}


def session_of(request: Request) -> SessionBase:
    """The session in which the person asks: the app's, or the browser's."""
    return request.auth if isinstance(request.auth, SessionBase) else request.session
