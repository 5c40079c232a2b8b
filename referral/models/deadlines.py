from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from referral.codes import DelayReason
from referral.models.cases import Case, Offer
from referral.pathway.vocabulary import Kind


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def visible_to(self, user: User) -> "DeadlineQuerySet":
        return self.filter(case__in=Case.objects.visible_to(user))

    def open(self) -> "DeadlineQuerySet":
        return self.filter(closed_at__isnull=True)


class Deadline(models.Model):
    """One thing due at one time on one case.

    `first_due_at` is the due time before any extension, by which statistics count. `alerted_until` is how far
    its ladder has been worked through, `next_at` when the engine has to look at it again. `quiet_until`
    silences reminders, never the miss itself, and ends by itself. `done_late`: it was missed, and what it
    asked for was done after all.
    """

    class Outcome(models.TextChoices):
        MET = "met", _("met")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("no longer needed")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="deadlines")
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    offer = models.ForeignKey(Offer, null=True, on_delete=models.PROTECT, related_name="deadlines")
    starts_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField()
    alerted_until = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    missed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    done_late = models.BooleanField(default=False, db_default=False)
    delay_reason = models.CharField(_("reason for the delay"), max_length=20, choices=DelayReason, blank=True)
    quiet_until = models.DateTimeField(null=True)
    quiet_cause = models.CharField(max_length=200, blank=True)
    quarantined_at = models.DateTimeField(null=True)
    quarantine_reason = models.CharField(max_length=300, blank=True, default="", db_default="")

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        verbose_name = _("deadline")
        verbose_name_plural = _("deadlines")
        ordering: ClassVar = ["due_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=Q(closed_at__isnull=True, quarantined_at__isnull=True),
                name="deadline_next_up",
            ),
            models.Index(fields=["case", "kind"], name="deadline_by_case"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "kind", "offer"],
                condition=Q(closed_at__isnull=True),
                nulls_distinct=False,
                name="deadline_open_once",
            ),
            models.CheckConstraint(condition=Q(due_at__gt=F("starts_at")), name="deadline_due_after_start"),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="deadline_kind_known"),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, outcome__in=["met", "missed", "cancelled"]),
                name="deadline_closed_with_outcome",
            ),
        ]

    @property
    def state(self) -> str:
        """open, met, missed or cancelled; an open deadline past its due time is missed."""
        return self.outcome or ("missed" if self.missed_at else "open")

    def time_left(self, now: datetime) -> float:
        """Seconds until due; negative when it is over."""
        return (self.due_at - now).total_seconds()
