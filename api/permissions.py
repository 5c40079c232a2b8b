"""What is asked before a view sees a request: a second factor behind a token, and the token's scope."""

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.middleware import FACTORS
from api.models import AccessToken

READ, WRITE = "read", "write"
SCOPES = (READ, WRITE)


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
