from datetime import datetime, timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Ward
from referral.codes import BedCause
from referral.models.cases import Case


class FreeBeds(models.Model):
    """How many beds a ward can give now. A row for each ward that ever said so; locked before it changes.

    `free`: what a person stated at `stated_at`, less the beds promised since and plus those given back. A
    promise or a bed that is given back does not make the figure younger: nobody has counted. `version` grows
    with every change.
    """

    ward = models.OneToOneField(Ward, primary_key=True, on_delete=models.CASCADE, related_name="free_beds")
    free = models.PositiveSmallIntegerField(_("free beds"))
    stated_at = models.DateTimeField()
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("free beds of a ward")
        verbose_name_plural = _("free beds of wards")

    def is_stale(self, now: datetime, holds: timedelta) -> bool:
        """Whether the figure is too old to be used: older than a policy lets it hold."""
        return now - self.stated_at > holds


class BedChange(models.Model):
    """A line of the history of a ward's free beds. Append-only: a trigger refuses UPDATE and DELETE.

    `number` counts the lines of the ward; `free` is the figure after it, `change` by how much `case` moved it
    (-1, 0 or 1), null where a person stated the figure. `actor` null is the deadline engine.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="bed_changes")
    number = models.PositiveIntegerField()
    cause = models.CharField(max_length=12, choices=BedCause)
    free = models.PositiveSmallIntegerField()
    change = models.SmallIntegerField(null=True)
    case = models.ForeignKey(Case, null=True, on_delete=models.PROTECT, related_name="bed_changes")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["ward", "number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "number"], name="bed_change_number_once"),
            models.CheckConstraint(
                condition=Q(cause=BedCause.STATED, change__isnull=True, case__isnull=True)
                | ~Q(cause=BedCause.STATED) & Q(change__in=[-1, 0, 1], case__isnull=False),
                name="bed_change_is_stated_or_of_a_case",
            ),
            models.CheckConstraint(condition=Q(cause__in=BedCause.values), name="bed_change_cause_known"),
        ]
