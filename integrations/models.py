"""Integrations, the tokens they hold, the proofs they have used, and what they exchanged with this system."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedField
from accounts.ids import new_id
from accounts.models import Hospital, Ward


class Integration(models.Model):
    """A program of a hospital. It acts as `account`, whose one role is at `ward`, or else at `hospital`.

    `keys` is a JWK Set of public keys: pasted, or fetched from `keys_url`, which was asked last at
    `keys_tried_at` and answered last at `keys_fetched_at`, both by clocks outside. `scopes` are those of
    SMART (`system/Task.rs`); `addresses` are networks it may call from, any where empty. `issuer` is who
    signs the proofs of its CDS Hooks calls, the client id where empty; `origins` are web pages that may make
    such calls. `fhir_base` is the only `iss` that it is launched from (SMART), with `smart_client_id` and,
    for a confidential client, `smart_secret` (encrypted). `responsible` answers for what it does.
    """

    class Kind(models.TextChoices):
        LABORATORY = "laboratory", _("laboratory system (LIS)")
        RECORDS = "records", _("hospital information system or patient record (HIS, EMR)")
        PLATFORM = "platform", _("another referral platform")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    hospital = models.ForeignKey(Hospital, on_delete=models.PROTECT, related_name="integrations")
    ward = models.ForeignKey(
        Ward, null=True, blank=True, on_delete=models.PROTECT, related_name="integrations"
    )
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="integration", editable=False
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("who answers for it"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    keys = models.JSONField(_("public keys"), default=dict)
    keys_url = models.CharField(_("address of its public keys (JWKS)"), max_length=250, blank=True)
    keys_fetched_at = models.DateTimeField(null=True, editable=False)
    keys_tried_at = models.DateTimeField(null=True, editable=False)
    scopes = models.JSONField(_("what it may do"), default=list)
    addresses = models.JSONField(_("addresses it may call from"), default=list, blank=True)
    hl7_application = models.CharField(_("HL7 v2: sending application (MSH-3)"), max_length=180, blank=True)
    hl7_facility = models.CharField(_("HL7 v2: sending facility (MSH-4)"), max_length=180, blank=True)
    issuer = models.CharField(_("CDS Hooks: issuer of its proofs (iss)"), max_length=250, blank=True)
    origins = models.JSONField(_("CDS Hooks: web pages that may call"), default=list, blank=True)
    fhir_base = models.CharField(_("SMART: FHIR address of the record (iss)"), max_length=250, blank=True)
    smart_client_id = models.CharField(_("SMART: client id that the record gave"), max_length=250, blank=True)
    smart_secret = EncryptedField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(_("created"))

    class Meta:
        verbose_name = _("hospital system")
        verbose_name_plural = _("hospital systems")
        ordering: ClassVar = ["hospital", "name"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hospital", "name"],
                name="integration_name_once",
                violation_error_message=_("This hospital has a system of this name already."),
            ),
            models.UniqueConstraint(
                fields=["hl7_application", "hl7_facility"],
                condition=~models.Q(hl7_application=""),
                name="integration_sends_as_itself",
                violation_error_message=_("Another system sends under this application and facility."),
            ),
            models.UniqueConstraint(
                fields=["issuer"],
                condition=~models.Q(issuer=""),
                name="integration_issues_as_itself",
                violation_error_message=_("Another system signs its proofs as this issuer."),
            ),
            models.UniqueConstraint(
                fields=["fhir_base"],
                condition=~models.Q(fhir_base=""),
                name="integration_launches_as_itself",
                violation_error_message=_("Another system is launched from this address."),
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=["laboratory", "records", "platform"]),
                name="integration_kind_known",
                violation_error_message=_("Choose what kind of system it is."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hospital} · {self.name}"


class IntegrationToken(models.Model):
    """What a program calls with for some minutes. Only the SHA-256 of its secret is stored."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)


class UsedAssertion(models.Model):
    """The id (`jti`) of a proof that was used, until it could not be used any more anyhow."""

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "digest"], name="assertion_used_once")
        ]


class AcceptedBundle(models.Model):
    """The digest of what registered a case, so that the same again can be told from something else.

    `message` is the id of the message that brought it, empty where it was a transaction.
    """

    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="+")
    case = models.UUIDField(primary_key=True)
    digest = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()
    message = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["integration", "message"],
                condition=~models.Q(message=""),
                name="message_accepted_once",
            )
        ]


