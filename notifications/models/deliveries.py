"""What became of each way of alerting somebody."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from notifications.calls.outcomes import CallOutcome
from notifications.models.alerts import Notification
from notifications.models.subscriptions import Subscription


class DeliveryState(models.TextChoices):
    """States move forward only; a trigger in the database refuses the way back."""

    PENDING = "pending", _("waiting")
    SENDING = "sending", _("being sent")
    SENT = "sent", _("handed over")
    DELIVERED = "delivered", _("delivered")
    FAILED = "failed", _("failed, told another way")
    UNDELIVERABLE = "undeliverable", _("undeliverable")
    DROPPED = "dropped", _("no longer needed")


class DropReason(models.TextChoices):
    """Why a message was not sent although nothing failed."""

    WITHDRAWN = "withdrawn", _("its reason was gone")
    ACKNOWLEDGED = "acknowledged", _("the recipient already knew")
    INACTIVE = "inactive", _("the account is closed")
    NOT_ENTITLED = "not_entitled", _("the recipient may no longer see it")
    UNSUBSCRIBED = "unsubscribed", _("the recipient switched the channel off")
    PRACTICE = "practice", _("practice: nothing is sent")


OPEN_STATES = (DeliveryState.PENDING, DeliveryState.SENDING)


class Delivery(models.Model):
    """One way (channel and address) of telling one notification; the row is the message.

    `sending` without a lease waits for its next attempt at `available_at`. `next_hint_at` is when a sweeper
    should remind the workers of it. `uncertain_attempts` counts leases that ran out: there the provider may
    have accepted what we then sent again. Deliveries of one `bundle_key` may share a message, empty: it goes
    alone; `carried_by` is the delivery whose message told this one too, under that one's lease. `replay_of`:
    an operator sent that one once more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    notification = models.ForeignKey(
        Notification, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    channel = models.CharField(max_length=20)
    subscription = models.ForeignKey(
        Subscription, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    bundle_key = models.CharField(max_length=120, blank=True, db_default="", default="")
    carried_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="carries", db_index=False
    )
    replay_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="replays", db_index=False
    )
    urgent = models.BooleanField()
    state = models.CharField(max_length=15, choices=DeliveryState, default=DeliveryState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    uncertain_attempts = models.PositiveSmallIntegerField(default=0)
    available_at = models.DateTimeField()
    next_hint_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    provider_reference = models.CharField(max_length=200, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    dropped_reason = models.CharField(max_length=20, choices=DropReason, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar = [
            models.Index(
                fields=["-urgent", "available_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["next_hint_at"],
                condition=Q(state__in=["pending", "sending"]),
                name="delivery_to_hint",
            ),
            models.Index(
                fields=["bundle_key", "channel"],
                condition=Q(state__in=["pending", "sending"]) & ~Q(bundle_key=""),
                name="delivery_to_bundle",
            ),
            models.Index(
                fields=["provider_reference"],
                condition=~Q(provider_reference=""),
                name="delivery_by_reference",
            ),
            models.Index(
                fields=["carried_by"], condition=Q(carried_by__isnull=False), name="delivery_carried"
            ),
            models.Index(
                fields=["replay_of"], condition=Q(replay_of__isnull=False), name="delivery_replayed"
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["notification", "channel", "subscription", "replay_of"],
                nulls_distinct=False,
                name="delivery_once_per_channel",
            ),
            models.CheckConstraint(
                condition=Q(state__in=list(DeliveryState.values)), name="delivery_state_known"
            ),
            models.CheckConstraint(
                condition=Q(leased_until__isnull=True, lease_token__isnull=True)
                | Q(leased_until__isnull=False, lease_token__isnull=False, state="sending"),
                name="delivery_lease_only_while_sending",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["sent", "delivered"], sent_at__isnull=False)
                | Q(state__in=["pending", "sending", "dropped"], sent_at__isnull=True)
                | Q(state__in=["failed", "undeliverable"]),
                name="delivery_sent_has_its_time",
            ),
            models.CheckConstraint(
                condition=Q(state="delivered", delivered_at__isnull=False)
                | (~Q(state="delivered") & Q(delivered_at__isnull=True)),
                name="delivery_delivered_has_its_time",
            ),
            models.CheckConstraint(
                condition=(Q(state="dropped") & ~Q(dropped_reason=""))
                | (~Q(state="dropped") & Q(dropped_reason="")),
                name="delivery_dropped_has_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.state} ({self.pk})"


class CallAnswer(models.Model):
    """The keys that were pressed in the call of a delivery, and what they led to.

    `was_joined`: put together from keys that the carrier reported one by one, perhaps in disorder.
    """

    delivery = models.OneToOneField(
        Delivery, primary_key=True, on_delete=models.CASCADE, related_name="call_answer"
    )
    keys = models.CharField(max_length=32, blank=True)
    was_joined = models.BooleanField(default=False)
    outcome = models.CharField(max_length=20, choices=CallOutcome, default=CallOutcome.UNFINISHED)
    at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="call_outcome_known")
        ]

    def __str__(self) -> str:
        return f"{self.outcome} ({self.delivery_id})"

    def may_become(self, *, is_all: bool) -> bool:
        """Whether further keys count: none does after an outcome, but for the carrier's record of the whole
        call where keys that came one by one were not the code."""
        if self.outcome == CallOutcome.WRONG:
            return is_all and self.was_joined
        return self.outcome == CallOutcome.UNFINISHED
