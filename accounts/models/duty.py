from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models.organisations import Ward
from accounts.models.people import User
from accounts.punctuation import labelled

ENDS_AFTER_START = _("The end must come after the start.")


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
            models.CheckConstraint(
                condition=Q(weekday__range=(0, 6)),
                name="duty_shift_weekday_known",
                violation_error_message=_("Choose a weekday."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_weekday_display()} {self.starts:%H:%M} – {self.ends:%H:%M}"


class DutyOverrideQuerySet(models.QuerySet["DutyOverride"]):
    def time_off(self, user: UUID, start: datetime, end: datetime) -> Self:
        """Those that give `user` some of the time between `start` and `end` off."""
        return self.filter(user=user, is_on=False, starts_at__lt=end, ends_at__gt=start)


class DutyOverride(models.Model):
    """An exception to the weekly rota: `user` is on duty, or off duty, from `starts_at` to `ends_at`.

    Of several that cover an instant the latest entered counts, that is the one with the highest key. `swap`
    is shared by the two rows of a swap: one off, another on for them.
    """

    ward = models.ForeignKey(Ward, on_delete=models.CASCADE, related_name="duty_overrides")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="duty_overrides")
    is_on = models.BooleanField(_("on duty"), default=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    swap = models.UUIDField(null=True, blank=True, editable=False)

    objects = DutyOverrideQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty override")
        verbose_name_plural = _("duty overrides")
        ordering: ClassVar = ["ward", "starts_at"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="duty_override_ends_after_start",
                violation_error_message=ENDS_AFTER_START,
            )
        ]

    def __str__(self) -> str:
        return labelled(str(self.user), self._meta.verbose_name)

    def clean(self) -> None:
        if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
            raise ValidationError({"ends_at": ENDS_AFTER_START})
        if self.is_on and self.user_id and self.starts_at and self.ends_at:
            others = DutyOverride.objects.filter(ward=self.ward_id).exclude(pk=self.pk)
            if others.time_off(self.user_id, self.starts_at, self.ends_at).exists():
                raise ValidationError({"user": _("This person has time off then. Undo that first.")})


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
