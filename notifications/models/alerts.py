"""What people were alerted of: the alert once, and a narrow row for each person who gets it."""

from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.ids import new_id
from notifications.types import Severity

if TYPE_CHECKING:
    from accounts.models import User


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User") -> "NotificationQuerySet":
        """What was addressed to `user`: nobody reads another person's inbox."""
        return self.filter(recipient_id=user.pk)

    def active(self) -> "NotificationQuerySet":
        """Those whose reason has not been taken away."""
        return self.filter(withdrawn_at__isnull=True)


ACCOUNT = "account"
"""The subject type of what happened to a person's own account."""


class Alert(models.Model):
    """One thing that people are told about one subject; `dedup_key` makes telling it twice impossible.

    `payload` holds codes, ids and numbers, never personal data; words are chosen when it is read. Alerts of
    one `bundle_group` to one person may share a message; without a group it goes alone.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedup_key = models.CharField(max_length=200, unique=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=Severity)
    payload = models.JSONField(default=dict)
    bundle_group = models.CharField(max_length=80, blank=True, db_default="", default="")
    created_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id"], name="alert_by_subject")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(severity__in=["info", "warning", "severe", "critical"]),
                name="alert_severity_known",
            ),
            models.CheckConstraint(
                condition=~Q(dedup_key="") & ~Q(subject_type="") & ~Q(subject_id="") & ~Q(kind=""),
                name="alert_names_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.severity}) on {self.subject_type} {self.subject_id}"


class Notification(models.Model):
    """An alert to one person: what they did about it. `instead_of`: whose place they take, who cannot be
    reached.

    `next_hint_at` is when a sweeper should remind the workers that its deliveries are not made yet; null
    once they are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.PROTECT, related_name="notifications", db_index=False)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications", db_index=False
    )
    instead_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="substitutes", db_index=False
    )
    urgent = models.BooleanField()
    created_at = models.DateTimeField()
    next_hint_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(
                fields=["recipient"],
                condition=Q(read_at__isnull=True, withdrawn_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(
                fields=["-urgent", "next_hint_at"],
                condition=Q(next_hint_at__isnull=False),
                name="notification_to_deliver",
            ),
            models.Index(
                fields=["instead_of"], condition=Q(instead_of__isnull=False), name="notification_substitutes"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["alert", "recipient", "instead_of"],
                nulls_distinct=False,
                name="notification_once_per_person",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(read_at__isnull=False),
                name="notification_acknowledged_is_read",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.alert_id} to {self.recipient_id}"

    @property
    def is_of_account(self) -> bool:
        """Whether it tells of the person's own account: then it is mailed whatever they, or a thief, wish."""
        return self.alert.subject_type == ACCOUNT
