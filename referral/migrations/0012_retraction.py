import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# What was said of organ tables goes on as what can be said of any record of the ward.
CARRY_OVER = """
INSERT INTO referral_retraction (record, kind, case_id, reason, actor_id, at)
SELECT said.assessment_id, 'organ_failure', organs.case_id, said.reason, said.actor_id, said.at
FROM referral_organfailureretraction AS said
JOIN referral_organfailureassessment AS organs ON organs.id = said.assessment_id;
ALTER TABLE referral_event DISABLE TRIGGER referral_event_append_only;
UPDATE referral_event SET what = 'retract_record', facts = facts || '{"of": "organ_failure"}'
WHERE what = 'retract_organ_failure';
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE referral_event ENABLE TRIGGER referral_event_append_only;
"""

APPEND_ONLY = """
CREATE TRIGGER referral_retraction_append_only BEFORE UPDATE OR DELETE ON referral_retraction
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE TRUNCATE ON referral_retraction FROM CURRENT_USER;
"""

# Whether an organ was failing at sampling is computed from other records, so it may change; nothing else may.
ALL_BUT_THE_COMPUTED = """
DROP TRIGGER referral_kitresult_append_only ON referral_kitresult;
CREATE TRIGGER referral_kitresult_append_only BEFORE DELETE ON referral_kitresult
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER referral_kitresult_as_recorded BEFORE UPDATE ON referral_kitresult
    FOR EACH ROW
    WHEN (OLD.organ_failure_at_sampling IS NOT DISTINCT FROM NEW.organ_failure_at_sampling
          OR to_jsonb(OLD) - 'organ_failure_at_sampling' <> to_jsonb(NEW) - 'organ_failure_at_sampling')
    EXECUTE FUNCTION refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0011_facts_with_assessment"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
                        ],
                    )
                ),
                name="retraction_kind_known",
            ),
        ),
        migrations.RunSQL(CARRY_OVER, migrations.RunSQL.noop),
        migrations.RunSQL(APPEND_ONLY, migrations.RunSQL.noop),
        migrations.DeleteModel(name="OrganFailureRetraction"),
        migrations.RunSQL(ALL_BUT_THE_COMPUTED, migrations.RunSQL.noop),
    ]
