import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.encryption
import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ProcessTick",
            fields=[
                ("name", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("lag", models.DurationField(default=datetime.timedelta(0))),
            ],
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("dedup_key", models.CharField(max_length=200, unique=True)),
                ("subject_type", models.CharField(max_length=40)),
                ("subject_id", models.CharField(max_length=64)),
                ("kind", models.CharField(max_length=60)),
                (
                    "severity",
                    models.CharField(
                        choices=[
                            ("info", "information"),
                            ("warning", "warning"),
                            ("severe", "severe"),
                            ("critical", "critical"),
                        ],
                        max_length=10,
                    ),
                ),
                ("payload", models.JSONField(default=dict)),
                ("bundle_group", models.CharField(blank=True, db_default="", default="", max_length=80)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["subject_type", "subject_id"], name="alert_by_subject")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("severity__in", ["info", "warning", "severe", "critical"])),
                        name="alert_severity_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("dedup_key", ""), _negated=True),
                            models.Q(("subject_type", ""), _negated=True),
                            models.Q(("subject_id", ""), _negated=True),
                            models.Q(("kind", ""), _negated=True),
                        ),
                        name="alert_names_its_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ChannelBreaker",
            fields=[
                ("channel", models.CharField(max_length=20, primary_key=True, serialize=False)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("closed", "working"),
                            ("open", "out of order"),
                            ("half_open", "being tried"),
                        ],
                        default="closed",
                        max_length=10,
                    ),
                ),
                ("failures", models.PositiveIntegerField(default=0)),
                ("opened_at", models.DateTimeField(blank=True, null=True)),
                ("probe_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["closed", "open", "half_open"])),
                        name="breaker_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "closed"),
                            models.Q(("opened_at__isnull", False), ("probe_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="breaker_open_is_tried_again",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("urgent", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("next_hint_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                ("acknowledged_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "alert",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to="notifications.alert",
                    ),
                ),
                (
                    "instead_of",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="substitutes",
                        to="notifications.notification",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notifications",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-created_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("address", accounts.encryption.EncryptedField(null=True)),
                ("address_key", models.CharField(max_length=254)),
                ("options", accounts.encryption.EncryptedField(default=dict)),
                ("name", models.CharField(blank=True, max_length=60)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "min_severity",
                    models.CharField(
                        choices=[
                            ("info", "information"),
                            ("warning", "warning"),
                            ("severe", "severe"),
                            ("critical", "critical"),
                        ],
                        default="info",
                        max_length=10,
                    ),
                ),
                ("awaits_code", models.BooleanField(default=False)),
                ("code_sent_at", models.DateTimeField(blank=True, null=True)),
                ("code_tries", models.PositiveSmallIntegerField(default=0)),
                ("device", models.UUIDField(blank=True, null=True)),
                ("device_generation", models.PositiveIntegerField(blank=True, null=True)),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
                ("removed_at", models.DateTimeField(blank=True, null=True)),
                ("last_success_at", models.DateTimeField(blank=True, null=True)),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="subscriptions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["channel", "id"],
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("bundle_key", models.CharField(blank=True, db_default="", default="", max_length=120)),
                ("urgent", models.BooleanField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "waiting"),
                            ("sending", "being sent"),
                            ("sent", "handed over"),
                            ("delivered", "delivered"),
                            ("failed", "failed, told another way"),
                            ("undeliverable", "undeliverable"),
                            ("dropped", "no longer needed"),
                        ],
                        default="pending",
                        max_length=15,
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("uncertain_attempts", models.PositiveSmallIntegerField(default=0)),
                ("available_at", models.DateTimeField()),
                ("next_hint_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("lease_token", models.UUIDField(blank=True, null=True)),
                ("provider_reference", models.CharField(blank=True, max_length=200)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                ("last_error", models.CharField(blank=True, max_length=300)),
                (
                    "dropped_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("withdrawn", "its reason was gone"),
                            ("acknowledged", "the recipient already knew"),
                            ("inactive", "the account is closed"),
                            ("not_entitled", "the recipient may no longer see it"),
                            ("unsubscribed", "the recipient switched the channel off"),
                            ("practice", "practice: nothing is sent"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "carried_by",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="carries",
                        to="notifications.delivery",
                    ),
                ),
                (
                    "replay_of",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="replays",
                        to="notifications.delivery",
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="notifications.notification",
                    ),
                ),
                (
                    "subscription",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="notifications.subscription",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
                ("scope", models.CharField(blank=True, max_length=120)),
                ("since", models.DateTimeField()),
                ("used", models.PositiveIntegerField()),
                ("most", models.PositiveIntegerField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("person", "channel", "scope"), name="allowance_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="CallAnswer",
            fields=[
                (
                    "delivery",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="call_answer",
                        serialize=False,
                        to="notifications.delivery",
                    ),
                ),
                ("keys", models.CharField(blank=True, max_length=32)),
                ("was_joined", models.BooleanField(default=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("unfinished", "not all keys yet"),
                            ("wrong", "not the code"),
                            ("acknowledged", "acknowledged"),
                            ("next_alerted", "the next were alerted"),
                            ("nobody_else", "there is nobody else to alert"),
                            ("already", "acknowledged by somebody else before"),
                            ("over", "the request was no longer open"),
                            ("no_right", "the person may not answer"),
                        ],
                        default="unfinished",
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "unfinished",
                                    "wrong",
                                    "acknowledged",
                                    "next_alerted",
                                    "nobody_else",
                                    "already",
                                    "over",
                                    "no_right",
                                ],
                            )
                        ),
                        name="call_outcome_known",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["recipient", "-created_at", "-id"], name="notification_inbox"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=["recipient"],
                name="notification_unread",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("next_hint_at__isnull", False)),
                fields=["-urgent", "next_hint_at"],
                name="notification_to_deliver",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("instead_of__isnull", False)),
                fields=["instead_of"],
                name="notification_substitutes",
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                fields=("alert", "recipient", "instead_of"),
                name="notification_once_per_person",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("acknowledged_at__isnull", True), ("read_at__isnull", False), _connector="OR"
                ),
                name="notification_acknowledged_is_read",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.UniqueConstraint(
                fields=("user", "channel", "address_key"), name="subscription_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("min_severity__in", ["info", "warning", "severe"])),
                name="subscription_keeps_the_floor",
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(("channel", ""), _negated=True), name="subscription_names_its_channel"
            ),
        ),
        migrations.AddConstraint(
            model_name="subscription",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address__isnull", False), ("removed_at__isnull", True)),
                    models.Q(
                        ("address__isnull", True),
                        ("enabled", False),
                        ("removed_at__isnull", False),
                        ("retired_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="subscription_removed_keeps_no_address",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending"])),
                fields=["-urgent", "available_at"],
                name="delivery_due",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state__in", ["pending", "sending"])),
                fields=["next_hint_at"],
                name="delivery_to_hint",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["pending", "sending"]), models.Q(("bundle_key", ""), _negated=True)
                ),
                fields=["bundle_key", "channel"],
                name="delivery_to_bundle",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("provider_reference", ""), _negated=True),
                fields=["provider_reference"],
                name="delivery_by_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("carried_by__isnull", False)),
                fields=["carried_by"],
                name="delivery_carried",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("replay_of__isnull", False)),
                fields=["replay_of"],
                name="delivery_replayed",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("notification", "channel", "subscription", "replay_of"),
                name="delivery_once_per_channel",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        ["pending", "sending", "sent", "delivered", "failed", "undeliverable", "dropped"],
                    )
                ),
                name="delivery_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lease_token__isnull", True), ("leased_until__isnull", True)),
                    models.Q(
                        ("lease_token__isnull", False), ("leased_until__isnull", False), ("state", "sending")
                    ),
                    _connector="OR",
                ),
                name="delivery_lease_only_while_sending",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sent_at__isnull", False), ("state__in", ["sent", "delivered"])),
                    models.Q(("sent_at__isnull", True), ("state__in", ["pending", "sending", "dropped"])),
                    ("state__in", ["failed", "undeliverable"]),
                    _connector="OR",
                ),
                name="delivery_sent_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("delivered_at__isnull", False), ("state", "delivered")),
                    models.Q(models.Q(("state", "delivered"), _negated=True), ("delivered_at__isnull", True)),
                    _connector="OR",
                ),
                name="delivery_delivered_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "dropped"), models.Q(("dropped_reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "dropped"), _negated=True), ("dropped_reason", "")),
                    _connector="OR",
                ),
                name="delivery_dropped_has_its_reason",
            ),
        ),
    ]
