"""The administration without the tables of the sign-in library."""

from django.contrib import admin
from django.contrib.admin.apps import SimpleAdminConfig


class AdministrationConfig(SimpleAdminConfig):
    """Its pages are registered by `register_pages`, with the addresses: engine and workers show none."""

    default = False
    default_site = "django.contrib.admin.sites.AdminSite"


def register_pages() -> None:
    """Find what every app has to administer.

    An account's address, second factor and sign-ins are changed on its own page. That page ends what was
    opened with them and leaves a line on the audit trail; the library's own tables do neither.
    """
    admin.autodiscover()
    registered = list(admin.site._registry)
    admin.site.unregister([model for model in registered if model.__module__.startswith("allauth.")])
