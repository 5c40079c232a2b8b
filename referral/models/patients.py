from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Network


class Sex(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class Patient(models.Model):
    """A person with chronic liver disease, known to one network.

    `identity` (encrypted) holds name, birth_date (ISO), national_id, local_number, phone. The hashes find the
    person again; without a national ID, a name and birth date in common must be confirmed by a person.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="patients")
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    identity = EncryptedField()
    # NULL, not empty: many patients have no ID, and the unique constraints must let them all in.
    national_id_index = models.CharField(max_length=64, null=True)  # noqa: DJ001
    local_number_index = models.CharField(max_length=64, null=True)  # noqa: DJ001
    likeness_index = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes: ClassVar = [models.Index(fields=["network", "likeness_index"], name="patient_by_likeness")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["network", "national_id_index"], name="patient_once_by_national_id"
            ),
            models.UniqueConstraint(
                fields=["network", "local_number_index"], name="patient_once_by_local_number"
            ),
            models.CheckConstraint(condition=Q(sex__in=["male", "female"]), name="patient_sex_known"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def name(self) -> str:
        return str(self.identity["name"])

    @property
    def birth_date(self) -> date:
        return date.fromisoformat(self.identity["birth_date"])

    def age_on(self, day: date) -> int:
        """Completed years of life on `day`."""
        born = self.birth_date
        return day.year - born.year - ((day.month, day.day) < (born.month, born.day))

    def detail(self, name: str) -> Any:
        """One of the optional identity values, or an empty text."""
        return self.identity.get(name) or ""
