import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RiskModelVersion",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("provisional", "provisional"),
                            ("validated", "validated"),
                            ("retired", "retired"),
                        ],
                        max_length=12,
                        verbose_name="status",
                    ),
                ),
                ("checksum", models.CharField(max_length=64, unique=True, verbose_name="checksum")),
                ("document", models.JSONField(verbose_name="model file")),
            ],
            options={
                "verbose_name": "risk model",
                "verbose_name_plural": "risk models",
                "ordering": ["name", "version"],
                "constraints": [
                    models.UniqueConstraint(fields=("name", "version"), name="risk_model_version_once"),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["provisional", "validated", "retired"])),
                        name="risk_model_status_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ModelEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("installed", "installed"),
                            ("activated", "activated"),
                            ("shadow_started", "runs in shadow"),
                            ("shadow_ended", "no longer runs in shadow"),
                        ],
                        max_length=20,
                        verbose_name="what happened",
                    ),
                ),
                ("approved_by", models.CharField(blank=True, max_length=200, verbose_name="approved by")),
                ("reason", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "actor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="recorded by",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="scoring.riskmodelversion",
                        verbose_name="risk model",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about a model",
                "verbose_name_plural": "decisions about models",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["kind", "-id"], name="model_event_by_kind")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True), name="model_event_has_a_reason"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "installed"),
                            models.Q(("approved_by", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="model_event_has_an_approver",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ShadowScore",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("subject", models.UUIDField()),
                ("risk_90d", models.FloatField(null=True)),
                ("high_risk", models.BooleanField(null=True)),
                ("active_checksum", models.CharField(max_length=64)),
                ("active_risk_90d", models.FloatField(null=True)),
                ("active_high_risk", models.BooleanField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "model",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shadow_scores",
                        to="scoring.riskmodelversion",
                    ),
                ),
            ],
            options={
                "verbose_name": "shadow score",
                "verbose_name_plural": "shadow scores",
                "ordering": ["-at"],
                "constraints": [
                    models.UniqueConstraint(fields=("subject", "model"), name="shadow_score_once")
                ],
            },
        ),
    ]
