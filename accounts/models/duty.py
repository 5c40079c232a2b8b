from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models.organisations import Ward
from accounts.models.people import User


class DutyShift(models.Model):
    """`user` answers for `ward` every week from `starts` to `ends`, local time of the ward's hospital.

    A shift that ends at or before its start runs over midnight into the next day.
    """

    class Weekday(models.IntegerChoices):
        MONDAY = 0, _("Monday")
        TUESDAY = 1, _("Tuesday")
        WEDNESDAY = 2, _("Wednesday")
        THURSDAY = 3, _("Thursday")
        FRIDAY = 4, _("Friday")
        SATURDAY = 5, _("Saturday")
        SUNDAY = 6, _("Sunday")

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="shifts")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="shifts")
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    class Meta:
        verbose_name = _("weekly duty")
        verbose_name_plural = _("weekly duties")
        ordering: ClassVar = ["ward", "weekday", "starts"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["ward", "user", "weekday", "starts"], name="duty_shift_once"),
            models.CheckConstraint(condition=Q(weekday__range=(0, 6)), name="duty_shift_weekday_known"),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_weekday_display()} {self.starts:%H:%M} – {self.ends:%H:%M}"


class DutyOverride(models.Model):
    """An exception to the weekly rota: `user` is on duty, or off duty, from `starts_at` to `ends_at`.

    `swap` is shared by the two rows of a swap: one off, another on for them.
    """

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="duty_overrides")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duty_overrides")
    is_on = models.BooleanField(_("on duty"), default=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    swap = models.UUIDField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("duty override")
        verbose_name_plural = _("duty overrides")
        ordering: ClassVar = ["ward", "starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="duty_override_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self._meta.verbose_name}"

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": _("The end must come after the start.")})


class HandoverNote(models.Model):
    """What who goes off duty tells who comes on. Encrypted; the latest of a ward is shown."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="handover_notes", db_index=False)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    text = EncryptedField()
    written_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-written_at", "-pk"]
        indexes: ClassVar = [models.Index(fields=["ward", "-written_at"], name="handover_latest")]

    def __str__(self) -> str:
        return f"{self.ward_id}, {self.written_at:%Y-%m-%d %H:%M}"
