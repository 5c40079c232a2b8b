from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial"), ("accounts", "0010_access_tokens")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="AccessToken")])
    ]
