from django.urls import path

from notifications.live.views import live

urlpatterns = [path("live", live, name="live")]
