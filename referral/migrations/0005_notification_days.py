from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("referral", "0004_event_details")]

    operations = [migrations.RenameModel("ToldDay", "NotificationDay")]
