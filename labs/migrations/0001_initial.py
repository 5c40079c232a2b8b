import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.encryption
import accounts.ids


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LabReading",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("asked_at", models.DateTimeField()),
                ("form", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "being read"),
                            ("read", "read"),
                            ("failed", "could not be read"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("result", accounts.encryption.EncryptedField(null=True)),
                ("cutouts", accounts.encryption.EncryptedField(null=True)),
                ("reason", models.CharField(blank=True, max_length=30)),
                ("params", models.JSONField(default=dict)),
                ("settled_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("leased_until", models.DateTimeField(null=True)),
                ("kept_until", models.DateTimeField()),
                (
                    "asked_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="files.storedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of a laboratory report",
                "verbose_name_plural": "readings of laboratory reports",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state", "waiting")),
                        fields=["asked_at"],
                        name="lab_reading_waiting",
                    ),
                    models.Index(fields=["kept_until"], name="lab_reading_forgotten_at"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("reason", ""), ("settled_at__isnull", True), ("state", "waiting")),
                            models.Q(
                                ("reason", ""),
                                ("result__isnull", False),
                                ("settled_at__isnull", False),
                                ("state", "read"),
                            ),
                            models.Q(
                                ("result__isnull", True),
                                ("settled_at__isnull", False),
                                ("state", "failed"),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="lab_reading_state_is_whole",
                    )
                ],
            },
        ),
    ]
