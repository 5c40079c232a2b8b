from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.organisations import Network


class AuditEntry(models.Model):
    """Who read or changed what, and when. Append-only: a trigger refuses UPDATE and DELETE.

    `network` is whose matter it was, where it was that of one network.
    """

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="+",
        verbose_name=_("who"),
    )
    network = models.ForeignKey(
        Network, null=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    action = models.CharField(_("what was done"), max_length=60)
    subject_type = models.CharField(_("to what"), max_length=40)
    subject_id = models.CharField(_("its id"), max_length=64)
    detail = models.JSONField(_("details"), default=dict)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("line of the audit trail")
        verbose_name_plural = _("audit trail")
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "at"], name="audit_by_subject"),
            models.Index(fields=["actor", "at"], name="audit_by_actor"),
            models.Index(fields=["network", "-at"], name="audit_by_network"),
        ]
        ordering: ClassVar = ["-at", "-pk"]
