"""Files and the objects that hold their content."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from files.inspection.kinds import MediaType

if TYPE_CHECKING:
    from accounts.models import User


class FileState(models.TextChoices):
    RECEIVED = "received", _("being checked")
    WAITING = "waiting", _("waiting for the virus scanner")
    CHECKED = "checked", _("checked")
    REFUSED = "refused", _("not taken")


UNSETTLED = (FileState.RECEIVED, FileState.WAITING)


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def loose_of(self, user: "User") -> "StoredFileQuerySet":
        """What `user` has sent and nobody has attached yet. All others ask where a file is attached."""
        return self.filter(added_by=user, kept_until__isnull=False)

    def due(self, now: datetime) -> "StoredFileQuerySet":
        """Files to be checked now, which no worker is checking."""
        free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
        return self.filter(free, state__in=UNSETTLED, due_at__lte=now)


class StoredFile(models.Model):
    """One picture or document, never changed after its check.

    `kept_until` is when it is forgotten while it is attached to nothing; None once it is attached. `key` is
    the key of its content, in base64. `digest` recognises the same content (see encryption.digest).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    added_at = models.DateTimeField()
    name = EncryptedField()
    media_type = models.CharField(max_length=20, choices=[(one.value, one.value) for one in MediaType])
    size = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    key = EncryptedField()
    kept_until = models.DateTimeField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=FileState, default=FileState.RECEIVED)
    reason = models.CharField(max_length=20, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state__in=["received", "waiting"]), name="file_due"),
            models.Index(
                fields=["kept_until"], condition=Q(kept_until__isnull=False), name="file_forgotten_at"
            ),
            models.Index(fields=["added_by", "digest"], name="file_sent_again"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=FileState.values), name="file_state_known"),
            models.CheckConstraint(
                condition=Q(state="refused") & ~Q(reason="") | ~Q(state="refused") & Q(reason=""),
                name="file_refused_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["received", "waiting"], checked_at__isnull=True)
                | Q(state__in=["checked", "refused"], checked_at__isnull=False, leased_until__isnull=True),
                name="file_settled_has_its_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.media_type}, {self.size} bytes, {self.state} ({self.pk})"

    @property
    def is_settled(self) -> bool:
        return self.state not in UNSETTLED


class PartRole(models.TextChoices):
    ORIGINAL = "original", _("as it was sent")
    PAGE = "page", _("page")
    PREVIEW = "preview", _("preview")


class StoredPart(models.Model):
    """One object of the store: what was sent, a page as it is looked at, or the preview.

    The row is written after the object; an object without a row is an orphan and swept (files/sweeper.py).
    `size` is that of the content before encryption.
    """

    file = models.ForeignKey(StoredFile, on_delete=models.CASCADE, related_name="parts", db_index=False)
    role = models.CharField(max_length=10, choices=PartRole)
    number = models.PositiveSmallIntegerField(default=0)
    object_name = models.CharField(max_length=40, unique=True)
    media_type = models.CharField(max_length=20)
    size = models.PositiveIntegerField()
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["file", "role", "number"], name="file_part_once"),
            models.CheckConstraint(condition=Q(role__in=PartRole.values), name="file_part_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.number} ({self.object_name})"


LEASE = timedelta(minutes=3)
"""Longer than an inspection and a scan may take together."""
