from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from fhir import read_views, write_views
from fhir.tokens import SmartConfiguration, TokenView

app_name = "fhir"

urlpatterns = [
    path("", write_views.SystemView.as_view(), name="system"),
    path(".well-known/smart-configuration", SmartConfiguration.as_view(), name="smart_configuration"),
    # Whoever asks proves it with a signature; there is no cookie to protect.
    path("auth/token", csrf_exempt(TokenView.as_view()), name="token"),
    path("metadata", read_views.Metadata.as_view(), name="metadata"),
    path("<str:resource_type>/_search", read_views.FormSearchView.as_view(), name="form_search"),
    path("<str:resource_type>/<str:pk>/$everything", read_views.EverythingView.as_view(), name="everything"),
    path(
        "<str:resource_type>/<str:pk>/_history/<str:version>",
        read_views.VersionView.as_view(),
        name="version",
    ),
    path("<str:resource_type>/<str:pk>", write_views.WritableInstance.as_view(), name="instance"),
    path("<str:resource_type>", write_views.WritableType.as_view(), name="type"),
    re_path(r"^.*$", read_views.Absent.as_view(), name="absent"),
]
