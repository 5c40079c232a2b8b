from django.urls import path

from notifications.live.views import live
from notifications.reports.views import reports

urlpatterns = [
    path("live", live, name="live"),
    path("reports/<slug:channel>/<str:token>", reports, name="reports"),
]
