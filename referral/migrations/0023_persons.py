import django.db.models.deletion
from django.db import migrations, models

import accounts.encryption
import accounts.ids


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("referral", "0022_value_stamps")]

    operations = [
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
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="cases",
                to="referral.person",
            ),
        ),
        migrations.AddField(
            model_name="event", name="personal", field=accounts.encryption.EncryptedField(null=True)
        ),
        migrations.RemoveIndex(model_name="patient", name="patient_by_likeness"),
        migrations.RemoveConstraint(model_name="patient", name="patient_once_by_national_id"),
        migrations.RemoveConstraint(model_name="patient", name="patient_once_by_local_number"),
        migrations.RemoveConstraint(model_name="case", name="patient_has_one_acute_case"),
        migrations.RenameField(model_name="patient", old_name="likeness_index", new_name="name_index"),
    ]
