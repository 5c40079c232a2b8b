from typing import Any

from django.apps import AppConfig
from django.apps import apps as every_app
from django.apps.registry import Apps
from django.core.management.base import CommandError
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = _("Risk models")

    def ready(self) -> None:
        post_migrate.connect(keep_shipped_models, sender=self)


def keep_shipped_models(apps: Apps = every_app, **_signal: Any) -> None:
    """Every database keeps the documents of the models that come with the product, and so of every result.

    Raises CommandError where a shipped file was changed without a higher version.
    """
    from accounts import clock
    from scoring.services import GovernanceError, install_shipped_models

    try:
        apps.get_model("scoring", "ModelEvent")
    except LookupError:  # migrated back to before there were models
        return
    try:
        install_shipped_models(now=clock.now())
    except GovernanceError as error:
        raise CommandError(str(error)) from error
