from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referral", "0003_every_definition")]

    operations = [migrations.RenameField("event", "facts", "details")]
