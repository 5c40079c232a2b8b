from django.urls import path

from fhir.hooks import views

app_name = "hooks"

urlpatterns = [
    path("", views.Discovery.as_view(), name="discovery"),
    path("/<slug:service>", views.Call.as_view(), name="call"),
    path("/<slug:service>/feedback", views.Feedback.as_view(), name="feedback"),
]
