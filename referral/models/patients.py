from datetime import date
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Network
from referral.identity.birth import BirthDate


class Sex(models.TextChoices):
    MALE = "male", _("male")
    FEMALE = "female", _("female")


class Person(models.Model):
    """A person of one network: what links the cases of one patient, whoever wrote them. It says nothing."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="persons")


class Patient(models.Model):
    """Who the patient of one case is, as its hospital wrote it; changed by a correction only.

    `identity` (encrypted) holds name, birth_date (ISO, or a year alone), national_id, local_number, phone.
    The hashes of their folded forms find candidates.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sex = models.CharField(_("sex"), max_length=6, choices=Sex)
    identity = EncryptedField()
    # NULL, not empty: many patients have no number, and no number is not one in common.
    national_id_index = models.CharField(max_length=64, null=True)  # noqa: DJ001
    local_number_index = models.CharField(max_length=64, null=True)  # noqa: DJ001
    name_index = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("patient")
        verbose_name_plural = _("patients")
        indexes: ClassVar = [
            models.Index(fields=["national_id_index"], name="patient_by_national_id"),
            models.Index(fields=["local_number_index"], name="patient_by_local_number"),
            models.Index(fields=["name_index"], name="patient_by_name"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sex__in=["male", "female"]), name="patient_sex_known"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def name(self) -> str:
        return str(self.identity["name"])

    @property
    def birth_date(self) -> BirthDate:
        return BirthDate.parse(self.identity["birth_date"])

    def age_on(self, day: date) -> int:
        """Completed years of life on `day`; see BirthDate for an estimated birth date."""
        return self.birth_date.age_on(day)

    def detail(self, name: str) -> Any:
        """One of the optional identity values, or an empty text."""
        return self.identity.get(name) or ""
