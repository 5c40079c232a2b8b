"""Readings of laboratory reports: proposals that wait for the person who asked for them."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Membership
from files.models import FileState, StoredFile

if TYPE_CHECKING:
    from accounts.models import User

LEASE = timedelta(seconds=75)
"""Longer than one reading may take; whoever kills the worker makes a person wait no longer than this."""


class ReadingState(models.TextChoices):
    WAITING = "waiting", _("being read")
    READ = "read", _("read")
    FAILED = "failed", _("could not be read")


class LabReadingQuerySet(models.QuerySet["LabReading"]):
    def visible_to(self, user: "User") -> "LabReadingQuerySet":
        """Readings are for the person who asked for them, those that a program of a hospital brought for its
        people; others see the values that were taken."""
        access = user.access
        programs = Membership.objects.filter(user__is_program=True).filter(
            Q(hospital__in=access.refers_for) | Q(ward__in=access.wards)
        )
        return self.filter(Q(asked_by=user) | Q(asked_by__in=programs.values("user")))

    def due(self, now: datetime) -> "LabReadingQuerySet":
        """Readings whose file can be read now, which no worker is reading."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        return self.filter(free, state=ReadingState.WAITING, file__state=FileState.CHECKED)


class LabReading(models.Model):
    """One report that was read, or is to be read, into proposals. Nothing in it is a value.

    `file` is None for pasted text. `result` (encrypted) is `labs.report.Report.as_dict()`; `cutouts`
    (encrypted) are for each of its findings the piece of the picture it was read from, as a data: address, or
    an empty text. `reason` and `params` say why nothing could be read: a code of `labs.refusals.REFUSALS`, or
    of `files.refusals.REASONS`. The row is deleted after `kept_until`; what was taken says itself where from.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField()
    file = models.ForeignKey(StoredFile, null=True, on_delete=models.CASCADE, related_name="+")
    form = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=ReadingState, default=ReadingState.WAITING)
    result = EncryptedField(null=True)
    cutouts = EncryptedField(null=True)
    reason = models.CharField(max_length=30, blank=True)
    params = models.JSONField(default=dict)
    settled_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    kept_until = models.DateTimeField()

    objects = LabReadingQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading of a laboratory report")
        verbose_name_plural = _("readings of laboratory reports")
        indexes: ClassVar = [
            models.Index(fields=["asked_at"], condition=Q(state="waiting"), name="lab_reading_waiting"),
            models.Index(fields=["kept_until"], name="lab_reading_forgotten_at"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="waiting", settled_at__isnull=True, reason="")
                | Q(state="read", settled_at__isnull=False, result__isnull=False, reason="")
                | Q(state="failed", settled_at__isnull=False, result__isnull=True) & ~Q(reason=""),
                name="lab_reading_state_is_whole",
            )
        ]

    def __str__(self) -> str:
        return f"{self.form}, {self.state} ({self.pk})"
