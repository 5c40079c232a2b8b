"""What the portal keeps for people: forms they have not finished, and which they have sent."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.encryption import EncryptedField
from accounts.ids import new_id


class FormDraft(models.Model):
    """What one person has typed into a form and not sent. No case and no deadline comes of it.

    `page` is the form's address and `subject` the id of its case, which for a first visit is the id the case
    will have. `typed` (encrypted) is a list of [name, value]. `version` counts the savings.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    subject = models.UUIDField()
    typed = EncryptedField()
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page", "subject"], name="form_draft_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SentForm(models.Model):
    """A form of a verb that was done: `once` is the id that the form was drawn with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    once = models.UUIDField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "once"], name="form_sent_once")]

    def __str__(self) -> str:
        return str(self.once)
