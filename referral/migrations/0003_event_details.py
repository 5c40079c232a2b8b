from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referral", "0002_rules")]

    operations = [migrations.RenameField("event", "facts", "details")]
