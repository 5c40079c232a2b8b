"""Notifications of days that are over, kept as columns."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from notifications.models import DeliveryState


class Addressee(models.Model):
    """The number of a person in the columns of days."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("addressee")


class DeliveryFate(models.Model):
    """The number of a channel and the state in which its deliveries ended, in the columns of days."""

    channel = models.CharField(max_length=20)
    state = models.CharField(max_length=15, choices=DeliveryState)

    class Meta:
        verbose_name = _("fate of deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["channel", "state"], name="delivery_fate_once")
        ]


class NotificationDay(models.Model):
    """What was written to everybody on one day of a zone's calendar, and what became of it in time.

    Written once and never again: what comes later does not count (see
    `referral.statistics.columns.notification_days`). The days of a zone follow each other without a gap.
    `layout` tells in which form the columns are.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    zone = models.CharField(max_length=64)
    day = models.DateField()
    layout = models.CharField(max_length=16)
    people = models.BinaryField()
    answers = models.BinaryField()
    deliveries = models.BinaryField()

    class Meta:
        verbose_name = _("day of notifications")
        constraints: ClassVar = [models.UniqueConstraint(fields=["zone", "day"], name="told_day_once")]
