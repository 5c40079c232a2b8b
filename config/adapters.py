"""Sign-in beyond django-allauth's defaults: accounts come from an administrator, secrets are encrypted."""

from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest

log = structlog.get_logger(__name__)


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send it. Raises OSError to who is signed in; a stranger gets the answer for an unknown address."""
        try:
            super().send_mail(template_prefix, email, context)
        except OSError as error:
            if self.request.user.is_authenticated:
                raise
            log.error("account_mail_failed", mail=template_prefix, error=type(error).__name__)


class ClosedSocialAccountAdapter(DefaultSocialAccountAdapter):
    """The hospital's own sign-in opens accounts that exist, matched by verified address; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


class EncryptingMFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.IDENTITY_KEYS])
