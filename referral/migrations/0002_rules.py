from django.db import migrations

# Tables and their encrypted columns.
APPEND_ONLY = {
    "referral_artificialliversession": "note",
    "referral_assessment": "",
    "referral_assessmentretraction": "",
    "referral_bedchange": "",
    "referral_diagnosis": "why, should_know, note",
    "referral_event": "note, personal",
    "referral_immunestatus": "note",
    "referral_laboratorypanel": "note",
    "referral_intervention": "note",
    "referral_nutritionday": "note",
    "referral_nutritiontarget": "note",
    "referral_organfailureassessment": "note",
    "referral_outcome": "note",
    "referral_pathwaypolicy": "",
    "referral_precipitant": "note",
    "referral_retraction": "",
    "referral_transplantdecision": "note",
    "referral_treatmentrecord": "note",
}

# A trigger for each row sees no TRUNCATE: the role that owns the tables gives up its right to it.
RULE = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION refuse_change({encrypted});
REVOKE TRUNCATE ON {table} FROM CURRENT_USER;
"""

# Whether an organ was failing at sampling is computed from other records, so it may change; nothing else may.
KIT_RESULTS = """
CREATE TRIGGER referral_kitresult_append_only BEFORE DELETE ON referral_kitresult
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER referral_kitresult_as_recorded BEFORE UPDATE ON referral_kitresult
    FOR EACH ROW
    WHEN (OLD.organ_failure_at_sampling IS NOT DISTINCT FROM NEW.organ_failure_at_sampling
          OR to_jsonb(OLD) - 'organ_failure_at_sampling' <> to_jsonb(NEW) - 'organ_failure_at_sampling')
    EXECUTE FUNCTION refuse_change(note);
REVOKE TRUNCATE ON referral_kitresult FROM CURRENT_USER;
"""

CASE_NUMBERS = "CREATE SEQUENCE referral_case_number"

# Numbers do not compress: PostgreSQL need not try.
PACKED_COLUMNS = """
ALTER TABLE referral_sealedcolumn ALTER COLUMN numbers SET STORAGE EXTERNAL;
ALTER TABLE referral_notificationday
    ALTER COLUMN people SET STORAGE EXTERNAL,
    ALTER COLUMN answers SET STORAGE EXTERNAL,
    ALTER COLUMN deliveries SET STORAGE EXTERNAL;
"""

# The key of the lock is that of referral.statistics.columns.seal.LOCK.
BREAK_SEALS = """
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

LOST_ROLES = """
CREATE FUNCTION note_lost_role() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR (OLD.user_id, OLD.role, OLD.hospital_id, OLD.ward_id, OLD.network_id)
        IS DISTINCT FROM (NEW.user_id, NEW.role, NEW.hospital_id, NEW.ward_id, NEW.network_id)
    THEN
        INSERT INTO referral_lostrole (user_id, role, hospital, ward, network, at)
        VALUES (OLD.user_id, OLD.role, OLD.hospital_id, OLD.ward_id, OLD.network_id,
            now() + coalesce((SELECT forward FROM accounts_clockoffset), interval '0'));
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER accounts_membership_lost AFTER UPDATE OR DELETE ON accounts_membership
    FOR EACH ROW EXECUTE FUNCTION note_lost_role();
"""


class Migration(migrations.Migration):
    dependencies = [("referral", "0001_initial"), ("accounts", "0002_rules")]

    operations = [
        *(
            migrations.RunSQL(RULE.format(table=table, encrypted=encrypted))
            for table, encrypted in APPEND_ONLY.items()
        ),
        migrations.RunSQL(KIT_RESULTS),
        migrations.RunSQL(CASE_NUMBERS),
        migrations.RunSQL(PACKED_COLUMNS),
        migrations.RunSQL(BREAK_SEALS),
        migrations.RunSQL(LOST_ROLES),
    ]
