from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = _("hospital systems")

    def ready(self) -> None:
        from integrations import subscription_alerts

        subscription_alerts.register()
