from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.contact_fields import PhoneField
from accounts.ids import new_id

if TYPE_CHECKING:
    from accounts.models.people import User


def known_zone(name: str) -> None:
    """Validator: `name` is a zone of the IANA time zone database."""
    if name not in available_timezones():
        raise ValidationError(
            _("“%(name)s” is no known time zone; write for example Asia/Shanghai."), params={"name": name}
        )


class Named(models.Model):
    """Something with a Chinese name and, where there is one, an English name."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name_zh = models.CharField(_("name in Chinese"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)

    class Meta:
        abstract = True
        ordering: ClassVar = ["name_zh"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language, Chinese where no English one is known."""
        if (get_language() or "").startswith("en"):
            return self.name_en or self.name_zh
        return self.name_zh


class InZone(models.Model):
    """Something that lives by the calendar of a time zone."""

    zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai", validators=[known_zone])

    class Meta:
        abstract = True

    def day_of(self, moment: datetime) -> date:
        """The day that it is here at `moment`."""
        return moment.astimezone(ZoneInfo(self.zone)).date()

    def month_of(self, moment: datetime) -> date:
        """The first day of the month that it is here at `moment`."""
        return self.day_of(moment).replace(day=1)


class NetworkQuerySet(models.QuerySet["Network"]):
    def visible_to(self, user: "User") -> "NetworkQuerySet":
        return self.filter(pk__in=user.access.networks)


class Network(Named, InZone):
    """Hospitals and wards that refer to each other under one policy; days and months of what is counted are
    those of its zone.

    `is_practice`: its patients are made up; nothing of it is sent or counted. Chosen once: the database
    refuses another answer, and whoever has a role in a practice network has none in a real one.
    """

    is_practice = models.BooleanField(
        _("practice network"),
        default=False,
        db_default=False,
        help_text=_("For learning with made-up patients: nothing of it is sent or counted. Chosen once."),
    )

    objects = NetworkQuerySet.as_manager()

    class Meta(Named.Meta):
        verbose_name = _("referral network")
        verbose_name_plural = _("referral networks")


class HospitalQuerySet(models.QuerySet["Hospital"]):
    def visible_to(self, user: "User") -> "HospitalQuerySet":
        return self.filter(network__in=user.access.networks)


class Hospital(Named, InZone):
    """A place where people work; a patient's first visit can be at any of them. Its zone is its clock's."""

    class Level(models.TextChoices):
        PRIMARY = "primary", _("primary")
        SECONDARY = "secondary", _("secondary")
        TERTIARY = "tertiary", _("tertiary")

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="hospitals")
    level = models.CharField(_("level"), max_length=10, choices=Level)
    phone = PhoneField(_("phone"), max_length=30, blank=True)

    objects = HospitalQuerySet.as_manager()

    class Meta(Named.Meta):
        verbose_name = _("hospital")
        verbose_name_plural = _("hospitals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(level__in=["primary", "secondary", "tertiary"]),
                name="hospital_level_known",
                violation_error_message=_("Choose primary, secondary or tertiary."),
            )
        ]


class WardQuerySet(models.QuerySet["Ward"]):
    def visible_to(self, user: "User") -> "WardQuerySet":
        return self.filter(hospital__network__in=user.access.networks)


class Ward(Named):
    """A specialist ward of a tertiary hospital."""

    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="wards")
    phone = PhoneField(_("phone"), max_length=30)
    beds = models.PositiveSmallIntegerField(_("beds"))
    closed_at = models.DateTimeField(_("closed since"), null=True, blank=True)
    closed_reason = models.CharField(_("reason for closing"), max_length=200, blank=True)
    serves = models.ManyToManyField(Hospital, through="Catchment", related_name="served_by")

    objects = WardQuerySet.as_manager()

    class Meta(Named.Meta):
        verbose_name = _("ward")
        verbose_name_plural = _("wards")

    @property
    def is_open(self) -> bool:
        return self.closed_at is None


class Catchment(models.Model):
    """`ward` serves `hospital`; of several wards the one with the lowest `rank` is asked first.

    `travel_minutes`: how long the way by ambulance usually takes; null where nobody has said.
    """

    hospital = models.ForeignKey(Hospital, on_delete=models.CASCADE, related_name="catchments")
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="catchments")
    rank = models.PositiveSmallIntegerField(_("order"))
    travel_minutes = models.PositiveSmallIntegerField(
        _("usual travel time, minutes"), null=True, blank=True, validators=[MaxValueValidator(48 * 60)]
    )

    class Meta:
        verbose_name = _("catchment")
        verbose_name_plural = _("catchments")
        ordering: ClassVar = ["hospital", "rank"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hospital", "ward"], name="catchment_ward_once"),
            models.UniqueConstraint(
                fields=["hospital", "rank"], name="catchment_rank_once", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hospital} → {self.rank}. {self.ward}"

    def clean(self) -> None:
        if self.ward_id and self.ward.hospital.network_id != self.hospital.network_id:
            raise ValidationError(_("A ward can serve hospitals of its own network only."))
