"""Facts of months that are over, kept once more as columns, which are read as they stand."""

from typing import ClassVar, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Hospital, Network, User, Ward
from referral.models.statistics import PlacesQuerySet


class RouteQuerySet(PlacesQuerySet["Route"]):
    def visible_to(self, user: User) -> Self:
        """Those whose cases the user may count."""
        return self.of_places(user)


class Route(models.Model):
    """From which first hospital to which ward, or to none, cases went; a sealed month has its number."""

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+", db_index=False)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="+", db_index=False)
    ward = models.ForeignKey(Ward, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = RouteQuerySet.as_manager()

    class Meta:
        verbose_name = _("route")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["network", "hospital", "ward"], nulls_distinct=False, name="route_once"
            )
        ]


class SealedMonth(models.Model):
    """A month of a network whose facts stand in columns; it exists exactly as long as they are still true.

    Whatever writes or removes a fact of the month removes it, by a trigger in the same transaction.
    `layout` tells in which form the columns are, `risk_models` what the numbers in "model" stand for;
    `shadows` are the models in shadow that have a column of what they said.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    layout = models.CharField(max_length=16)
    cases = models.PositiveIntegerField()
    risk_models = models.JSONField()
    shadows = models.JSONField()

    class Meta:
        verbose_name = _("sealed month")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["network", "month"], name="sealed_month_once")
        ]


class SealedColumn(models.Model):
    """One number of every case of a sealed month, in the order in which its other columns have the cases."""

    month = models.ForeignKey(SealedMonth, on_delete=models.CASCADE, related_name="columns", db_index=False)
    name = models.CharField(max_length=50)
    numbers = models.BinaryField()

    class Meta:
        verbose_name = _("column of a sealed month")
        constraints: ClassVar = [models.UniqueConstraint(fields=["month", "name"], name="sealed_column_once")]
