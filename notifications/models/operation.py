"""How channels and processes fare, and how much each person was sent."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Allowance(models.Model):
    """How many messages one person was sent on one channel since `since`; an empty `scope` means all.

    Written by one statement alone, `limits.take`, so that any number of workers share it.
    """

    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    channel = models.CharField(max_length=20)
    scope = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField()
    used = models.PositiveIntegerField()
    most = models.PositiveIntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "channel", "scope"], name="allowance_once")
        ]

    def __str__(self) -> str:
        return f"{self.used} of {self.most} on {self.channel} since {self.since:%H:%M}"


class BreakerState(models.TextChoices):
    CLOSED = "closed", _("working")
    OPEN = "open", _("out of order")
    HALF_OPEN = "half_open", _("being tried")


class ChannelBreaker(models.Model):
    """Whether a channel's provider works: after consecutive failures it rests until `probe_at`.

    Then one message tries whether it works again.
    """

    channel = models.CharField(max_length=20, primary_key=True)
    state = models.CharField(max_length=10, choices=BreakerState, default=BreakerState.CLOSED)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    probe_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=BreakerState.values), name="breaker_state_known"),
            models.CheckConstraint(
                condition=Q(state="closed") | Q(opened_at__isnull=False, probe_at__isnull=False),
                name="breaker_open_is_tried_again",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel}: {self.state}"


class ProcessTick(models.Model):
    """The last sign of life of a kind of process (engine, delivery, worker) and how far behind it was."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()
    lag = models.DurationField(default=timedelta(0))

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S%z}, lag {self.lag}"
