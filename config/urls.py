from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import include, path, re_path
from django.views.decorators.csrf import csrf_exempt

from config import health
from config.administration import register_pages
from fhir.write_views import SystemView


@csrf_exempt  # Nothing is there to protect, and a program is told so with 404.
def closed(request: HttpRequest) -> HttpResponse:
    """Alerts go to the sign-in address, so only an administrator changes it, and makes accounts.

    An app's sign-up would be refused by itself, but first say of an address whether it has an account.
    """
    raise Http404


APPS = (
    "config",
    "auth/(?:session|reauthenticate|login|password/(?:request|reset)|2fa/.+|webauthn/.+|provider/(?!signup).+)",
    "account/(?:password/change|authenticators.*)",
)
BROWSERS = (
    "login/",
    "logout/",
    "inactive/",
    "reauthenticate/",
    "password/(?:change|reset)/.*",
    "2fa/.*",
    "3rdparty/login/.+",
    "oidc/.+",
)
NOT_OURS = rf"^(?:_allauth/(?!app/v1/(?:{'|'.join(APPS)})$)|accounts/(?!(?:{'|'.join(BROWSERS)})$))"
"""What the library for sign-in brings along beyond what is named here: accounts that people make themselves,
telephone numbers, codes by mail."""

handler400 = "config.unreadable.refuse"

register_pages()

urlpatterns = [
    re_path(NOT_OURS, closed),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include("notifications.urls")),
    path("api/v1/", include("api.urls")),
    path("fhir/R4", SystemView.as_view()),
    path("fhir/R4/", include("fhir.urls")),
    path("", include("fhir.hooks.urls")),
    path("_allauth/app/v1/", include("accounts.sign_in_urls")),
    path("_allauth/", include("allauth.headless.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
    path("", include("portal.urls")),
]
