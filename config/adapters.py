"""Sign-in beyond django-allauth's defaults: accounts come from an administrator, secrets are encrypted."""

from collections.abc import Sequence
from threading import Thread
from typing import Any

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

from accounts import guard
from accounts.encryption import decrypt_text, encrypt_text
from accounts.models import User

log = structlog.get_logger(__name__)


GENERATION = "sign_in_generation"


class ClosedAccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_login(self, request: HttpRequest, user: User, **named: Any) -> HttpResponse | None:
        """Remember in which generation the password was right, for a sign-in that still owes its code."""
        request.session[GENERATION] = user.access_generation
        answer: HttpResponse | None = super().pre_login(request, user, **named)
        return answer

    def login(self, request: HttpRequest, user: User) -> None:
        if request.session.pop(GENERATION, None) != user.access_generation:
            raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_login")))
        super().login(request, user)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Judge a password, as a counted guess. The right one of a closed account is as wrong as any."""
        one = guard.begin("password", credentials["email"], request)
        user: User | None = super().authenticate(request, **credentials)
        user = user if user is not None and user.is_active else None
        (guard.wrong if user is None else guard.right)(one)
        return user

    def reauthenticate(self, user: User, password: str) -> bool:
        return guard.proves(user, password, context.request)

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], **named: Any
    ) -> EmailMessage:
        """The message in the language of its reader.

        One to somebody who is not signed in does not let them wait while it is sent.
        """
        reader = context.get("user")
        with translation.override(getattr(reader, "language", translation.get_language())):
            message = super().render_mail(
                template_prefix, email, {**context, "base_url": settings.BASE_URL}, **named
            )
        if not self.request.user.is_authenticated:
            message.connection = BackgroundBackend()
        return message


class BackgroundBackend(BaseEmailBackend):
    """Sends in a thread of its own and says nothing of failure.

    A stranger who waited, or saw an error, would learn from it that an address is known.
    """

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        Thread(target=_send, args=[list(messages)]).start()
        return len(messages)


def _send(messages: list[EmailMessage]) -> None:
    try:
        get_connection().send_messages(messages)
    except OSError as error:
        log.error("account_mail_failed", error=type(error).__name__)


class ClosedSocialAccountAdapter(DefaultSocialAccountAdapter):
    """The hospital's own sign-in opens accounts that exist, matched by verified address; it makes none."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False


class EncryptingMFAAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return encrypt_text(text)

    def decrypt(self, encrypted_text: str) -> str:
        return decrypt_text(encrypted_text)
