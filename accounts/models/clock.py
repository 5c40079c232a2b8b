from datetime import timedelta

from django.db import models
from django.db.models import Q


class ClockOffset(models.Model):
    """How far a demo's or a test's clock has been moved forward; at most one row."""

    forward = models.DurationField(default=timedelta(0))

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="clock_offset_is_single")]
