from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.ids import new_id
from accounts.models import Ward
from referral.models.cases import Case


class Admission(models.Model):
    """One admission of a case, and what the case was before it, so that a wrong one can be undone.

    `line` numbers its event. `before` holds the fields of the case, its offer and its open question as they
    were, and the ids of the deadlines that it ended; nothing that names the patient.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="admissions")
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    admitted_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    line = models.PositiveIntegerField()
    before = models.JSONField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["recorded_at", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(undone_at__isnull=True), name="case_has_one_admission"
            ),
        ]
