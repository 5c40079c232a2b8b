"""The app's sign-in where the library's own forms do not count guesses: its views with ours."""

from allauth.headless.account import views as account_views
from allauth.headless.constants import Client
from allauth.headless.mfa import views as factor_views
from django.urls import path

from accounts import sign_in_forms


class AuthenticateView(factor_views.AuthenticateView):
    input_class = sign_in_forms.AuthenticateInput


class ReauthenticateView(factor_views.ReauthenticateView):
    input_class = sign_in_forms.ReauthenticateInput


class ChangePasswordView(account_views.ChangePasswordView):
    input_class = sign_in_forms.ChangePasswordInput


class LoginView(account_views.LoginView):
    input_class = sign_in_forms.LoginInput


class RequestPasswordResetView(account_views.RequestPasswordResetView):
    input_class = sign_in_forms.RequestPasswordResetInput


urlpatterns = [
    path("auth/login", LoginView.as_api_view(client=Client.APP)),
    path("auth/2fa/authenticate", AuthenticateView.as_api_view(client=Client.APP)),
    path("auth/2fa/reauthenticate", ReauthenticateView.as_api_view(client=Client.APP)),
    path("account/password/change", ChangePasswordView.as_api_view(client=Client.APP)),
    path("auth/password/request", RequestPasswordResetView.as_api_view(client=Client.APP)),
]
