from importlib import import_module

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Hospitals and people")

    def ready(self) -> None:
        import_module("accounts.receivers")
