"""The addresses of people: what they want there, and how each fared last."""

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.encryption import EncryptedField, blind_index
from accounts.ids import new_id
from notifications.channels.registry import account_channels
from notifications.types import Severity

if TYPE_CHECKING:
    from accounts.models import User


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
