from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_access_tokens")]

    operations = [
        migrations.RemoveConstraint(model_name="signin", name="sign_in_of_the_app_is_refreshed"),
        migrations.RemoveField(model_name="signin", name="refresh_digest"),
        migrations.RemoveField(model_name="signin", name="previous_digest"),
        migrations.AddField(
            model_name="signin",
            name="refresh_seed",
            field=models.CharField(blank=True, default="", max_length=64),
        ),
        migrations.AddField(
            model_name="signin",
            name="refresh_number",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="signin",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "app"), ("refresh_seed", ""), _connector="OR"),
                name="sign_in_of_the_app_is_refreshed",
            ),
        ),
    ]
