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
            name="StoredFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("added_at", models.DateTimeField()),
                ("name", accounts.encryption.EncryptedField()),
                (
                    "media_type",
                    models.CharField(
                        choices=[
                            ("image/jpeg", "image/jpeg"),
                            ("image/png", "image/png"),
                            ("image/webp", "image/webp"),
                            ("image/heic", "image/heic"),
                            ("application/pdf", "application/pdf"),
                        ],
                        max_length=20,
                    ),
                ),
                ("size", models.PositiveIntegerField()),
                ("digest", models.CharField(max_length=64)),
                ("key", accounts.encryption.EncryptedField()),
                ("kept_until", models.DateTimeField(blank=True, null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "being checked"),
                            ("waiting", "waiting for the virus scanner"),
                            ("checked", "checked"),
                            ("refused", "not taken"),
                        ],
                        default="received",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=20)),
                ("checked_at", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "file",
                "verbose_name_plural": "files",
            },
        ),
        migrations.CreateModel(
            name="StoredPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[("original", "as it was sent"), ("page", "page"), ("preview", "preview")],
                        max_length=10,
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(default=0)),
                ("object_name", models.CharField(max_length=40, unique=True)),
                ("media_type", models.CharField(max_length=20)),
                ("size", models.PositiveIntegerField()),
                ("width", models.PositiveIntegerField(null=True)),
                ("height", models.PositiveIntegerField(null=True)),
                (
                    "file",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="files.storedfile",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("state__in", ["received", "waiting"])), fields=["due_at"], name="file_due"
            ),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(
                condition=models.Q(("kept_until__isnull", False)),
                fields=["kept_until"],
                name="file_forgotten_at",
            ),
        ),
        migrations.AddIndex(
            model_name="storedfile",
            index=models.Index(fields=["added_by", "digest"], name="file_sent_again"),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["received", "waiting", "checked", "refused"])),
                name="file_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "refused"), models.Q(("reason", ""), _negated=True)),
                    models.Q(models.Q(("state", "refused"), _negated=True), ("reason", "")),
                    _connector="OR",
                ),
                name="file_refused_has_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedfile",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("checked_at__isnull", True), ("state__in", ["received", "waiting"])),
                    models.Q(
                        ("checked_at__isnull", False),
                        ("leased_until__isnull", True),
                        ("state__in", ["checked", "refused"]),
                    ),
                    _connector="OR",
                ),
                name="file_settled_has_its_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="storedpart",
            constraint=models.UniqueConstraint(fields=("file", "role", "number"), name="file_part_once"),
        ),
        migrations.AddConstraint(
            model_name="storedpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("role__in", ["original", "page", "preview"])), name="file_part_role_known"
            ),
        ),
    ]
