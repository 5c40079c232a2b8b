from django.db import migrations

APPEND_ONLY = (
    "referral_event",
    "referral_assessment",
    "referral_pathwaypolicy",
    "referral_assessmentretraction",
)


class Migration(migrations.Migration):
    dependencies = [("referral", "0001_initial"), ("accounts", "0002_append_only_audit")]

    operations = [
        migrations.RunSQL(
            "CREATE SEQUENCE referral_case_number",
            "DROP SEQUENCE referral_case_number",
        ),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()",
                f"DROP TRIGGER {table}_append_only ON {table}",
            )
            for table in APPEND_ONLY
        ),
    ]
