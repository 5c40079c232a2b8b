from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from fhir.tokens import SmartConfiguration, TokenView

app_name = "fhir"

urlpatterns = [
    path(".well-known/smart-configuration", SmartConfiguration.as_view(), name="smart_configuration"),
    # Whoever asks proves it with a signature; there is no cookie to protect.
    path("auth/token", csrf_exempt(TokenView.as_view()), name="token"),
]
