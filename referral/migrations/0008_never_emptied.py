from django.db import migrations

# Triggers for each row see no TRUNCATE; the role that owns the tables gives up its right to it.
FORBID = """
DO $$
DECLARE kept regclass;
BEGIN
    FOR kept IN SELECT tgrelid FROM pg_trigger WHERE tgname LIKE '%\\_append\\_only' LOOP
        EXECUTE format('REVOKE TRUNCATE ON %s FROM CURRENT_USER', kept);
    END LOOP;
END $$
"""
ALLOW = FORBID.replace("REVOKE", "GRANT").replace("FROM CURRENT_USER", "TO CURRENT_USER")


class Migration(migrations.Migration):
    dependencies = [
        ("referral", "0007_facts_by_model"),
        ("accounts", "0002_append_only_audit"),
        ("scoring", "0002_append_only"),
    ]

    operations = [migrations.RunSQL(FORBID, ALLOW)]
