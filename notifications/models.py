"""The outbox: what was told to whom, and what became of each way of telling it."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField, blind_index
from accounts.ids import new_id
from notifications.calls.outcomes import CallOutcome
from notifications.channels.registry import account_channels

if TYPE_CHECKING:
    from accounts.models import User
from notifications.types import Severity


class NotificationQuerySet(models.QuerySet["Notification"]):
    def visible_to(self, user: "User") -> "NotificationQuerySet":
        """What was addressed to `user`: nobody reads another person's inbox."""
        return self.filter(recipient_id=user.pk)

    def active(self) -> "NotificationQuerySet":
        """Those whose reason has not been taken away."""
        return self.filter(withdrawn_at__isnull=True)


ACCOUNT = "account"
"""The subject type of what happened to a person's own account."""


class Notification(models.Model):
    """One thing told to one person about one subject; `dedup_key` makes telling it twice impossible.

    `payload` holds codes, ids and numbers, never personal data; words are chosen when it is read.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    dedup_key = models.CharField(max_length=200, unique=True)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="notifications", db_index=False
    )
    instead_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="substitutes", db_index=False
    )
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=60)
    severity = models.CharField(max_length=10, choices=Severity)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "-id"]
        indexes: ClassVar = [
            models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
            models.Index(
                fields=["recipient"],
                condition=Q(read_at__isnull=True, withdrawn_at__isnull=True),
                name="notification_unread",
            ),
            models.Index(fields=["subject_type", "subject_id"], name="notification_by_subject"),
            models.Index(
                fields=["instead_of"], condition=Q(instead_of__isnull=False), name="notification_substitutes"
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(severity__in=["info", "warning", "severe", "critical"]),
                name="notification_severity_known",
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at__isnull=True) | Q(read_at__isnull=False),
                name="notification_acknowledged_is_read",
            ),
            models.CheckConstraint(
                condition=~Q(dedup_key="") & ~Q(subject_type="") & ~Q(subject_id="") & ~Q(kind=""),
                name="notification_names_its_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} ({self.severity}) on {self.subject_type} {self.subject_id}"

    @property
    def is_of_account(self) -> bool:
        """Whether it tells of the person's own account: then it is mailed whatever they, or a thief, wish."""
        return self.subject_type == ACCOUNT


class Subscription(models.Model):
    """One address of one person on one channel: what they want there, and how it fared last.

    `address` (a phone number, a token, a URL) and `options` (its keys) are encrypted and found by
    `address_key`. A channel of the account (e-mail) works without a row; its row belongs to the account's
    present address, so that a changed address starts afresh. `enabled` and `min_severity` are the person's
    wish; severe and critical alerts go to the channels of the floor whatever they wish.

    `device`: the browser or phone, where that registered itself. Nothing goes there while the person is
    signed out on it: `device_generation` is the account's at the last sign-in there, 0 after a sign-out.

    `awaits_code`: the person has yet to repeat the code that was sent there; nothing else goes there before.
    `retired_at`: refused for good. `removed_at`: taken away by the person; only the history stays.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="subscriptions", db_index=False
    )
    channel = models.CharField(max_length=20)
    address = EncryptedField(null=True)
    address_key = models.CharField(max_length=254)
    options = EncryptedField(default=dict)
    name = models.CharField(max_length=60, blank=True)
    enabled = models.BooleanField(default=True)
    min_severity = models.CharField(max_length=10, choices=Severity, default=Severity.INFO)
    awaits_code = models.BooleanField(default=False)
    code_sent_at = models.DateTimeField(null=True, blank=True)
    code_tries = models.PositiveSmallIntegerField(default=0)
    device = models.UUIDField(null=True, blank=True)
    device_generation = models.PositiveIntegerField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    last_success_at = models.DateTimeField(null=True, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar = ["channel", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "channel", "address_key"], name="subscription_once"),
            models.CheckConstraint(
                condition=Q(min_severity__in=["info", "warning", "severe"]),
                name="subscription_keeps_the_floor",
            ),
            models.CheckConstraint(condition=~Q(channel=""), name="subscription_names_its_channel"),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True, address__isnull=False)
                | Q(removed_at__isnull=False, address__isnull=True, enabled=False, retired_at__isnull=False),
                name="subscription_removed_keeps_no_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.user_id}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.address_key = self.address_key or key_of(self.channel, self.address)
        super().save(*args, **kwargs)

    def is_signed_out(self, user: "User") -> bool:
        """Whether `user`, whose it is, is signed out on the device that it is bound to."""
        return self.device_generation not in (None, user.access_generation)


def key_of(channel: str, address: str) -> str:
    """What an address is found by: an e-mail address as the account holds it, a keyed hash of any other."""
    return address if channel in account_channels() else blind_index("address", channel, address)


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
