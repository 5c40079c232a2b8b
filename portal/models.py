"""What the portal keeps: forms that people have not finished or have sent, and screens on walls of wards."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Ward


class FormDraft(models.Model):
    """What one person has typed into a form and not sent. No case and no deadline comes of it.

    `page` is the form's address and `subject` the id of its case, which for a first visit is the id the case
    will have. `typed` (encrypted) is a list of [name, value]. `version` counts the savings.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    page = models.CharField(max_length=200)
    subject = models.UUIDField()
    typed = EncryptedField()
    version = models.PositiveIntegerField(default=0)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "page", "subject"], name="form_draft_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PracticeIntroduction(models.Model):
    """That the guide of practice was put before this account's first page."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="+"
    )
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"introduced at {self.at:%Y-%m-%d %H:%M}"


class SentForm(models.Model):
    """A form of a verb that was done: `once` is the id that the form was drawn with."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    once = models.UUIDField()
    sent_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "once"], name="form_sent_once")]

    def __str__(self) -> str:
        return str(self.once)


class WallScreen(models.Model):
    """A screen that shows the board of a ward and nothing else, as `account`, which can do nothing.

    `link` and `secret` are SHA-256 of what is in its link, until `link_until`, and in its cookie; each is
    None while there is none. `shows_names`: whole names instead of initials.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    ward = models.ForeignKey(Ward, on_delete=models.PROTECT, related_name="screens")
    name = models.CharField(_("where it hangs"), max_length=60)
    shows_names = models.BooleanField(default=False)
    account = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    link = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - unique where there is one
    link_until = models.DateTimeField(null=True)
    secret = models.CharField(max_length=64, null=True, unique=True)  # noqa: DJ001 - as above
    seen_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["-added_at", "-pk"]

    def __str__(self) -> str:
        return self.name
