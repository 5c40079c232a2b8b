from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from referral.codes import TransportMeans
from referral.models.cases import Case


class Transport(models.Model):
    """Who brings the patient of a case to the ward, how, and to whom they were handed over.

    What it said before is on the timeline. `team`, `contact` (a phone number) and `handed_over_by` are
    encrypted; `needs` are codes of TransportNeed.
    """

    case = models.OneToOneField(Case, primary_key=True, on_delete=models.PROTECT, related_name="transport")
    means = models.CharField(_("means of transport"), max_length=20, choices=TransportMeans, blank=True)
    team = EncryptedField(null=True)
    contact = EncryptedField(null=True)
    needs = models.JSONField(default=list)
    arrived_at = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    handed_over_by = EncryptedField(null=True)
    taken_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("transport")
        verbose_name_plural = _("transports")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(means__in=["", *TransportMeans.values]), name="transport_means_known"
            ),
            models.CheckConstraint(
                condition=Q(handed_over_at__isnull=True, taken_over_by__isnull=True)
                | Q(handed_over_at__isnull=False, taken_over_by__isnull=False),
                name="transport_taken_over_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"of {self.case_id}"
