from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from fhir import read_views, subscription_views, write_views
from fhir.tokens import SmartConfiguration, TokenView

app_name = "fhir"
OF_SUBSCRIPTIONS = {"resource_type": "Subscription"}

urlpatterns = [
    path("", write_views.SystemView.as_view(), name="system"),
    path(".well-known/smart-configuration", SmartConfiguration.as_view(), name="smart_configuration"),
    # Whoever asks proves it with a signature; there is no cookie to protect.
    path("auth/token", csrf_exempt(TokenView.as_view()), name="token"),
    path("metadata", read_views.Metadata.as_view(), name="metadata"),
    path("$process-message", write_views.MessageView.as_view(), name="process_message"),
    path("Subscription/$status", subscription_views.StatusesView.as_view(), name="statuses"),
    path("Subscription/<str:pk>/$status", subscription_views.StatusView.as_view(), name="status"),
    path("Subscription/<str:pk>/$events", subscription_views.EventsView.as_view(), name="events"),
    path(
        "Subscription/<str:pk>",
        subscription_views.SubscriptionView.as_view(),
        OF_SUBSCRIPTIONS,
        name="subscription",
    ),
    path(
        "Subscription",
        subscription_views.SubscriptionsView.as_view(),
        OF_SUBSCRIPTIONS,
        name="subscriptions",
    ),
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
