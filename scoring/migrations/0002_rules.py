from django.db import migrations

APPEND_ONLY = ("scoring_riskmodelversion", "scoring_modelevent", "scoring_shadowscore")

# A trigger for each row sees no TRUNCATE: the role that owns the tables gives up its right to it.
RULE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE TRUNCATE ON {table} FROM CURRENT_USER;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("accounts", "0002_rules")]

    operations = [migrations.RunSQL(RULE.format(table=table)) for table in APPEND_ONLY]
