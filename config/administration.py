"""The administration without the tables of the sign-in library."""

from django.contrib import admin
from django.contrib.admin.apps import AdminConfig


class AdministrationConfig(AdminConfig):
    """An account's address, second factor and sign-ins are changed on its own page.

    That page ends what was opened with them and leaves a line on the audit trail; the library's own tables do
    neither.
    """

    default = False
    default_site = "django.contrib.admin.sites.AdminSite"

    def ready(self) -> None:
        super().ready()
        registered = list(admin.site._registry)
        admin.site.unregister([model for model in registered if model.__module__.startswith("allauth.")])
