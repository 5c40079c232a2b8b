from django.db import migrations, models

import accounts.models.organisations

COMMONEST = """
UPDATE accounts_network SET zone = place.zone FROM (
    SELECT network_id, mode() WITHIN GROUP (ORDER BY zone) AS zone FROM accounts_hospital GROUP BY network_id
) AS place
WHERE place.network_id = accounts_network.id
"""
"""A network that was there before lives by the calendar of most of its hospitals."""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_duty_handover")]

    operations = [
        migrations.AddField(
            model_name="network",
            name="zone",
            field=models.CharField(
                default="Asia/Shanghai",
                max_length=40,
                validators=[accounts.models.organisations.known_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.RunSQL(COMMONEST, migrations.RunSQL.noop),
    ]
