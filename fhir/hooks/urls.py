from django.urls import path

from fhir.hooks import views

app_name = "hooks"

urlpatterns = [
    path("cds-services", views.Discovery.as_view(), name="discovery"),
    path("cds-services/<slug:service>", views.Call.as_view(), name="call"),
    path("cds-services/<slug:service>/feedback", views.Feedback.as_view(), name="feedback"),
]
