import django.db.models.deletion
from django.db import migrations, models

import accounts.ids

# The key of the lock is that of referral.statistics.sealing.LOCK.
BREAK_SEALS = """
ALTER TABLE referral_sealedcolumn ALTER COLUMN numbers SET STORAGE EXTERNAL;

CREATE FUNCTION referral_break_seal(broken_network uuid, broken_month date) RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashtextextended(
        'sealed month ' || broken_network || ' ' || to_char(broken_month, 'YYYY-MM-DD'), 0));
    WITH broken AS (
        DELETE FROM referral_sealedmonth
        WHERE network_id = broken_network AND month = broken_month RETURNING id
    )
    DELETE FROM referral_sealedcolumn USING broken WHERE month_id = broken.id;
$$;

CREATE FUNCTION referral_break_seals() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        DELETE FROM referral_sealedcolumn;
        DELETE FROM referral_sealedmonth;
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        PERFORM referral_break_seal(OLD.network_id, OLD.month);
    END IF;
    IF TG_OP = 'INSERT' OR TG_OP = 'UPDATE' AND (NEW.network_id, NEW.month) <> (OLD.network_id, OLD.month) THEN
        PERFORM referral_break_seal(NEW.network_id, NEW.month);
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER casefacts_break_seal AFTER INSERT OR UPDATE OR DELETE ON referral_casefacts
    FOR EACH ROW EXECUTE FUNCTION referral_break_seals();
CREATE TRIGGER casefacts_break_seals AFTER TRUNCATE ON referral_casefacts
    FOR EACH STATEMENT EXECUTE FUNCTION referral_break_seals();
"""
LEAVE_SEALS = """
DROP TRIGGER casefacts_break_seals ON referral_casefacts;
DROP TRIGGER casefacts_break_seal ON referral_casefacts;
DROP FUNCTION referral_break_seals;
DROP FUNCTION referral_break_seal;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_duty_handover"),
        ("referral", "0014_corrected_way_back"),
    ]

    operations = [
        migrations.CreateModel(
            name="Route",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
            ],
            options={
                "verbose_name": "route",
            },
        ),
        migrations.CreateModel(
            name="SealedMonth",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("month", models.DateField()),
                ("layout", models.CharField(max_length=16)),
                ("cases", models.PositiveIntegerField()),
                ("risk_models", models.JSONField()),
                ("shadows", models.JSONField()),
            ],
            options={
                "verbose_name": "sealed month",
            },
        ),
        migrations.CreateModel(
            name="SealedColumn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=50)),
                ("numbers", models.BinaryField()),
            ],
            options={
                "verbose_name": "column of a sealed month",
            },
        ),
        migrations.AddField(
            model_name="route",
            name="hospital",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.hospital",
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="network",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.network",
            ),
        ),
        migrations.AddField(
            model_name="route",
            name="ward",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.ward",
            ),
        ),
        migrations.AddField(
            model_name="sealedmonth",
            name="network",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.network",
            ),
        ),
        migrations.AddField(
            model_name="sealedcolumn",
            name="month",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="columns",
                to="referral.sealedmonth",
            ),
        ),
        migrations.AddConstraint(
            model_name="route",
            constraint=models.UniqueConstraint(
                fields=("network", "hospital", "ward"), name="route_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="sealedmonth",
            constraint=models.UniqueConstraint(fields=("network", "month"), name="sealed_month_once"),
        ),
        migrations.AddConstraint(
            model_name="sealedcolumn",
            constraint=models.UniqueConstraint(fields=("month", "name"), name="sealed_column_once"),
        ),
        migrations.RunSQL(BREAK_SEALS, LEAVE_SEALS),
    ]
