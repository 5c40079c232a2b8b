from typing import Any

from django.core.management.base import BaseCommand

from accounts.reencryption import reencrypt


class Command(BaseCommand):
    help = "Write what is encrypted anew under the newest of ACLF_IDENTITY_KEYS, so that older ones can go."

    def handle(self, *args: Any, **options: Any) -> None:
        for table, changed in reencrypt():
            self.stdout.write(f"{table}: {changed}")
        self.stdout.write("Everything is encrypted under the newest identity key.")
