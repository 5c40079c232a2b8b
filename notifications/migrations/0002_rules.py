from django.db import migrations

FORWARD_ONLY = """
CREATE FUNCTION notifications_refuse_backwards() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a delivery cannot go from % to %', OLD.state, NEW.state USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER notifications_delivery_forward_only BEFORE UPDATE ON notifications_delivery
FOR EACH ROW WHEN (
    OLD.state <> NEW.state AND (
        NEW.state = 'pending'
        OR OLD.state IN ('delivered', 'failed', 'undeliverable', 'dropped')
        OR (OLD.state = 'sent' AND NEW.state IN ('sending', 'dropped'))
    )
) EXECUTE FUNCTION notifications_refuse_backwards();
"""


class Migration(migrations.Migration):
    dependencies = [("notifications", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD_ONLY)]
