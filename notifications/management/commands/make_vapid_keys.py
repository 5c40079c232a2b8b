from typing import Any

from django.core.management.base import BaseCommand

from notifications.channels.webpush.keys import make_private_key, public_key


class Command(BaseCommand):
    help = "Make the key pair for Web Push. With another pair, every browser has to subscribe again."

    def handle(self, *args: Any, **options: Any) -> None:
        private = make_private_key()
        self.stdout.write(f"ACLF_VAPID_PRIVATE_KEY={private}")
        self.stderr.write(f"Browsers will be given the public key {public_key(private)}")
