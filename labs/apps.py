from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LabsConfig(AppConfig):
    name = "labs"
    verbose_name = _("Laboratory reports")

    def ready(self) -> None:
        from files.signals import file_settled
        from labs.readings import requests

        file_settled.connect(requests.read_what_was_checked, dispatch_uid="labs.readings")
