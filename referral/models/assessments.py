from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from referral.codes import ErrorReason
from referral.models.cases import Case
from referral.models.policies import PathwayPolicy


class Indicators(models.Model):
    """The draft of the eight indicators as they come back from the laboratory; one per case.

    `values` is what was typed, by input name (see `scoring`), units and `sampled_at` included; `confirmed`
    the names of the values that a person confirmed beyond a soft limit; `stamps` by input name when (`at`)
    and by whom (`by`) a value was entered.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.CASCADE, related_name="indicators")
    values = models.JSONField(default=dict)
    confirmed = models.JSONField(default=list)
    stamps = models.JSONField(default=dict)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")


class Assessment(models.Model):
    """A scored, immutable set of eight indicators (a trigger refuses UPDATE and DELETE).

    `entered` is as typed, `values` normalised (units in the names), `result` the whole evaluation of
    `scoring.evaluate`; model and policy in force are kept with it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="assessments")
    number = models.PositiveIntegerField()
    entered = models.JSONField()
    values = models.JSONField()
    result = models.JSONField()
    model_name = models.CharField(max_length=80, blank=True)
    model_checksum = models.CharField(max_length=64, blank=True)
    model_status = models.CharField(max_length=12, blank=True)
    policy = models.ForeignKey(PathwayPolicy, on_delete=models.PROTECT, related_name="+")
    risk_90d = models.FloatField(_("predicted 90-day risk"), null=True)
    band = models.CharField(max_length=10, blank=True)
    high_risk = models.BooleanField(_("high risk"))
    red_flags = models.JSONField(default=list)
    assessed_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    assessed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar = ["case", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["case", "number"], name="assessment_number_once"),
            models.CheckConstraint(
                condition=Q(risk_90d__isnull=True) | Q(risk_90d__gte=0, risk_90d__lte=1),
                name="assessment_risk_is_a_risk",
            ),
        ]


class AssessmentRetraction(models.Model):
    """An assessment marked as entered in error; it stays readable and no longer counts."""

    assessment = models.OneToOneField(
        Assessment, primary_key=True, on_delete=models.PROTECT, related_name="retraction"
    )
    reason = models.CharField(max_length=20, choices=ErrorReason)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
