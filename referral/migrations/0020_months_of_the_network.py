from django.db import migrations

COUNT_ANEW = """
UPDATE referral_casefacts AS facts
SET month = date_trunc('month', first_visit_at AT TIME ZONE network.zone)::date
FROM accounts_network AS network
WHERE network.id = facts.network_id
  AND month <> date_trunc('month', first_visit_at AT TIME ZONE network.zone)::date
"""
"""Months were those of each hospital's zone; a month that changes loses its seal by the trigger."""


class Migration(migrations.Migration):
    dependencies = [("referral", "0019_policy_in_force_from"), ("accounts", "0004_network_zone")]

    operations = [migrations.RunSQL(COUNT_ANEW, migrations.RunSQL.noop)]
