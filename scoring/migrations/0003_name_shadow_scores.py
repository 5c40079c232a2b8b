from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("scoring", "0002_append_only")]
    operations = [
        migrations.AlterModelOptions(
            name="shadowscore",
            options={
                "ordering": ["-at"],
                "verbose_name": "shadow score",
                "verbose_name_plural": "shadow scores",
            },
        ),
    ]
