import unicodedata
from typing import Any

from django.db import migrations

import accounts.contact_fields

COLUMNS = (("Hospital", "phone"), ("Ward", "phone"), ("User", "phone"))


def make_narrow(apps: Any, schema_editor: Any) -> None:
    """Numbers that were stored in full-width digits."""
    for model, name in COLUMNS:
        rows = apps.get_model("accounts", model).objects
        for key, value in rows.exclude(**{name: ""}).values_list("pk", name):
            narrow = unicodedata.normalize("NFKC", value).strip()
            if narrow != value:
                rows.filter(pk=key).update(**{name: narrow})


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_network")]

    operations = [
        migrations.AlterField(
            model_name="hospital",
            name="phone",
            field=accounts.contact_fields.PhoneField(blank=True, max_length=30, verbose_name="phone"),
        ),
        migrations.AlterField(
            model_name="ward",
            name="phone",
            field=accounts.contact_fields.PhoneField(max_length=30, verbose_name="phone"),
        ),
        migrations.AlterField(
            model_name="user",
            name="phone",
            field=accounts.contact_fields.PhoneField(blank=True, max_length=30, verbose_name="phone"),
        ),
        migrations.AlterField(
            model_name="user",
            name="email",
            field=accounts.contact_fields.NarrowEmailField(
                max_length=254, unique=True, verbose_name="e-mail"
            ),
        ),
        migrations.RunPython(make_narrow, migrations.RunPython.noop),
    ]
