from django.db import migrations

APPEND_ONLY = ("scoring_riskmodelversion", "scoring_modelevent", "scoring_shadowscore")


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("accounts", "0002_append_only_audit")]

    operations = [
        migrations.RunSQL(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
            f"DROP TRIGGER {table}_append_only ON {table}",
        )
        for table in APPEND_ONLY
    ]
