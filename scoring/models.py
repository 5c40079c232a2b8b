"""Which risk models are installed, which one is in force, and what others would have said beside it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id


class RiskModelVersion(models.Model):
    """An installed model file, kept for ever (a trigger refuses UPDATE and DELETE).

    `document` is the whole file; name, version, status and checksum are repeated from it for queries.
    """

    class Status(models.TextChoices):
        PROVISIONAL = "provisional", _("provisional")
        VALIDATED = "validated", _("validated")
        RETIRED = "retired", _("retired")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(_("version"))
    status = models.CharField(_("status"), max_length=12, choices=Status)
    checksum = models.CharField(_("checksum"), max_length=64, unique=True)
    document = models.JSONField(_("model file"))

    class Meta:
        verbose_name = _("risk model")
        verbose_name_plural = _("risk models")
        ordering: ClassVar = ["name", "version"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["name", "version"], name="risk_model_version_once"),
            models.CheckConstraint(
                condition=Q(status__in=["provisional", "validated", "retired"]),
                name="risk_model_status_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}-{self.version}"


class ModelEvent(models.Model):
    """What was decided about a model, by whom and why. Append-only; what is in force is read from it."""

    class Kind(models.TextChoices):
        INSTALLED = "installed", _("installed")
        ACTIVATED = "activated", _("activated")
        SHADOW_STARTED = "shadow_started", _("runs in shadow")
        SHADOW_ENDED = "shadow_ended", _("no longer runs in shadow")

    id = models.BigAutoField(primary_key=True)
    model = models.ForeignKey(
        RiskModelVersion, on_delete=models.PROTECT, related_name="events", verbose_name=_("risk model")
    )
    kind = models.CharField(_("what happened"), max_length=20, choices=Kind)
    approved_by = models.CharField(_("approved by"), max_length=200, blank=True)
    reason = models.TextField(_("reason"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("recorded by"),
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("decision about a model")
        verbose_name_plural = _("decisions about models")
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["kind", "-id"], name="model_event_by_kind")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(reason=""), name="model_event_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind="installed") | ~Q(approved_by=""), name="model_event_has_an_approver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.kind}"


class ShadowScore(models.Model):
    """What a shadow model said of a subject that the active model scored at the same time. Append-only.

    `subject` is the caller's id of what was scored; this room does not know what it is. None is a result that
    was not given (an input of that model was missing).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    subject = models.UUIDField()
    model = models.ForeignKey(RiskModelVersion, on_delete=models.PROTECT, related_name="shadow_scores")
    risk_90d = models.FloatField(null=True)
    high_risk = models.BooleanField(null=True)
    active_checksum = models.CharField(max_length=64)
    active_risk_90d = models.FloatField(null=True)
    active_high_risk = models.BooleanField(null=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("shadow score")
        verbose_name_plural = _("shadow scores")
        ordering: ClassVar = ["-at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "model"], name="shadow_score_once")
        ]

    def __str__(self) -> str:
        return f"{self.model}: {self.subject}"
