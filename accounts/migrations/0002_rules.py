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

PRACTICE = """
CREATE FUNCTION accounts_keep_practice() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'Whether a network is for practice is chosen once.' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER accounts_network_practice BEFORE UPDATE ON accounts_network
    FOR EACH ROW WHEN (OLD.is_practice <> NEW.is_practice) EXECUTE FUNCTION accounts_keep_practice();

CREATE FUNCTION accounts_practice_apart() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    of_practice boolean := (SELECT is_practice FROM accounts_network WHERE id = NEW.network_id);
BEGIN
    PERFORM FROM accounts_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF of_practice AND (SELECT is_program FROM accounts_user WHERE id = NEW.user_id) THEN
        RAISE EXCEPTION 'No program is connected to a practice network.' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM accounts_membership AS other JOIN accounts_network AS network ON network.id = network_id
        WHERE user_id = NEW.user_id AND other.id <> NEW.id AND is_practice <> of_practice
    ) THEN
        RAISE EXCEPTION 'An account is for practice or for patients.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER accounts_membership_practice BEFORE INSERT OR UPDATE OF user_id, network_id
    ON accounts_membership FOR EACH ROW EXECUTE FUNCTION accounts_practice_apart();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.RunSQL(APPEND_ONLY),
        migrations.RunSQL(ACCESS_GENERATION),
        migrations.RunSQL(PRACTICE),
    ]
