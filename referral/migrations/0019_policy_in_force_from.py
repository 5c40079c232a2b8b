from django.db import migrations, models

import referral.models.policies

FROM_THE_BEGINNING = """
ALTER TABLE referral_pathwaypolicy DISABLE TRIGGER referral_pathwaypolicy_append_only;
UPDATE referral_pathwaypolicy SET in_force_from = created_at;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE referral_pathwaypolicy ENABLE TRIGGER referral_pathwaypolicy_append_only;
"""


class Migration(migrations.Migration):
    """Versions of before have been in force since they were made."""

    dependencies = [("referral", "0018_request_passed_on")]

    operations = [
        migrations.AddField(
            model_name="pathwaypolicy",
            name="in_force_from",
            field=models.DateTimeField(null=True, verbose_name="in force from"),
        ),
        migrations.RunSQL(FROM_THE_BEGINNING, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="pathwaypolicy",
            name="in_force_from",
            field=models.DateTimeField(verbose_name="in force from"),
        ),
        migrations.AlterField(
            model_name="pathwaypolicy",
            name="risk_threshold",
            field=models.FloatField(
                default=0.15,
                validators=[referral.models.policies.check_risk],
                verbose_name="risk threshold",
            ),
        ),
        migrations.RemoveConstraint(model_name="pathwaypolicy", name="policy_threshold_is_a_risk"),
        migrations.AddConstraint(
            model_name="pathwaypolicy",
            constraint=models.CheckConstraint(
                condition=models.Q(risk_threshold__gt=0, risk_threshold__lt=1),
                name="policy_threshold_is_a_risk",
                violation_error_message="A risk lies between 0 and 1: write 0.15 for fifteen in a hundred.",
            ),
        ),
    ]
