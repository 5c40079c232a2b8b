from django.db import migrations

# A trigger names the encrypted columns of its table: accounts.reencryption may write them under another key.
APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_NARGS > 0 AND current_setting('accounts.reencryption', true) = 'on'
        AND to_jsonb(OLD) - TG_ARGV = to_jsonb(NEW) - TG_ARGV
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Rows of % are never changed or deleted.', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER accounts_auditentry_append_only BEFORE UPDATE OR DELETE ON accounts_auditentry
    FOR EACH ROW EXECUTE FUNCTION refuse_change();
REVOKE TRUNCATE ON accounts_auditentry FROM CURRENT_USER;
"""

ACCESS_GENERATION = """
CREATE FUNCTION accounts_next_generation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.access_generation := greatest(NEW.access_generation, OLD.access_generation);
    IF (NEW.password IS DISTINCT FROM OLD.password
            AND coalesce(current_setting('accounts.same_password', true), '') <> 'on')
        OR (OLD.is_active AND NOT NEW.is_active)
    THEN
        NEW.access_generation := OLD.access_generation + 1;
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER accounts_user_generation BEFORE UPDATE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION accounts_next_generation();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [migrations.RunSQL(APPEND_ONLY), migrations.RunSQL(ACCESS_GENERATION)]
