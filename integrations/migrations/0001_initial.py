import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.encryption
import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Integration",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("laboratory", "laboratory system (LIS)"),
                            ("records", "hospital information system or patient record (HIS, EMR)"),
                            ("platform", "another referral platform"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("keys", models.JSONField(default=dict, verbose_name="public keys")),
                (
                    "keys_url",
                    models.CharField(
                        blank=True, max_length=250, verbose_name="address of its public keys (JWKS)"
                    ),
                ),
                ("keys_fetched_at", models.DateTimeField(editable=False, null=True)),
                ("keys_tried_at", models.DateTimeField(editable=False, null=True)),
                ("scopes", models.JSONField(default=list, verbose_name="what it may do")),
                (
                    "addresses",
                    models.JSONField(blank=True, default=list, verbose_name="addresses it may call from"),
                ),
                (
                    "hl7_application",
                    models.CharField(
                        blank=True, max_length=180, verbose_name="HL7 v2: sending application (MSH-3)"
                    ),
                ),
                (
                    "hl7_facility",
                    models.CharField(
                        blank=True, max_length=180, verbose_name="HL7 v2: sending facility (MSH-4)"
                    ),
                ),
                (
                    "issuer",
                    models.CharField(
                        blank=True, max_length=250, verbose_name="CDS Hooks: issuer of its proofs (iss)"
                    ),
                ),
                (
                    "origins",
                    models.JSONField(
                        blank=True, default=list, verbose_name="CDS Hooks: web pages that may call"
                    ),
                ),
                (
                    "fhir_base",
                    models.CharField(
                        blank=True, max_length=250, verbose_name="SMART: FHIR address of the record (iss)"
                    ),
                ),
                (
                    "smart_client_id",
                    models.CharField(
                        blank=True, max_length=250, verbose_name="SMART: client id that the record gave"
                    ),
                ),
                ("smart_secret", accounts.encryption.EncryptedField(blank=True, editable=False, null=True)),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "account",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integration",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integrations",
                        to="accounts.hospital",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who answers for it",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="integrations",
                        to="accounts.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "hospital system",
                "verbose_name_plural": "hospital systems",
                "ordering": ["hospital", "name"],
            },
        ),
        migrations.CreateModel(
            name="ExchangedMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "interface",
                    models.CharField(
                        choices=[
                            ("token", "access token"),
                            ("fhir", "FHIR"),
                            ("hl7", "HL7 v2"),
                            ("cds", "CDS Hooks"),
                            ("smart", "SMART launch"),
                        ],
                        max_length=6,
                        verbose_name="interface",
                    ),
                ),
                ("what", models.CharField(max_length=60, verbose_name="what was asked")),
                ("status", models.CharField(max_length=12, verbose_name="answer")),
                ("reason", models.CharField(blank=True, max_length=40, verbose_name="reason")),
                ("address", models.GenericIPAddressField(null=True)),
                ("content", accounts.encryption.EncryptedField(null=True)),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "integration",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="exchanged",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "verbose_name": "message of a hospital system",
                "verbose_name_plural": "messages of hospital systems",
                "ordering": ["-at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="EventSubscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("requested", "waits for the first answer"),
                            ("active", "active"),
                            ("error", "given up, its server does not answer"),
                            ("off", "ended"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(max_length=200)),
                ("topic", models.CharField(blank=True, max_length=200)),
                ("criteria", models.CharField(max_length=500)),
                ("endpoint", accounts.encryption.EncryptedField()),
                ("headers", accounts.encryption.EncryptedField(default=list)),
                (
                    "payload",
                    models.CharField(choices=[("empty", "nothing"), ("id-only", "ids")], max_length=10),
                ),
                ("heartbeat_seconds", models.PositiveIntegerField(null=True)),
                ("most_per_notification", models.PositiveSmallIntegerField(default=1)),
                ("ends_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("numbered", models.PositiveBigIntegerField(default=0)),
                ("accepted", models.PositiveBigIntegerField(default=0)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failing_since", models.DateTimeField(null=True)),
                ("last_error", models.CharField(blank=True, max_length=200)),
                ("last_success_at", models.DateTimeField(null=True)),
                ("heartbeat_at", models.DateTimeField(null=True)),
                (
                    "end_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("rights_lost", "the system may no longer see what it asked for"),
                            ("end_reached", "the end that it named has come"),
                        ],
                        max_length=20,
                    ),
                ),
                ("next_at", models.DateTimeField()),
                ("lease_token", models.UUIDField(null=True)),
                ("leased_until", models.DateTimeField(null=True)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "ordering": ["created_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="AdviceCard",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("service", models.CharField(max_length=40)),
                ("indicator", models.CharField(max_length=8)),
                ("given_at", models.DateTimeField()),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("accepted", "accepted"), ("overridden", "overridden")],
                        max_length=10,
                    ),
                ),
                ("override_reason", models.CharField(blank=True, max_length=40)),
                ("comment", accounts.encryption.EncryptedField(null=True)),
                ("outcome_at", models.DateTimeField(null=True)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="integrations.integration",
                    ),
                ),
            ],
            options={
                "verbose_name": "card in a patient record",
                "verbose_name_plural": "cards in patient records",
            },
        ),
        migrations.CreateModel(
            name="AcceptedBundle",
            fields=[
                ("case", models.UUIDField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("accepted_at", models.DateTimeField()),
                ("message", models.CharField(blank=True, max_length=64)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="IntegrationToken",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scopes", models.JSONField()),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="tokens",
                        to="integrations.integration",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReceivedMessage",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("control_id", models.CharField(max_length=199)),
                ("digest", models.CharField(max_length=64)),
                ("content", accounts.encryption.EncryptedField()),
                ("received_at", models.DateTimeField()),
                ("kept_until", models.DateTimeField(db_index=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "received"),
                            ("proposed", "proposed"),
                            ("unmatched", "without a patient"),
                            ("unreadable", "cannot be read"),
                            ("set_aside", "set aside"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=30)),
                ("reading", models.UUIDField(null=True)),
                ("case", models.UUIDField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="received",
                        to="integrations.integration",
                    ),
                ),
                (
                    "settled_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "message of a laboratory",
                "verbose_name_plural": "messages of laboratories",
                "ordering": ["-received_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="RecordLaunch",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("reading", models.UUIDField()),
                ("content", accounts.encryption.EncryptedField()),
                ("launched_at", models.DateTimeField()),
                ("kept_until", models.DateTimeField(db_index=True)),
                (
                    "integration",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SubscriptionEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveBigIntegerField(null=True)),
                ("focus", models.CharField(max_length=80)),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "subscription",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="events",
                        to="integrations.eventsubscription",
                    ),
                ),
            ],
            options={
                "ordering": ["pk"],
            },
        ),
        migrations.CreateModel(
            name="UsedAssertion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("expires_at", models.DateTimeField(db_index=True)),
                (
                    "integration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="integrations.integration",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="integration",
            constraint=models.UniqueConstraint(
                fields=("hospital", "name"),
                name="integration_name_once",
                violation_error_message="This hospital has a system of this name already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="integration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("hl7_application", ""), _negated=True),
                fields=("hl7_application", "hl7_facility"),
                name="integration_sends_as_itself",
                violation_error_message="Another system sends under this application and facility.",
            ),
        ),
        migrations.AddConstraint(
            model_name="integration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("issuer", ""), _negated=True),
                fields=("issuer",),
                name="integration_issues_as_itself",
                violation_error_message="Another system signs its proofs as this issuer.",
            ),
        ),
        migrations.AddConstraint(
            model_name="integration",
            constraint=models.UniqueConstraint(
                condition=models.Q(("fhir_base", ""), _negated=True),
                fields=("fhir_base",),
                name="integration_launches_as_itself",
                violation_error_message="Another system is launched from this address.",
            ),
        ),
        migrations.AddConstraint(
            model_name="integration",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["laboratory", "records", "platform"])),
                name="integration_kind_known",
                violation_error_message="Choose what kind of system it is.",
            ),
        ),
        migrations.AddIndex(
            model_name="exchangedmessage",
            index=models.Index(fields=["integration", "-at"], name="exchanged_by_integration"),
        ),
        migrations.AddIndex(
            model_name="exchangedmessage",
            index=models.Index(fields=["at"], name="exchanged_by_time"),
        ),
        migrations.AddIndex(
            model_name="eventsubscription",
            index=models.Index(
                condition=models.Q(("status__in", ["requested", "active"])),
                fields=["next_at"],
                name="subscription_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["requested", "active", "error", "off"])),
                name="event_subscription_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="eventsubscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted__lte", models.F("numbered"))),
                name="event_subscription_in_order",
            ),
        ),
        migrations.AddIndex(
            model_name="advicecard",
            index=models.Index(fields=["integration", "-given_at"], name="card_by_integration"),
        ),
        migrations.AddConstraint(
            model_name="acceptedbundle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("message", ""), _negated=True),
                fields=("integration", "message"),
                name="message_accepted_once",
            ),
        ),
        migrations.AddIndex(
            model_name="receivedmessage",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["received_at"], name="received_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="receivedmessage",
            index=models.Index(fields=["case", "-received_at"], name="received_by_case"),
        ),
        migrations.AddConstraint(
            model_name="receivedmessage",
            constraint=models.UniqueConstraint(
                fields=("integration", "control_id", "digest"), name="received_once"
            ),
        ),
        migrations.AddIndex(
            model_name="subscriptionevent",
            index=models.Index(
                condition=models.Q(("number__isnull", True)),
                fields=["subscription", "id"],
                name="event_without_a_number",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscriptionevent",
            constraint=models.UniqueConstraint(fields=("subscription", "number"), name="event_numbered_once"),
        ),
        migrations.AddConstraint(
            model_name="usedassertion",
            constraint=models.UniqueConstraint(fields=("integration", "digest"), name="assertion_used_once"),
        ),
    ]
