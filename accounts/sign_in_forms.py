"""Forms of sign-in and recovery, for the portal and the app alike, whose guesses are counted."""

import time
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.adapter import get_adapter
from allauth.account.fields import EmailField
from allauth.core import context
from allauth.headless.account import inputs as account_inputs
from allauth.headless.internal.restkit.inputs import Input
from allauth.mfa.base import forms as factor_forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from accounts import clock, guard, tries
from accounts.contact_fields import NarrowEmailFormField
from accounts.models import User

ANSWERED_AFTER_SECONDS = 0.3
"""Asking for a link takes so long at least: the time must not tell which addresses are known."""


class TypedEmailField(NarrowEmailFormField, EmailField):
    """The library's field for an address, which takes it as it is stored: however it was typed."""


class LoginForm(account_forms.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = TypedEmailField()


class LoginInput(account_inputs.LoginInput):
    email = TypedEmailField(required=False)


class GuardedCode:
    """Counts guesses at a code of the second factor of the form's `user`."""

    user: User

    def clean_code(self) -> str:
        one = guard.begin("code", self.user.email, context.request)
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except ValidationError:
            guard.wrong(one)
            raise
        guard.right(one)
        return code


class AuthenticateForm(GuardedCode, factor_forms.AuthenticateForm):
    pass


class ReauthenticateForm(GuardedCode, factor_forms.ReauthenticateForm):
    pass


class AuthenticateInput(AuthenticateForm, Input):
    pass


class ReauthenticateInput(ReauthenticateForm, Input):
    pass


class ChangePasswordForm(account_forms.ChangePasswordForm):
    def clean_oldpassword(self) -> str:
        typed: str = self.cleaned_data["oldpassword"]
        if not guard.proves(self.user, typed, context.request):
            raise get_adapter().validation_error("enter_current_password")
        return typed


class ChangePasswordInput(account_inputs.ChangePasswordInput):
    def clean_current_password(self) -> str:
        typed: str = self.cleaned_data["current_password"]
        if typed and not guard.proves(self.user, typed, context.request):
            raise get_adapter().validation_error("enter_current_password")
        return typed


class ResetPasswordForm(account_forms.ResetPasswordForm):
    """Asks for a mailed link: the same answer in the same time, whether somebody has the address or not."""

    email = TypedEmailField()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if "email" in given:
            guard.wrong(guard.begin("reset", given["email"], context.request))
        return given

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        begun = time.monotonic()
        email: str = self.cleaned_data["email"]
        if not tries.is_over(tries.MAILS, f"mail:{email.lower()}", clock.now()):
            super().save(request, **kwargs)
        time.sleep(max(0.0, begun + ANSWERED_AFTER_SECONDS - time.monotonic()))
        return email


class RequestPasswordResetInput(ResetPasswordForm, Input):
    pass
