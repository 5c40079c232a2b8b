from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from referral.models.cases import Case


class Background(models.Model):
    """What the first hospital, then the ward, says of a patient beyond the indicators. The latest of a case
    counts.

    `content` (encrypted) is by name of the inputs in `referral.pathway.inputs.background`: texts, numbers,
    codes, lists of codes, and days and moments in ISO form. It is never changed; saying it anew adds another.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="backgrounds", db_index=False)
    content = EncryptedField()
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["stated_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["case", "stated_at"], name="background_by_case")]

    def __str__(self) -> str:
        return f"of {self.case_id} at {self.stated_at:%Y-%m-%d %H:%M}"