class ReceivedMessage(models.Model):
    """Results as they came, over HL7 v2 stored before they were acknowledged; what came of them is written
    afterwards.

    `content` is the message in base64, encrypted; `digest` recognises the same one. `reading` and `case` are
    the ids of the proposals made of it and of the case that they are for. `reason` says why it waits for a
    person, or why it cannot be read. The row is deleted after `kept_until`.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("received")
        PROPOSED = "proposed", _("proposed")
        UNMATCHED = "unmatched", _("without a patient")
        UNREADABLE = "unreadable", _("cannot be read")
        SET_ASIDE = "set_aside", _("set aside")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(
        Integration, on_delete=models.PROTECT, related_name="received", db_index=False
    )
    control_id = models.CharField(max_length=199)
    digest = models.CharField(max_length=64)
    content = EncryptedField()
    received_at = models.DateTimeField()
    kept_until = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    reason = models.CharField(max_length=30, blank=True)
    reading = models.UUIDField(null=True)
    case = models.UUIDField(null=True)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = _("message of a laboratory")
        verbose_name_plural = _("messages of laboratories")
        ordering: ClassVar = ["-received_at", "-pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"], condition=models.Q(state="waiting"), name="received_waiting"
            ),
            models.Index(fields=["case", "-received_at"], name="received_by_case"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["integration", "control_id", "digest"], name="received_once"),
        ]


class EventSubscription(models.Model):
    """What a program wishes to be notified of, and how far it has been.

    `criteria` is a search of one resource type (`Task?status=requested`), `topic` the topic that was named
    with it, if any. `endpoint` and `headers` may hold secrets. `numbered` is the number of its last event,
    `accepted` that of the last one that the program's server took; `next_at` is when it is tried again, and
    `failing_since` since when it has not answered. Whoever sends holds the lease.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("waits for the first answer")
        ACTIVE = "active", _("active")
        ERROR = "error", _("given up, its server does not answer")
        OFF = "off", _("ended")

    class Payload(models.TextChoices):
        EMPTY = "empty", _("nothing")
        ID_ONLY = "id-only", _("ids")

    class EndReason(models.TextChoices):
        RIGHTS = "rights_lost", _("the system may no longer see what it asked for")
        TIME = "end_reached", _("the end that it named has come")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.CASCADE, related_name="subscriptions")
    status = models.CharField(max_length=10, choices=Status, default=Status.REQUESTED)
    reason = models.CharField(max_length=200)
    topic = models.CharField(max_length=200, blank=True)
    criteria = models.CharField(max_length=500)
    endpoint = EncryptedField()
    headers = EncryptedField(default=list)
    payload = models.CharField(max_length=10, choices=Payload)
    heartbeat_seconds = models.PositiveIntegerField(null=True)
    most_per_notification = models.PositiveSmallIntegerField(default=1)
    ends_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    numbered = models.PositiveBigIntegerField(default=0)
    accepted = models.PositiveBigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_success_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=20, choices=EndReason, blank=True)
    next_at = models.DateTimeField()
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["created_at", "pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(status__in=["requested", "active"]),
                name="subscription_due",
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(status__in=["requested", "active", "error", "off"]),
                name="event_subscription_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted__lte=models.F("numbered")), name="event_subscription_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.criteria} ({self.status})"

    @property
    def resource_type(self) -> str:
        return self.criteria.partition("?")[0]

    @property
    def trouble(self) -> str:
        """Why nothing is sent, or what the last attempt met; empty where all is well."""
        return str(self.get_end_reason_display()) if self.end_reason else self.last_error


class SubscriptionEvent(models.Model):
    """One change of one resource that a subscription is about; `focus` is `Task/` and its id.

    Written with the change. `number` is given afterwards, by whoever is about to send or to answer, so that a
    change waits for no other; the numbers of a subscription have no gap.
    """

    id = models.BigAutoField(primary_key=True)
    subscription = models.ForeignKey(
        EventSubscription, on_delete=models.CASCADE, related_name="events", db_index=False
    )
    number = models.PositiveBigIntegerField(null=True)
    focus = models.CharField(max_length=80)
    at = models.DateTimeField(db_index=True)

    class Meta:
        ordering: ClassVar = ["pk"]
        indexes: ClassVar = [
            models.Index(
                fields=["subscription", "id"],
                condition=models.Q(number__isnull=True),
                name="event_without_a_number",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "number"], name="event_numbered_once")
        ]


class ExchangedMessage(models.Model):
    """One message of a program and what it was answered; `content` is encrypted and pruned by policy.

    `integration` is None for who is not known. `reason` is the code of a refusal. `content` holds the
    address with its parameters, the body that came and the refusal, as far as there were.
    """

    class Interface(models.TextChoices):
        TOKEN = "token", _("access token")
        FHIR = "fhir", _("FHIR")
        HL7 = "hl7", _("HL7 v2")
        CDS = "cds", _("CDS Hooks")
        SMART = "smart", _("SMART launch")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(
        Integration, null=True, on_delete=models.PROTECT, related_name="exchanged"
    )
    interface = models.CharField(_("interface"), max_length=6, choices=Interface)
    what = models.CharField(_("what was asked"), max_length=60)
    status = models.CharField(_("answer"), max_length=12)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    address = models.GenericIPAddressField(null=True)
    content = EncryptedField(null=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("message of a hospital system")
        verbose_name_plural = _("messages of hospital systems")
        ordering: ClassVar = ["-at", "-pk"]
        indexes: ClassVar = [
            models.Index(fields=["integration", "-at"], name="exchanged_by_integration"),
            models.Index(fields=["at"], name="exchanged_by_time"),
        ]


class AdviceCard(models.Model):
    """A card that a patient record was given over CDS Hooks, and what came of it. It names no patient.

    `outcome` is empty until the record says it; `override_reason` is a code of the card's reasons, and
    `comment` (encrypted) what somebody wrote with it.
    """

    class Outcome(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        OVERRIDDEN = "overridden", _("overridden")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="cards")
    service = models.CharField(max_length=40)
    indicator = models.CharField(max_length=8)
    given_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    override_reason = models.CharField(max_length=40, blank=True)
    comment = EncryptedField(null=True)
    outcome_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("card in a patient record")
        verbose_name_plural = _("cards in patient records")
        indexes: ClassVar = [models.Index(fields=["integration", "-given_at"], name="card_by_integration")]


class RecordLaunch(models.Model):
    """What a patient record had of the patient from whose page a person was sent here (SMART App Launch).

    `content` (encrypted) is what a form is offered, see `referral.intake.launches`; `reading` is the id of
    the proposals of laboratory values. The row is deleted after `kept_until`.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    reading = models.UUIDField()
    content = EncryptedField()
    launched_at = models.DateTimeField()
    kept_until = models.DateTimeField(db_index=True)
