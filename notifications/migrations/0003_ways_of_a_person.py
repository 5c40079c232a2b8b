"""Addresses of people encrypted at rest, found by a key; what a person must prove, and what they removed."""

import json

from django.db import migrations, models

import accounts.encryption


def encrypt_addresses(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        # Checks that wait for the end of the transaction would stop the statements after this one.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SELECT id, channel, address, options FROM notifications_subscription")
        for id, channel, address, options in cursor.fetchall():
            # So far, e-mail was the only channel.
            key = (
                address
                if channel == "email"
                else accounts.encryption.blind_index("address", channel, address)
            )
            cursor.execute(
                "UPDATE notifications_subscription SET address = %s, options = %s, address_key = %s WHERE id = %s",
                [
                    accounts.encryption.encrypt(address),
                    accounts.encryption.encrypt(json.loads(options)),
                    key,
                    id,
                ],
            )


class Migration(migrations.Migration):
    dependencies = [("notifications", "0002_storm_control")]

    operations = [
        migrations.RemoveConstraint("subscription", "subscription_once"),
        migrations.AlterModelOptions("subscription", {"ordering": ["channel", "id"]}),
        migrations.AddField(
            "subscription",
            "address_key",
            models.CharField(max_length=254, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "subscription",
            "name",
            models.CharField(blank=True, max_length=60, default=""),
            preserve_default=False,
        ),
        migrations.AddField("subscription", "awaits_code", models.BooleanField(default=False)),
        migrations.AddField("subscription", "code_sent_at", models.DateTimeField(blank=True, null=True)),
        migrations.AddField("subscription", "code_tries", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("subscription", "removed_at", models.DateTimeField(blank=True, null=True)),
        migrations.AlterField("subscription", "address", accounts.encryption.EncryptedField(null=True)),
        migrations.AlterField("subscription", "options", accounts.encryption.EncryptedField(default=dict)),
        migrations.RunPython(encrypt_addresses, migrations.RunPython.noop),
        migrations.AddConstraint(
            "subscription",
            models.UniqueConstraint(fields=("user", "channel", "address_key"), name="subscription_once"),
        ),
        migrations.AddConstraint(
            "subscription",
            models.CheckConstraint(
                condition=models.Q(("address__isnull", False), ("removed_at__isnull", True))
                | models.Q(
                    ("address__isnull", True),
                    ("enabled", False),
                    ("removed_at__isnull", False),
                    ("retired_at__isnull", False),
                ),
                name="subscription_removed_keeps_no_address",
            ),
        ),
    ]
