import django.db.models.deletion
from django.db import migrations, models

ACUTE = ["accepted", "admitted", "diagnosed", "in_transit", "offered", "registered", "unplaced", "watched"]


class Migration(migrations.Migration):
    dependencies = [("referral", "0024_one_identity_a_case")]

    operations = [
        migrations.RemoveField(model_name="patient", name="network"),
        migrations.AlterField(
            model_name="case",
            name="patient",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="case", to="referral.patient"
            ),
        ),
        migrations.AlterField(
            model_name="case",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="referral.person"
            ),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["national_id_index"], name="patient_by_national_id"),
        ),
        migrations.AddIndex(
            model_name="patient",
            index=models.Index(fields=["local_number_index"], name="patient_by_local_number"),
        ),
        migrations.AddIndex(
            model_name="patient", index=models.Index(fields=["name_index"], name="patient_by_name")
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.UniqueConstraint(
                condition=models.Q(state__in=ACUTE), fields=("person",), name="person_has_one_acute_case"
            ),
        ),
    ]
