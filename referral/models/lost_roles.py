from typing import ClassVar

from django.conf import settings
from django.db import models

from referral.models.fields import CurrentTransaction, TransactionField


class LostRole(models.Model):
    """A role that somebody no longer has, written by a trigger when a membership is changed or removed.

    Their apps are told by it which cases are gone. `transaction` is what `referral.queries.changes` orders
    by. The places are plain ids: this is history, also where the place or the person is no more.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+"
    )
    role = models.CharField(max_length=20)
    hospital = models.UUIDField(null=True)
    ward = models.UUIDField(null=True)
    network = models.UUIDField()
    at = models.DateTimeField()
    transaction = TransactionField(db_default=CurrentTransaction(), editable=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["user", "transaction"], name="lost_role_by_user")]
