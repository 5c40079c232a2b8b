"""What the API keeps for programs: answers that may be asked for again."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from accounts.encryption import EncryptedField


class StoredAnswer(models.Model):
    """The answer to a POST with an `Idempotency-Key`, kept for four days. `body` is encrypted JSON text.

    `fingerprint` is a keyed hash of method, address and body of the request.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = EncryptedField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "key"], name="stored_answer_once")]

    def __str__(self) -> str:
        return self.key
