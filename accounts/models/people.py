import json
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import PermissionsMixin
from django.db import connection, models, transaction
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.access import Access, access_from
from accounts.contact_fields import NarrowEmailField, PhoneField
from accounts.ids import new_id
from accounts.models.organisations import Hospital, Network, Ward
from accounts.punctuation import labelled
from accounts.signals import access_ended
from accounts.text import folded_address

ACCESS_FIELDS = ("role", "hospital_id", "ward_id", "network_id", "network__is_practice")
WITH_MEMBERSHIPS = """
    SELECT person.*, (
        SELECT coalesce(json_agg(json_build_array(role, hospital_id, ward_id, network_id, is_practice)), '[]')
        FROM accounts_membership JOIN accounts_network AS network ON network.id = network_id
        WHERE user_id = person.id
    )::text AS membership_rows
    FROM accounts_user AS person WHERE person.id = %s
"""
"""Asked at every request: making this statement from an expression takes longer than running it."""


class Role(models.TextChoices):
    """What a person does at one place of a network."""

    REFERRING_CLINICIAN = "referring_clinician", _("referring clinician")
    SPECIALIST = "specialist", _("specialist")
    WARD_LEAD = "ward_lead", _("ward lead")
    COORDINATOR = "coordinator", _("coordinator")
    RESEARCHER = "researcher", _("researcher")
    ADMINISTRATOR = "administrator", _("administrator")


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> "User":
        user = self.model(email=folded_address(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    def visible_to(self, user: "User") -> models.QuerySet["User"]:
        """Colleagues: everyone who holds a role in a network of `user`."""
        return self.filter(memberships__network__in=user.access.networks).distinct()

    def get_with_access(self, pk: UUID) -> "User | None":
        """The user, with every place where they may act, in one statement; None if there is none."""
        user: User | None = next(iter(self.raw(WITH_MEMBERSHIPS, [pk])), None)
        if user is not None and user.is_active:
            rows = json.loads(vars(user)["membership_rows"])
            user.access = access_from(_access_row(*row) for row in rows)
        return user

    def read_access(self, users: Iterable["User"]) -> None:
        """Read the access of all of these user objects anew, at once."""
        active = {user.pk: user for user in users if user.is_active}
        rows: dict[Any, list[tuple[str, Any, Any, Any, bool]]] = {pk: [] for pk in active}
        memberships = Membership.objects.filter(user__in=active)
        for pk, *row in memberships.values_list("user", *ACCESS_FIELDS):
            rows[pk].append((row[0], row[1], row[2], row[3], row[4]))
        for pk, user in active.items():
            user.access = access_from(rows[pk])


def _access_row(
    role: str, hospital: str | None, ward: str | None, network: str, is_practice: bool
) -> tuple[str, UUID | None, UUID | None, UUID, bool]:
    """A membership as JSON has it, in the order of `ACCESS_FIELDS`."""
    return (
        role,
        UUID(hospital) if hospital else None,
        UUID(ward) if ward else None,
        UUID(network),
        is_practice,
    )


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff, or a program of a hospital (`is_program`), which nobody alerts and nobody signs in
    as. Patients have no accounts.

    What opens the account (sessions, tokens, links, remembered devices) is of its `access_generation`. The
    database begins the next one, whoever changes the row, when the password changes and when the account is
    closed, so that nothing of before opens anything again.
    """

    class Language(models.TextChoices):
        CHINESE = "zh-hans", "简体中文"
        ENGLISH = "en", "English"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = NarrowEmailField(_("e-mail"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=80)
    phone = PhoneField(_("phone"), max_length=30, blank=True)
    language = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration"), default=False)
    is_program = models.BooleanField(default=False, editable=False)
    access_generation = models.PositiveIntegerField(default=1, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = ["name"]

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="user_email_is_lower_case",
                violation_error_message=_("Write the e-mail address in small letters."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        self.email = folded_address(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = folded_address(self.email)
        is_new, fields = self._state.adding, kwargs.get("update_fields")
        super().save(*args, **kwargs)
        if not is_new and (fields is None or {"password", "is_active"} & set(fields)):
            self._begin_generation()

    def _begin_generation(self) -> None:
        """See whether the database has begun the next one, and let everybody know."""
        before = self.access_generation
        self.refresh_from_db(fields=["access_generation"])
        if self.access_generation != before:
            access_ended.send(sender=User, user=self, devices=None, for_good=not self.is_active)

    def check_password(self, raw_password: str | None) -> bool:
        """As Django's; the same password kept by a newer method is no new password."""

        def keep_anew(given: str) -> None:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL accounts.same_password = 'on'")
                User.objects.filter(pk=self.pk).update(password=make_password(given))

        return check_password(raw_password, self.password, keep_anew)

    def get_session_auth_hash(self) -> str:
        return self._hash_of_generation()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        for secret in settings.SECRET_KEY_FALLBACKS:
            yield self._hash_of_generation(secret)

    def _hash_of_generation(self, secret: str | None = None) -> str:
        value = f"{self.pk}:{self.access_generation}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def access(self) -> Access:
        """Every place where this user may act, read once per user object."""
        if not self.is_active:
            return Access()
        return access_from(self.memberships.values_list(*ACCESS_FIELDS))


class Membership(models.Model):
    """One role of one user at one place: a hospital, a ward, or a whole network.

    `network` is always the network of that place, so that "who is in this network" is one lookup.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    hospital = models.ForeignKey(
        Hospital, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    ward = models.ForeignKey(
        Ward, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships"
    )
    network = models.ForeignKey(Network, on_delete=models.CASCADE, related_name="memberships", editable=False)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering: ClassVar = ["user", "role"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user", "role", "hospital", "ward", "network"],
                name="membership_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=(
                    Q(role="referring_clinician", hospital__isnull=False, ward__isnull=True)
                    | Q(role__in=["specialist", "ward_lead"], hospital__isnull=True, ward__isnull=False)
                    | Q(
                        role__in=["coordinator", "researcher", "administrator"],
                        hospital__isnull=True,
                        ward__isnull=True,
                    )
                ),
                name="membership_role_fits_place",
                violation_error_message=_(
                    "A referring clinician belongs to a hospital, a specialist or ward lead to a ward, "
                    "and a coordinator, researcher or administrator to a network."
                ),
            ),
        ]

    def __str__(self) -> str:
        return labelled(str(self.user), self.in_words())

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.hospital is not None:
            self.network = self.hospital.network
        elif self.ward is not None:
            self.network = self.ward.hospital.network
        super().save(*args, **kwargs)

    def in_words(self) -> str:
        """The role and its place."""
        return f"{self.get_role_display()} · {self.hospital or self.ward or self.network}"
