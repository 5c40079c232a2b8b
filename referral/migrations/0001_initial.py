import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.encryption
import accounts.ids
import referral.models.fields
import referral.models.policies


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("files", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("entered", models.JSONField()),
                ("values", models.JSONField()),
                ("result", models.JSONField()),
                ("model_name", models.CharField(blank=True, max_length=80)),
                ("model_checksum", models.CharField(blank=True, max_length=64)),
                ("model_status", models.CharField(blank=True, max_length=12)),
                ("risk_90d", models.FloatField(null=True, verbose_name="predicted 90-day risk")),
                ("band", models.CharField(blank=True, max_length=10)),
                ("high_risk", models.BooleanField(verbose_name="high risk")),
                ("red_flags", models.JSONField(default=list)),
                ("assessed_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "assessed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "number",
                    models.CharField(editable=False, max_length=20, unique=True, verbose_name="case number"),
                ),
                ("event_count", models.PositiveIntegerField(default=0)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "registered"),
                            ("watched", "watched"),
                            ("offered", "offered"),
                            ("unplaced", "no ward found"),
                            ("accepted", "accepted"),
                            ("in_transit", "in transit"),
                            ("admitted", "admitted"),
                            ("diagnosed", "diagnosed"),
                            ("follow_up", "follow-up"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="registered",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "chronic_liver_disease",
                    models.CharField(
                        choices=[
                            ("hepatitis_b", "chronic hepatitis B"),
                            ("hepatitis_c", "chronic hepatitis C"),
                            ("alcohol", "alcohol-related liver disease"),
                            ("masld", "metabolic dysfunction-associated steatotic liver disease"),
                            ("autoimmune", "autoimmune liver disease"),
                            ("cholestatic", "chronic cholestatic liver disease"),
                            ("wilson", "Wilson disease"),
                            ("drug", "chronic drug-induced liver injury"),
                            ("other", "other chronic liver disease"),
                            ("unknown", "chronic liver disease, cause not yet known"),
                            ("none", "no chronic liver disease"),
                        ],
                        default="unknown",
                        max_length=20,
                        verbose_name="chronic liver disease",
                    ),
                ),
                (
                    "presentation",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("acute_liver_injury", "acute liver injury (transaminases or jaundice)"),
                            (
                                "acute_decompensation",
                                "acute decompensation (portal hypertensive bleeding, overt ascites, encephalopathy, infection)",
                            ),
                        ],
                        max_length=24,
                        verbose_name="how it worsened",
                    ),
                ),
                ("registered_at", models.DateTimeField()),
                ("first_visit_at", models.DateTimeField(verbose_name="first visit")),
                ("flagged_at", models.DateTimeField(null=True)),
                ("flagged_late", models.BooleanField(default=False)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("bed", models.CharField(blank=True, max_length=40, verbose_name="bed")),
                ("departed_at", models.DateTimeField(null=True)),
                ("expected_arrival_at", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                ("undo_until", models.DateTimeField(null=True)),
                ("voided_stays", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("diagnosed_at", models.DateTimeField(null=True)),
                ("died_at", models.DateTimeField(null=True)),
                (
                    "outcome_28",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alive", "alive"),
                            ("dead", "dead"),
                            ("transplanted", "transplanted"),
                            ("lost", "lost to follow-up"),
                        ],
                        max_length=12,
                        verbose_name="outcome at day 28",
                    ),
                ),
                (
                    "outcome_90",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alive", "alive"),
                            ("dead", "dead"),
                            ("transplanted", "transplanted"),
                            ("lost", "lost to follow-up"),
                        ],
                        max_length=12,
                        verbose_name="outcome at day 90",
                    ),
                ),
                (
                    "organ_failure_28",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("unknown", "not known")],
                        max_length=8,
                        verbose_name="organ failure within 28 days",
                    ),
                ),
                ("outcome_disputed", models.BooleanField(default=False, verbose_name="outcome disputed")),
                ("updated_at", models.DateTimeField()),
                (
                    "assessment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referral.assessment",
                    ),
                ),
                (
                    "expecting_ward",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.ward",
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.hospital",
                        verbose_name="first hospital",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.network",
                    ),
                ),
                (
                    "previous",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="later",
                        to="referral.case",
                    ),
                ),
                (
                    "registered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "case",
                "verbose_name_plural": "cases",
                "ordering": ["-registered_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="Addressee",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "addressee",
            },
        ),
        migrations.AddField(
            model_name="assessment",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="referral.case"
            ),
        ),
        migrations.CreateModel(
            name="DeliveryFate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=20)),
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
                        max_length=15,
                    ),
                ),
            ],
            options={
                "verbose_name": "fate of deliveries",
                "constraints": [
                    models.UniqueConstraint(fields=("channel", "state"), name="delivery_fate_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("collection", models.CharField(max_length=60)),
                ("line", models.PositiveIntegerField()),
                ("therapy_en", models.CharField(blank=True, max_length=200)),
                ("therapy_zh", models.CharField(blank=True, max_length=200)),
                ("therapy_class", models.CharField(blank=True, max_length=60)),
                ("mechanism_en", models.TextField(blank=True)),
                ("mechanism_zh", models.TextField(blank=True)),
                ("study", models.CharField(blank=True, max_length=200)),
                ("year", models.PositiveSmallIntegerField(null=True)),
                ("participants", models.CharField(blank=True, max_length=80)),
                ("design_en", models.CharField(blank=True, max_length=200)),
                ("design_zh", models.CharField(blank=True, max_length=200)),
                ("population_en", models.TextField(blank=True)),
                ("population_zh", models.TextField(blank=True)),
                ("outcome_en", models.TextField(blank=True)),
                ("outcome_zh", models.TextField(blank=True)),
                ("registry_number", models.CharField(blank=True, max_length=40)),
                ("reference", models.CharField(blank=True, max_length=300)),
                ("evidence_level", models.CharField(blank=True, max_length=60)),
                ("certainty", models.CharField(blank=True, max_length=20)),
                ("search_text", models.TextField()),
                ("loaded_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["collection", "line"],
                "constraints": [
                    models.UniqueConstraint(fields=("collection", "line"), name="evidence_line_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="FreeBeds",
            fields=[
                (
                    "ward",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="free_beds",
                        serialize=False,
                        to="accounts.ward",
                    ),
                ),
                ("free", models.PositiveSmallIntegerField(verbose_name="free beds")),
                ("stated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "stated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "free beds of a ward",
                "verbose_name_plural": "free beds of wards",
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", accounts.encryption.EncryptedField()),
                ("sent_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="messages",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["sent_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="NotificationDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("zone", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("layout", models.CharField(max_length=16)),
                ("people", models.BinaryField()),
                ("answers", models.BinaryField()),
                ("deliveries", models.BinaryField()),
            ],
            options={
                "verbose_name": "day of notifications",
                "constraints": [models.UniqueConstraint(fields=("zone", "day"), name="told_day_once")],
            },
        ),
        migrations.CreateModel(
            name="NutritionDay",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("day", models.DateField()),
                ("kcal", models.PositiveIntegerField()),
                ("protein_g", models.PositiveSmallIntegerField(null=True)),
                ("night_snack", models.BooleanField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="NutritionTarget",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("height_cm", models.FloatField()),
                ("weight_kg", models.FloatField()),
                ("age_years", models.PositiveSmallIntegerField()),
                ("sex", models.CharField(max_length=6)),
                ("equation", models.CharField(max_length=40)),
                ("resting_kcal", models.PositiveIntegerField()),
                ("factor", models.FloatField()),
                ("target_kcal", models.PositiveIntegerField()),
                ("protein_g", models.PositiveSmallIntegerField(null=True)),
                ("with_ascites", models.BooleanField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "open"),
                            ("accepted", "accepted"),
                            ("declined", "declined"),
                            ("expired", "expired"),
                            ("ward_closed", "passed on, the ward closed"),
                            ("withdrawn", "withdrawn"),
                            ("released", "released"),
                            ("superseded", "superseded"),
                        ],
                        default="open",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("offered_at", models.DateTimeField()),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_bed", "no bed"),
                            ("no_staff", "no staff"),
                            ("outside_scope", "outside what this ward treats"),
                            ("too_unstable", "too unstable to travel"),
                            ("not_indicated", "admission not needed"),
                            ("ward_closed", "ward closed"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("bed_promised_until", models.DateTimeField(null=True)),
                (
                    "acknowledged_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "answer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referral.message",
                    ),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="referral.case"
                    ),
                ),
                (
                    "question",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="referral.message",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="accounts.ward"
                    ),
                ),
            ],
            options={
                "verbose_name": "referral request",
                "verbose_name_plural": "referral requests",
                "ordering": ["offered_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Deadline",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("assess", "eight indicators"),
                            ("reassess", "re-assessment"),
                            ("acknowledge", "acknowledgement"),
                            ("decide", "decision of the ward"),
                            ("place", "a ward that accepts"),
                            ("admit", "admission"),
                            ("arrive", "arrival"),
                            ("diagnose", "diagnosis"),
                            ("treat_precipitant", "treatment of the precipitant"),
                            ("transplant", "transplant"),
                            ("answer_advice", "answer to a question"),
                            ("confirm_return", "confirmation of the return"),
                            ("follow_up_28", "outcome at day 28"),
                            ("follow_up_90", "outcome at day 90"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("first_due_at", models.DateTimeField()),
                ("alerted_until", models.DateTimeField(null=True)),
                ("next_at", models.DateTimeField()),
                ("missed_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("met", "met"), ("missed", "missed"), ("cancelled", "no longer needed")],
                        max_length=10,
                    ),
                ),
                ("done_late", models.BooleanField(db_default=False, default=False)),
                (
                    "delay_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("no_bed", "no bed"),
                            ("transport", "transport"),
                            ("family_decision", "decision of the family"),
                            ("late_recognition", "late recognition"),
                            ("late_labs", "late laboratory results"),
                            ("unanswered_offer", "referral request not answered"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="reason for the delay",
                    ),
                ),
                ("quiet_until", models.DateTimeField(null=True)),
                ("quiet_cause", models.CharField(blank=True, max_length=200)),
                ("quarantined_at", models.DateTimeField(null=True)),
                (
                    "quarantine_reason",
                    models.CharField(blank=True, db_default="", default="", max_length=300),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="referral.case",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deadlines",
                        to="referral.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "deadline",
                "verbose_name_plural": "deadlines",
                "ordering": ["due_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="OrganFailureAssessment",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("entered", models.JSONField()),
                ("values", models.JSONField()),
                ("background", models.JSONField(default=dict)),
                ("definitions", models.JSONField(default=dict)),
                ("sampled_at", models.DateTimeField(null=True)),
                ("subscores", models.JSONField()),
                ("failing", models.JSONField(default=list)),
                ("missing", models.JSONField(default=list)),
                ("failures", models.PositiveSmallIntegerField()),
                ("clif_c_of", models.PositiveSmallIntegerField(null=True)),
                ("grade", models.CharField(max_length=4)),
                ("simple_grade", models.CharField(blank=True, max_length=3)),
                ("opens_transplant", models.BooleanField(default=False)),
                ("from_two", models.BooleanField(default=False)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Outcome",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("day", models.PositiveSmallIntegerField(null=True, verbose_name="day")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("alive", "alive"),
                            ("dead", "dead"),
                            ("transplanted", "transplanted"),
                            ("lost", "lost to follow-up"),
                        ],
                        max_length=12,
                        verbose_name="outcome",
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "organ_failure",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("no", "no"), ("unknown", "not known")],
                        max_length=8,
                        verbose_name="organ failure within 28 days",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[
                            ("origin", "first hospital"),
                            ("care_ward", "ward that has or expects the patient"),
                            ("coordinator", "coordinator"),
                            ("engine", "deadline engine"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("reported", "reported"),
                            ("corrected", "corrected"),
                            ("settled", "settled by the coordinator"),
                        ],
                        default="reported",
                        max_length=10,
                    ),
                ),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("recorded_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="outcomes",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "outcome",
                "verbose_name_plural": "outcomes",
                "ordering": ["case", "number"],
            },
        ),
        migrations.CreateModel(
            name="PathwayPolicy",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "risk_threshold",
                    models.FloatField(
                        default=0.15,
                        validators=[referral.models.policies.check_risk],
                        verbose_name="risk threshold",
                    ),
                ),
                (
                    "late_flag_minutes",
                    models.PositiveIntegerField(default=1440, verbose_name="time for a late flag, minutes"),
                ),
                (
                    "reassessments",
                    models.PositiveSmallIntegerField(default=3, verbose_name="re-assessments asked for"),
                ),
                (
                    "outcome_grace_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(28),
                        ],
                        verbose_name="days of grace for an outcome",
                    ),
                ),
                (
                    "minutes",
                    models.JSONField(
                        default=referral.models.policies.default_minutes,
                        verbose_name="lengths of the deadlines, minutes",
                    ),
                ),
                (
                    "undo_admission_minutes",
                    models.PositiveIntegerField(
                        db_default=720, default=720, verbose_name="time to undo an admission, minutes"
                    ),
                ),
                (
                    "ladders",
                    models.JSONField(
                        default=referral.models.policies.default_ladders, verbose_name="alert ladders"
                    ),
                ),
                (
                    "leading_definition",
                    models.CharField(
                        choices=[
                            ("china", "Chinese guideline for liver failure"),
                            ("cossh", "COSSH"),
                            ("easl_clif", "EASL-CLIF"),
                            ("apasl", "APASL"),
                            ("by_number", "Number of failing organs"),
                        ],
                        db_default="china",
                        default="china",
                        max_length=16,
                        verbose_name="definition of ACLF that leads",
                    ),
                ),
                (
                    "beds_hold_minutes",
                    models.PositiveIntegerField(
                        db_default=480,
                        default=480,
                        verbose_name="time for which a figure of free beds holds, minutes",
                    ),
                ),
                (
                    "passes_over_full",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        verbose_name="wards that say no bed is free are asked last",
                    ),
                ),
                (
                    "expires_unanswered",
                    models.BooleanField(default=True, verbose_name="unanswered offers go to the next ward"),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what changed and why")),
                ("in_force_from", models.DateTimeField(verbose_name="in force from")),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "created_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="policies",
                        to="accounts.network",
                    ),
                ),
            ],
            options={
                "verbose_name": "pathway policy",
                "verbose_name_plural": "pathway policies",
                "ordering": ["network", "-version"],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="referral.pathwaypolicy"
            ),
        ),
        migrations.AddField(
            model_name="assessment",
            name="policy",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="referral.pathwaypolicy"
            ),
        ),
        migrations.CreateModel(
            name="Patient",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "sex",
                    models.CharField(
                        choices=[("male", "male"), ("female", "female")], max_length=6, verbose_name="sex"
                    ),
                ),
                ("identity", accounts.encryption.EncryptedField()),
                ("national_id_index", models.CharField(max_length=64, null=True)),
                ("local_number_index", models.CharField(max_length=64, null=True)),
                ("name_index", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "patient",
                "verbose_name_plural": "patients",
                "indexes": [
                    models.Index(fields=["national_id_index"], name="patient_by_national_id"),
                    models.Index(fields=["local_number_index"], name="patient_by_local_number"),
                    models.Index(fields=["name_index"], name="patient_by_name"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sex__in", ["male", "female"])), name="patient_sex_known"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="case",
            name="patient",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="case", to="referral.patient"
            ),
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="persons",
                        to="accounts.network",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="case",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="referral.person"
            ),
        ),
        migrations.CreateModel(
            name="Precipitant",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                (
                    "precipitant",
                    models.CharField(
                        choices=[
                            ("HBV_FLARE", "hepatitis B flare or reactivation"),
                            ("NUC_STOP", "antiviral treatment stopped"),
                            ("HDV_SUPER", "hepatitis D superinfection"),
                            ("HAV", "hepatitis A superinfection"),
                            ("HEV", "hepatitis E superinfection"),
                            ("OTHER_VIRAL", "other viral hepatitis"),
                            ("BACT_INF", "bacterial infection"),
                            ("FUNGAL_INF", "fungal infection"),
                            ("INFLUENZA", "influenza"),
                            ("COVID", "COVID-19"),
                            ("ALCOHOL", "alcohol-related hepatitis"),
                            ("GI_BLEED", "gastrointestinal bleeding"),
                            ("DILI", "drug- or herb-induced liver injury"),
                            ("SURGERY", "surgery"),
                            ("TIPS", "transjugular intrahepatic portosystemic shunt"),
                            ("AIH", "autoimmune hepatitis flare"),
                            ("WILSON", "Wilson disease"),
                            ("PVT", "portal vein thrombosis"),
                            ("BCS", "hepatic vein thrombosis"),
                            ("ISCHAEMIC", "ischaemic liver injury"),
                            ("EXERTION", "exhaustion or overexertion"),
                            ("OTHER", "other, named in the note"),
                            ("UNKNOWN", "none found"),
                        ],
                        max_length=12,
                    ),
                ),
                ("icd10", models.CharField(blank=True, max_length=8)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Intervention",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                (
                    "treatment",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("antiviral", "antiviral"),
                            ("antibacterial", "antibacterial"),
                            ("antifungal", "antifungal"),
                            ("haemostasis", "haemostasis"),
                            ("stopped_drug", "drug or herb stopped"),
                            ("abstinence", "abstinence from alcohol"),
                            ("steroid", "corticosteroid"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
                (
                    "precipitant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="interventions",
                        to="referral.precipitant",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("text", accounts.encryption.EncryptedField()),
                ("asked_at", models.DateTimeField()),
                ("answer", accounts.encryption.EncryptedField(null=True)),
                (
                    "advice",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("refer", "refer now"),
                            ("watch", "watch on and re-assess"),
                            ("other", "other, see the answer"),
                        ],
                        max_length=8,
                        verbose_name="advice",
                    ),
                ),
                ("answered_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="referral.case",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="questions",
                        to="accounts.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "question",
                "verbose_name_plural": "questions",
                "ordering": ["asked_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Retraction",
            fields=[
                ("record", models.UUIDField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("kit_result", "kit result"),
                            ("organ_failure", "assessment of organ failure"),
                            ("transplant_decision", "decision on transplant"),
                            ("precipitant", "precipitant"),
                            ("intervention", "treatment of the precipitant"),
                            ("artificial_liver", "artificial liver session"),
                            ("immune_status", "immune markers"),
                            ("panel", "laboratory panel"),
                            ("treatment", "item of the treatment"),
                            ("nutrition_target", "nutrition target"),
                            ("nutrition_day", "energy taken on a day"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("wrong_patient", "wrong patient"),
                            ("entered_twice", "entered twice"),
                            ("wrong_values", "wrong values"),
                            ("test_entry", "test entry"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("with_admission", models.BooleanField(db_default=False, default=False)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retractions",
                        to="referral.case",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Route",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.hospital",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.network",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "route",
            },
        ),
        migrations.CreateModel(
            name="SealedMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("layout", models.CharField(max_length=16)),
                ("cases", models.PositiveIntegerField()),
                ("risk_models", models.JSONField()),
                ("shadows", models.JSONField()),
                (
                    "network",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.network",
                    ),
                ),
            ],
            options={
                "verbose_name": "sealed month",
            },
        ),
        migrations.CreateModel(
            name="SealedColumn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                ("numbers", models.BinaryField()),
                (
                    "month",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="columns",
                        to="referral.sealedmonth",
                    ),
                ),
            ],
            options={
                "verbose_name": "column of a sealed month",
            },
        ),
        migrations.CreateModel(
            name="TransplantDecision",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("not_considered", "not considered so far"),
                            ("evaluated", "evaluated for a transplant"),
                            ("contraindicated", "transplant contraindicated"),
                            ("listed", "put on the transplant waiting list"),
                            ("donor_found", "donor organ found"),
                            ("transplanted", "transplanted"),
                            ("decided_against", "decided against a transplant"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("contraindicated", "contraindicated"),
                            ("refused", "patient or family refused"),
                            ("improved", "improved"),
                            ("too_ill", "too ill for surgery"),
                            ("infection", "infection not under control"),
                            ("cancer", "cancer"),
                            ("heart_or_lungs", "disease of heart or lungs"),
                            ("alcohol_use", "ongoing use of alcohol"),
                            ("no_organ", "no organ within reach"),
                            ("cost", "cost"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="TreatmentRecord",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                (
                    "item",
                    models.CharField(
                        choices=[
                            ("liver_protection", "protection of the liver parenchyma"),
                            ("nutrition", "nutrition"),
                            ("infection_prevention", "prevention of infection"),
                            ("symptoms", "treatment of symptoms"),
                            ("organ_support", "support of the failing organ"),
                            ("artificial_liver", "artificial liver (an option)"),
                            ("icu", "intensive care"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "progress",
                    models.CharField(
                        choices=[("planned", "planned"), ("done", "done"), ("declined", "declined")],
                        max_length=8,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_indicated", "not indicated"),
                            ("contraindicated", "contraindicated"),
                            ("refused", "patient or family refused"),
                            ("not_available", "not available"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="AssessmentRetraction",
            fields=[
                (
                    "assessment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="retraction",
                        serialize=False,
                        to="referral.assessment",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("wrong_patient", "wrong patient"),
                            ("entered_twice", "entered twice"),
                            ("wrong_values", "wrong values"),
                            ("test_entry", "test entry"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CaseFacts",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="statistics",
                        serialize=False,
                        to="referral.case",
                    ),
                ),
                ("month", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("registered", "registered"),
                            ("watched", "watched"),
                            ("offered", "offered"),
                            ("unplaced", "no ward found"),
                            ("accepted", "accepted"),
                            ("in_transit", "in transit"),
                            ("admitted", "admitted"),
                            ("diagnosed", "diagnosed"),
                            ("follow_up", "follow-up"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                ("first_visit_at", models.DateTimeField()),
                ("indicators_at", models.DateTimeField(null=True)),
                ("flagged_at", models.DateTimeField(null=True)),
                ("flagged_late", models.BooleanField()),
                ("offered_at", models.DateTimeField(null=True)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("departed_at", models.DateTimeField(null=True)),
                ("admitted_at", models.DateTimeField(null=True)),
                ("diagnosed_at", models.DateTimeField(null=True)),
                ("intervened_at", models.DateTimeField(null=True)),
                ("back_referred_at", models.DateTimeField(null=True)),
                ("died_at", models.DateTimeField(null=True)),
                ("offers", models.PositiveSmallIntegerField()),
                ("declines", models.PositiveSmallIntegerField()),
                ("expiries", models.PositiveSmallIntegerField()),
                ("risk_90d", models.FloatField(null=True)),
                ("model", models.CharField(blank=True, max_length=80)),
                ("assessment", models.UUIDField(null=True)),
                ("policy_version", models.PositiveIntegerField()),
                (
                    "outcome_28",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alive", "alive"),
                            ("dead", "dead"),
                            ("transplanted", "transplanted"),
                            ("lost", "lost to follow-up"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "outcome_90",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alive", "alive"),
                            ("dead", "dead"),
                            ("transplanted", "transplanted"),
                            ("lost", "lost to follow-up"),
                        ],
                        max_length=12,
                    ),
                ),
                ("assess_verdict", models.SmallIntegerField(null=True)),
                ("reassess_verdict", models.SmallIntegerField(null=True)),
                ("acknowledge_verdict", models.SmallIntegerField(null=True)),
                ("decide_verdict", models.SmallIntegerField(null=True)),
                ("place_verdict", models.SmallIntegerField(null=True)),
                ("admit_verdict", models.SmallIntegerField(null=True)),
                ("arrive_verdict", models.SmallIntegerField(null=True)),
                ("diagnose_verdict", models.SmallIntegerField(null=True)),
                ("treat_precipitant_verdict", models.SmallIntegerField(null=True)),
                ("transplant_verdict", models.SmallIntegerField(null=True)),
                ("answer_advice_verdict", models.SmallIntegerField(null=True)),
                ("confirm_return_verdict", models.SmallIntegerField(null=True)),
                ("follow_up_28_verdict", models.SmallIntegerField(null=True)),
                ("follow_up_90_verdict", models.SmallIntegerField(null=True)),
                ("kit_results", models.PositiveSmallIntegerField(default=0)),
                ("kit_indeterminate", models.PositiveSmallIntegerField(default=0)),
                ("kit_beside_purpose", models.PositiveSmallIntegerField(default=0)),
                ("kit_lot", models.CharField(blank=True, max_length=40)),
                ("kit_sampled_at", models.DateTimeField(null=True)),
                ("kit_positive", models.BooleanField(null=True)),
                ("kit_failed", models.BooleanField(null=True)),
                (
                    "packed",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Func(
                            output_field=models.BinaryField(),
                            template="int4send(coalesce(extract(epoch from indicators_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from flagged_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from offered_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from acknowledged_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from accepted_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from departed_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from admitted_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from diagnosed_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from intervened_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from back_referred_at - first_visit_at)::int, -2147483648)) || int4send(coalesce(extract(epoch from died_at - first_visit_at)::int, -2147483648)) || float4send(coalesce(risk_90d, 'NaN'::float8)::float4) || int8send((coalesce(assess_verdict, 15)::int8 << 0) | (coalesce(reassess_verdict, 15)::int8 << 4) | (coalesce(acknowledge_verdict, 15)::int8 << 8) | (coalesce(decide_verdict, 15)::int8 << 12) | (coalesce(place_verdict, 15)::int8 << 16) | (coalesce(admit_verdict, 15)::int8 << 20) | (coalesce(arrive_verdict, 15)::int8 << 24) | (coalesce(diagnose_verdict, 15)::int8 << 28) | (coalesce(treat_precipitant_verdict, 15)::int8 << 32) | (coalesce(transplant_verdict, 15)::int8 << 36) | (coalesce(answer_advice_verdict, 15)::int8 << 40) | (coalesce(confirm_return_verdict, 15)::int8 << 44) | (coalesce(follow_up_28_verdict, 15)::int8 << 48) | (coalesce(follow_up_90_verdict, 15)::int8 << 52)) || int2send(offers::int2) || int2send(declines::int2) || int2send(expiries::int2) || int2send(coalesce(array_position(array['registered', 'watched', 'offered', 'unplaced', 'accepted', 'in_transit', 'admitted', 'diagnosed', 'follow_up', 'closed', 'cancelled'], state::text), 0)::int2) || int2send(coalesce(array_position(array['alive', 'dead', 'transplanted', 'lost'], outcome_28::text), 0)::int2) || int2send(coalesce(array_position(array['alive', 'dead', 'transplanted', 'lost'], outcome_90::text), 0)::int2) || int2send(flagged_late::int::int2)",
                        ),
                        output_field=models.BinaryField(),
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.hospital",
                    ),
                ),
                (
                    "kit_ward",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.ward",
                    ),
                ),
                (
                    "network",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.network",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.ward",
                    ),
                ),
            ],
            options={
                "verbose_name": "facts of a case",
                "verbose_name_plural": "facts of cases",
            },
        ),
        migrations.CreateModel(
            name="Indicators",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="indicators",
                        serialize=False,
                        to="referral.case",
                    ),
                ),
                ("values", models.JSONField(default=dict)),
                ("confirmed", models.JSONField(default=list)),
                ("stamps", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField()),
                (
                    "saved_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Transport",
            fields=[
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="transport",
                        serialize=False,
                        to="referral.case",
                    ),
                ),
                (
                    "means",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("hospital_ambulance", "ambulance of the hospital"),
                            ("emergency_service", "ambulance of the emergency service (120)"),
                            ("ward_fetches", "fetched by the ward"),
                            ("own_car", "car of the family"),
                            ("train", "train"),
                            ("air", "by air"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="means of transport",
                    ),
                ),
                ("team", accounts.encryption.EncryptedField(null=True)),
                ("contact", accounts.encryption.EncryptedField(null=True)),
                ("needs", models.JSONField(default=list)),
                ("arrived_at", models.DateTimeField(null=True)),
                ("handed_over_at", models.DateTimeField(null=True)),
                ("handed_over_by", accounts.encryption.EncryptedField(null=True)),
                (
                    "taken_over_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "transport",
                "verbose_name_plural": "transports",
            },
        ),
        migrations.CreateModel(
            name="BedChange",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "cause",
                    models.CharField(
                        choices=[
                            ("stated", "stated by the ward"),
                            ("promised", "a bed was promised"),
                            ("admitted", "the patient is in the bed"),
                            ("returned", "a promised bed was given back"),
                            ("undone", "the admission was entered in error"),
                        ],
                        max_length=12,
                    ),
                ),
                ("free", models.PositiveSmallIntegerField()),
                ("change", models.SmallIntegerField(null=True)),
                ("at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bed_changes",
                        to="accounts.ward",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="bed_changes",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["ward", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("ward", "number"), name="bed_change_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("case__isnull", True), ("cause", "stated"), ("change__isnull", True)),
                            models.Q(
                                models.Q(("cause", "stated"), _negated=True),
                                ("case__isnull", False),
                                ("change__in", [-1, 0, 1]),
                            ),
                            _connector="OR",
                        ),
                        name="bed_change_is_stated_or_of_a_case",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("cause__in", ["stated", "promised", "admitted", "returned", "undone"])
                        ),
                        name="bed_change_cause_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BackReferral",
            fields=[
                ("why", accounts.encryption.EncryptedField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("plan", accounts.encryption.EncryptedField()),
                ("medicines", accounts.encryption.EncryptedField(null=True)),
                ("appointments", accounts.encryption.EncryptedField(null=True)),
                ("red_flags", accounts.encryption.EncryptedField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "hospital",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.hospital"
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="referral.backreferral",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="back_referrals",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "back-referral",
                "verbose_name_plural": "back-referrals",
                "ordering": ["recorded_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaces__isnull", True)),
                        fields=("case",),
                        name="back_referral_begins_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replaces__isnull", True), ("why__isnull", True)),
                            models.Q(("replaces__isnull", False), ("why__isnull", False)),
                            _connector="OR",
                        ),
                        name="back_referral_corrected_because",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("confirmed_by__isnull", True)),
                            models.Q(
                                ("confirmed_at__gte", models.F("occurred_at")),
                                ("confirmed_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="return_confirmed_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Background",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("content", accounts.encryption.EncryptedField()),
                ("stated_at", models.DateTimeField()),
                (
                    "stated_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="backgrounds",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["stated_at", "pk"],
                "indexes": [models.Index(fields=["case", "stated_at"], name="background_by_case")],
            },
        ),
        migrations.CreateModel(
            name="ArtificialLiverSession",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                (
                    "mode",
                    models.CharField(
                        choices=[
                            ("plasma_exchange", "plasma exchange (PE)"),
                            ("dpmas", "double plasma molecular adsorption (DPMAS)"),
                            ("dpmas_pe", "DPMAS with plasma exchange"),
                            ("adsorption", "plasma bilirubin adsorption"),
                            ("albumin_dialysis", "albumin dialysis"),
                            ("plasma_perfusion", "plasma perfusion (PP)"),
                            ("haemofiltration", "haemofiltration or haemodiafiltration (CVVHDF)"),
                            ("pert", "PERT"),
                            ("bioartificial", "bioartificial liver, in a study"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("ended_at", models.DateTimeField()),
                ("complications", models.JSONField(default=list)),
                ("plasma_ml", models.PositiveIntegerField(null=True)),
                (
                    "anticoagulant",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none"),
                            ("heparin", "heparin"),
                            ("low_molecular", "low molecular weight heparin"),
                            ("citrate", "citrate"),
                            ("nafamostat", "nafamostat"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "access",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("femoral", "femoral vein catheter"),
                            ("jugular", "jugular vein catheter"),
                            ("peripheral", "peripheral vessels"),
                            ("fistula", "fistula"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
                "indexes": [models.Index(fields=["case", "occurred_at"], name="liver_session_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ended_at__gt", models.F("occurred_at"))),
                        name="liver_session_ends_after_start",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Admission",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("admitted_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("line", models.PositiveIntegerField()),
                ("before", models.JSONField()),
                ("undone_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.ward"
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="admissions",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["recorded_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=("case",),
                        name="case_has_one_admission",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseFile",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("laboratory", "laboratory report"),
                            ("imaging", "imaging"),
                            ("ecg", "ECG"),
                            ("discharge_summary", "discharge summary"),
                            ("medication", "medication list"),
                            ("consent", "consent"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="what it is",
                    ),
                ),
                ("caption", accounts.encryption.EncryptedField(null=True)),
                ("taken_at", models.DateTimeField(null=True, verbose_name="when it is from")),
                ("added_at", models.DateTimeField()),
                (
                    "error_reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("wrong_patient", "wrong patient"),
                            ("wrong_file", "wrong file"),
                            ("illegible", "cannot be read"),
                            ("entered_twice", "entered twice"),
                            ("other", "other"),
                        ],
                        max_length=20,
                        verbose_name="reason",
                    ),
                ),
                ("error_at", models.DateTimeField(null=True)),
                (
                    "added_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="files",
                        to="referral.case",
                    ),
                ),
                (
                    "error_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "file",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="files.storedfile"
                    ),
                ),
            ],
            options={
                "ordering": ["added_at", "pk"],
                "indexes": [models.Index(fields=["case", "added_at"], name="file_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("error_at__isnull", True), ("error_by__isnull", True), ("error_reason", "")
                            ),
                            models.Q(
                                ("error_at__isnull", False),
                                ("error_by__isnull", False),
                                models.Q(("error_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="case_file_error_has_its_reason",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="CaseFileLook",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="referral.case",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "case"), name="case_file_look_once")],
            },
        ),
        migrations.CreateModel(
            name="Diagnosis",
            fields=[
                ("why", accounts.encryption.EncryptedField(null=True)),
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stay", models.PositiveSmallIntegerField(db_default=0, default=0)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("early_aclf", "early ACLF, before organ failure"),
                            ("aclf", "ACLF"),
                            ("decompensation", "acute decompensation without ACLF"),
                            ("liver_injury", "severe liver injury without ACLF"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="diagnosis",
                    ),
                ),
                ("grade", models.CharField(blank=True, max_length=4)),
                ("simple_grade", models.CharField(blank=True, max_length=3)),
                ("should_know", accounts.encryption.EncryptedField(null=True)),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="diagnoses",
                        to="referral.case",
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="referral.diagnosis",
                    ),
                ),
            ],
            options={
                "verbose_name": "diagnosis",
                "verbose_name_plural": "diagnoses",
                "ordering": ["recorded_at", "pk"],
                "abstract": False,
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("replaces__isnull", True)),
                        fields=("case", "stay"),
                        name="diagnosis_begins_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("replaces__isnull", True), ("why__isnull", True)),
                            models.Q(("replaces__isnull", False), ("why__isnull", False)),
                            _connector="OR",
                        ),
                        name="diagnosis_corrected_because",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "category__in",
                                ["early_aclf", "aclf", "decompensation", "liver_injury", "other"],
                            )
                        ),
                        name="diagnosis_category_known",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                ("what", models.CharField(max_length=40)),
                (
                    "state_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("registered", "registered"),
                            ("watched", "watched"),
                            ("offered", "offered"),
                            ("unplaced", "no ward found"),
                            ("accepted", "accepted"),
                            ("in_transit", "in transit"),
                            ("admitted", "admitted"),
                            ("diagnosed", "diagnosed"),
                            ("follow_up", "follow-up"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "state_after",
                    models.CharField(
                        choices=[
                            ("registered", "registered"),
                            ("watched", "watched"),
                            ("offered", "offered"),
                            ("unplaced", "no ward found"),
                            ("accepted", "accepted"),
                            ("in_transit", "in transit"),
                            ("admitted", "admitted"),
                            ("diagnosed", "diagnosed"),
                            ("follow_up", "follow-up"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        max_length=12,
                    ),
                ),
                ("details", models.JSONField(default=dict)),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("personal", accounts.encryption.EncryptedField(null=True)),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "transaction",
                    referral.models.fields.TransactionField(
                        db_default=referral.models.fields.CurrentTransaction(), editable=False
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="referral.case"
                    ),
                ),
            ],
            options={
                "ordering": ["case", "number"],
                "indexes": [models.Index(fields=["transaction", "id"], name="event_by_transaction")],
                "constraints": [models.UniqueConstraint(fields=("case", "number"), name="event_number_once")],
            },
        ),
        migrations.CreateModel(
            name="ImmuneStatus",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("values", models.JSONField()),
                ("confirmed", models.JSONField(default=list)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
                "indexes": [models.Index(fields=["case", "occurred_at"], name="immune_status_by_case")],
            },
        ),
        migrations.CreateModel(
            name="KitResult",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("lot", models.CharField(max_length=40)),
                ("sampled_at", models.DateTimeField()),
                (
                    "answer",
                    models.CharField(
                        choices=[
                            ("positive", "positive"),
                            ("negative", "negative"),
                            ("indeterminate", "indeterminate"),
                        ],
                        max_length=14,
                    ),
                ),
                ("probability", models.FloatField(null=True)),
                ("assay", models.JSONField(default=dict)),
                ("organ_failure_at_sampling", models.BooleanField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
                (
                    "ward",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.ward"
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
                "indexes": [models.Index(fields=["case", "occurred_at"], name="kit_result_by_case")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ["positive", "negative", "indeterminate"])),
                        name="kit_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("probability__isnull", True),
                            models.Q(("probability__gte", 0), ("probability__lte", 1)),
                            _connector="OR",
                        ),
                        name="kit_probability_is_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("sampled_at__lte", models.F("occurred_at"))),
                        name="kit_sampled_before_report",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LaboratoryPanel",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("occurred_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("note", accounts.encryption.EncryptedField(null=True)),
                ("entered", models.JSONField()),
                ("values", models.JSONField()),
                ("confirmed", models.JSONField(default=list)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="%(class)s_set",
                        to="referral.case",
                    ),
                ),
            ],
            options={
                "ordering": ["occurred_at", "recorded_at", "pk"],
                "abstract": False,
                "indexes": [models.Index(fields=["case", "occurred_at"], name="laboratory_panel_by_case")],
            },
        ),
        migrations.CreateModel(
            name="LostRole",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("role", models.CharField(max_length=20)),
                ("hospital", models.UUIDField(null=True)),
                ("ward", models.UUIDField(null=True)),
                ("network", models.UUIDField()),
                ("at", models.DateTimeField()),
                (
                    "transaction",
                    referral.models.fields.TransactionField(
                        db_default=referral.models.fields.CurrentTransaction(), editable=False
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["user", "transaction"], name="lost_role_by_user")],
            },
        ),
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["case", "sent_at"], name="message_by_case"),
        ),
        migrations.AddIndex(
            model_name="nutritionday",
            index=models.Index(fields=["case", "occurred_at"], name="nutrition_day_by_case"),
        ),
        migrations.AddIndex(
            model_name="nutritiontarget",
            index=models.Index(fields=["case", "occurred_at"], name="nutrition_target_by_case"),
        ),
        migrations.AddIndex(
            model_name="offer",
            index=models.Index(fields=["ward", "state"], name="offer_by_ward_state"),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open")), fields=("case",), name="case_has_one_open_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="offer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "open",
                            "accepted",
                            "declined",
                            "expired",
                            "ward_closed",
                            "withdrawn",
                            "released",
                            "superseded",
                        ],
                    )
                ),
                name="offer_state_known",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True), ("quarantined_at__isnull", True)),
                fields=["next_at"],
                name="deadline_next_up",
            ),
        ),
        migrations.AddIndex(
            model_name="deadline",
            index=models.Index(fields=["case", "kind"], name="deadline_by_case"),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("case", "kind", "offer"),
                name="deadline_open_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_at__gt", models.F("starts_at"))), name="deadline_due_after_start"
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "assess",
                            "reassess",
                            "acknowledge",
                            "decide",
                            "place",
                            "admit",
                            "arrive",
                            "diagnose",
                            "treat_precipitant",
                            "transplant",
                            "answer_advice",
                            "confirm_return",
                            "follow_up_28",
                            "follow_up_90",
                        ],
                    )
                ),
                name="deadline_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="deadline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closed_at__isnull", True), ("outcome", "")),
                    models.Q(("closed_at__isnull", False), ("outcome__in", ["met", "missed", "cancelled"])),
                    _connector="OR",
                ),
                name="deadline_closed_with_outcome",
            ),
        ),
        migrations.AddIndex(
            model_name="organfailureassessment",
            index=models.Index(fields=["case", "occurred_at"], name="organ_failure_by_case"),
        ),
        migrations.AddConstraint(
            model_name="organfailureassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(("grade__in", ["none", "1a", "1b", "2", "3a", "3b"])),
                name="organ_grade_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="organfailureassessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failures", 0), ("simple_grade", "")),
                    models.Q(("failures", 1), ("simple_grade", "I")),
                    models.Q(("failures", 2), ("simple_grade", "II")),
                    models.Q(("failures__gte", 3), ("failures__lte", 6), ("simple_grade", "III")),
                    _connector="OR",
                ),
                name="organ_simple_grade_counts_failures",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="outcome_number_once"),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("day__in", [28, 90]), ("day__isnull", False)),
                    models.Q(("day__isnull", True), ("status", "dead")),
                    _connector="OR",
                ),
                name="outcome_day_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["alive", "dead", "transplanted", "lost"])),
                name="outcome_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("side__in", ("origin", "care_ward", "coordinator", "engine"))),
                name="outcome_side_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__lte", models.F("recorded_at"))), name="outcome_not_in_future"
            ),
        ),
        migrations.AddConstraint(
            model_name="pathwaypolicy",
            constraint=models.UniqueConstraint(fields=("network", "version"), name="policy_version_once"),
        ),
        migrations.AddConstraint(
            model_name="pathwaypolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(("risk_threshold__gt", 0), ("risk_threshold__lt", 1)),
                name="policy_threshold_is_a_risk",
                violation_error_message="A risk lies between 0 and 1: write 0.15 for fifteen in a hundred.",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(fields=("case", "number"), name="assessment_number_once"),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("risk_90d__isnull", True),
                    models.Q(("risk_90d__gte", 0), ("risk_90d__lte", 1)),
                    _connector="OR",
                ),
                name="assessment_risk_is_a_risk",
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["network", "state"], name="case_by_network_state"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["hospital", "state"], name="case_by_hospital_state"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["ward", "state"], name="case_by_ward_state"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["-registered_at", "-id"], name="case_newest_first"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("undo_until__isnull", False)),
                fields=["undo_until"],
                name="case_by_undo_until",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "registered",
                            "watched",
                            "offered",
                            "unplaced",
                            "accepted",
                            "in_transit",
                            "admitted",
                            "diagnosed",
                            "follow_up",
                            "closed",
                            "cancelled",
                        ],
                    )
                ),
                name="case_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "accepted",
                            "admitted",
                            "diagnosed",
                            "in_transit",
                            "offered",
                            "registered",
                            "unplaced",
                            "watched",
                        ],
                    )
                ),
                fields=("person",),
                name="person_has_one_acute_case",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("admitted_at__isnull", True),
                    ("admitted_at__gte", models.F("first_visit_at")),
                    _connector="OR",
                ),
                name="case_admitted_after_first_visit",
            ),
        ),
        migrations.AddIndex(
            model_name="precipitant",
            index=models.Index(fields=["case", "occurred_at"], name="precipitant_by_case"),
        ),
        migrations.AddConstraint(
            model_name="precipitant",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "precipitant__in",
                        [
                            "HBV_FLARE",
                            "NUC_STOP",
                            "HDV_SUPER",
                            "HAV",
                            "HEV",
                            "OTHER_VIRAL",
                            "BACT_INF",
                            "FUNGAL_INF",
                            "INFLUENZA",
                            "COVID",
                            "ALCOHOL",
                            "GI_BLEED",
                            "DILI",
                            "SURGERY",
                            "TIPS",
                            "AIH",
                            "WILSON",
                            "PVT",
                            "BCS",
                            "ISCHAEMIC",
                            "EXERTION",
                            "OTHER",
                            "UNKNOWN",
                        ],
                    )
                ),
                name="precipitant_known",
            ),
        ),
        migrations.AddIndex(
            model_name="intervention",
            index=models.Index(fields=["case", "occurred_at"], name="intervention_by_case"),
        ),
        migrations.AddIndex(
            model_name="question",
            index=models.Index(
                condition=models.Q(("closed_at__isnull", True)), fields=["ward"], name="question_open_by_ward"
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.UniqueConstraint(
                condition=models.Q(("closed_at__isnull", True)),
                fields=("case",),
                name="case_has_one_open_question",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer__isnull", True), ("answered_at__isnull", True), ("answered_by__isnull", True)
                    ),
                    models.Q(
                        ("answer__isnull", False),
                        ("answered_at__isnull", False),
                        ("answered_by__isnull", False),
                        ("closed_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="question_answered_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="question",
            constraint=models.CheckConstraint(
                condition=models.Q(("advice__in", ["", "refer", "watch", "other"])),
                name="question_advice_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="retraction",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        [
                            "kit_result",
                            "organ_failure",
                            "transplant_decision",
                            "precipitant",
                            "intervention",
                            "artificial_liver",
                            "immune_status",
                            "panel",
                            "treatment",
                            "nutrition_target",
                            "nutrition_day",
                        ],
                    )
                ),
                name="retraction_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.UniqueConstraint(
                fields=("network", "hospital", "ward"), name="route_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedmonth",
            constraint=models.UniqueConstraint(fields=("network", "month"), name="sealed_month_once"),
        ),
        migrations.AddConstraint(
            model_name="sealedcolumn",
            constraint=models.UniqueConstraint(fields=("month", "name"), name="sealed_column_once"),
        ),
        migrations.AddIndex(
            model_name="transplantdecision",
            index=models.Index(fields=["case", "occurred_at"], name="transplant_decision_by_case"),
        ),
        migrations.AddConstraint(
            model_name="transplantdecision",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("decision__in", ["decided_against", "contraindicated"]),
                        (
                            "reason__in",
                            [
                                "contraindicated",
                                "refused",
                                "improved",
                                "too_ill",
                                "infection",
                                "cancer",
                                "heart_or_lungs",
                                "alcohol_use",
                                "no_organ",
                                "cost",
                                "other",
                            ],
                        ),
                    ),
                    models.Q(
                        (
                            "decision__in",
                            ["not_considered", "evaluated", "listed", "donor_found", "transplanted"],
                        ),
                        ("reason", ""),
                    ),
                    _connector="OR",
                ),
                name="transplant_reason_when_against",
            ),
        ),
        migrations.AddIndex(
            model_name="treatmentrecord",
            index=models.Index(fields=["case", "occurred_at"], name="treatment_by_case"),
        ),
        migrations.AddConstraint(
            model_name="treatmentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("progress", "declined"),
                        (
                            "reason__in",
                            ["not_indicated", "contraindicated", "refused", "not_available", "other"],
                        ),
                    ),
                    models.Q(("progress__in", ["planned", "done"]), ("reason", "")),
                    _connector="OR",
                ),
                name="treatment_reason_when_declined",
            ),
        ),
        migrations.AddConstraint(
            model_name="treatmentrecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "item__in",
                        [
                            "liver_protection",
                            "nutrition",
                            "infection_prevention",
                            "symptoms",
                            "organ_support",
                            "artificial_liver",
                            "icu",
                        ],
                    )
                ),
                name="treatment_item_known",
            ),
        ),
        migrations.AddIndex(
            model_name="casefacts",
            index=models.Index(
                condition=models.Q(("state", "cancelled"), _negated=True),
                fields=["network", "month", "hospital", "ward"],
                include=("packed", "model", "assessment"),
                name="facts_by_month_and_place",
            ),
        ),
        migrations.AddIndex(
            model_name="casefacts",
            index=models.Index(
                condition=models.Q(models.Q(("state", "cancelled"), _negated=True), ("kit_results__gt", 0)),
                fields=["network", "month"],
                include=(
                    "hospital",
                    "ward",
                    "kit_ward",
                    "kit_lot",
                    "kit_sampled_at",
                    "kit_positive",
                    "kit_failed",
                    "kit_indeterminate",
                    "kit_beside_purpose",
                ),
                name="facts_of_the_kit",
            ),
        ),
        migrations.AddConstraint(
            model_name="casefacts",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        [
                            "registered",
                            "watched",
                            "offered",
                            "unplaced",
                            "accepted",
                            "in_transit",
                            "admitted",
                            "diagnosed",
                            "follow_up",
                            "closed",
                            "cancelled",
                        ],
                    )
                ),
                name="facts_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="transport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "means__in",
                        [
                            "",
                            "hospital_ambulance",
                            "emergency_service",
                            "ward_fetches",
                            "own_car",
                            "train",
                            "air",
                            "other",
                        ],
                    )
                ),
                name="transport_means_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="transport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("handed_over_at__isnull", True), ("taken_over_by__isnull", True)),
                    models.Q(("handed_over_at__isnull", False), ("taken_over_by__isnull", False)),
                    _connector="OR",
                ),
                name="transport_taken_over_by_somebody",
            ),
        ),
    ]
