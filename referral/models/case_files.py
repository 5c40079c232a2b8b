from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import User
from files.models import StoredFile
from referral.codes import FileErrorReason, FileKind
from referral.models.cases import Case

if TYPE_CHECKING:
    from files.models import StoredPart


class CaseFileQuerySet(models.QuerySet["CaseFile"]):
    def visible_to(self, user: User) -> "CaseFileQuerySet":
        """Files of the cases that the user sees."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def counting(self) -> "CaseFileQuerySet":
        """Those that were not entered in error."""
        return self.filter(error_at__isnull=True)


class CaseFile(models.Model):
    """A picture or document of a case. It is never changed; a wrong one is marked as entered in error."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="files", db_index=False)
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(_("what it is"), max_length=20, choices=FileKind)
    caption = EncryptedField(null=True)
    taken_at = models.DateTimeField(_("when it is from"), null=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    error_reason = models.CharField(_("reason"), max_length=20, choices=FileErrorReason, blank=True)
    error_at = models.DateTimeField(null=True)
    error_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = CaseFileQuerySet.as_manager()

    parts: "list[StoredPart]"
    is_new: bool

    class Meta:
        ordering: ClassVar = ["added_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["case", "added_at"], name="file_by_case")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(error_at__isnull=True, error_by__isnull=True, error_reason="")
                | Q(error_at__isnull=False, error_by__isnull=False) & ~Q(error_reason=""),
                name="case_file_error_has_its_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.pk})"


class CaseFileLook(models.Model):
    """When somebody last looked at the files of a case."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+", db_index=False)
    at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "case"], name="case_file_look_once")]

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"
