from django.db import migrations, models

NEXT_GENERATION = """
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

NO_GENERATION = """
DROP TRIGGER accounts_user_generation ON accounts_user;
DROP FUNCTION accounts_next_generation();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_constraints_in_words")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="access_generation",
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.RunSQL(NEXT_GENERATION, NO_GENERATION),
    ]
