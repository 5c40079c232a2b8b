import django.db.models.deletion
from django.db import migrations, models

WARD_OF_THE_CASE = """
ALTER TABLE referral_kitresult DISABLE TRIGGER referral_kitresult_append_only;
UPDATE referral_kitresult SET ward_id = referral_case.ward_id
FROM referral_case WHERE referral_case.id = referral_kitresult.case_id;
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE referral_kitresult ENABLE TRIGGER referral_kitresult_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_append_only_audit"),
        ("referral", "0008_never_emptied"),
    ]

    operations = [
        migrations.AddField(
            model_name="kitresult",
            name="ward",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.ward",
            ),
        ),
        migrations.RunSQL(WARD_OF_THE_CASE, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="kitresult",
            name="ward",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.ward"
            ),
        ),
    ]
