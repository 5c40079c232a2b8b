"""What opens an account: sessions and the devices behind them, access tokens; and tries that were wrong.

Each belongs to a generation of its account. The database begins a new one when the password changes or
the account is closed (see `User.access_generation`); what is of an earlier one opens nothing, for good.
"""

from importlib import import_module
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id


class KnownDevice(models.Model):
    """A browser or a phone on which a person has signed in: strangers' wrong tries never lock it out."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    device = models.UUIDField()
    generation = models.PositiveIntegerField()
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "device"], name="known_device_once"),
        ]


class SignIn(models.Model):
    """One sign-in on one device: of a browser until its session ends, of the app as long as it is refreshed.

    `methods` are allauth's records of how the person proved who they are. The app's refresh tokens are
    computed from a random `refresh_seed` and the secret key; `refresh_number` is that of the present one.
    """

    class Kind(models.TextChoices):
        BROWSER = "browser", _("browser")
        APP = "app", _("app")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins")
    kind = models.CharField(max_length=10, choices=Kind)
    device = models.UUIDField()
    generation = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=60, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.GenericIPAddressField(null=True)
    methods = models.JSONField(default=list)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    refresh_seed = models.CharField(max_length=64, blank=True, default="")
    refresh_number = models.PositiveIntegerField(default=0)
    refreshed_at = models.DateTimeField(null=True)
    refresh_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("sign-in on a device")
        verbose_name_plural = _("sign-ins on devices")
        ordering: ClassVar = ["-last_used_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(kind="app") | Q(refresh_seed=""),
                name="sign_in_of_the_app_is_refreshed",
            ),
            models.CheckConstraint(condition=Q(kind__in=["browser", "app"]), name="sign_in_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Session(AbstractBaseSession):
    """Django's session with the sign-in it belongs to. `noted_at`: when its use was last written down."""

    sign_in = models.ForeignKey(SignIn, null=True, on_delete=models.CASCADE, related_name="sessions")
    noted_at = models.DateTimeField(null=True)

    objects: ClassVar[Any] = BaseSessionManager()

    @classmethod
    def get_session_store_class(cls) -> Any:
        return import_module(settings.SESSION_ENGINE).SessionStore


class AccessToken(models.Model):
    """A personal access token of a program. Only the SHA-256 of its secret is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_tokens")
    generation = models.PositiveIntegerField()
    name = models.CharField(_("name"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(_("scopes"))
    created_at = models.DateTimeField(_("created"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True)
    address = models.GenericIPAddressField(null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    class Meta:
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")
        ordering: ClassVar = ["-created_at", "-pk"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("created_at")), name="access_token_expires_after_creation"
            )
        ]

    def __str__(self) -> str:
        return self.name


class TryCount(models.Model):
    """How many tries of one kind were wrong until `ends_at`. `key` is a keyed hash of what is limited."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)
