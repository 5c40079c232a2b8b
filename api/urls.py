from api.v1.urls import urlpatterns

__all__ = ["app_name", "urlpatterns"]

app_name = "api"
