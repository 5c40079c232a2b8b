from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from notifications.reports.addresses import PHONES, address_of


class Command(BaseCommand):
    help = "Print the address that each provider of text messages and calls sends its reports to."

    def handle(self, *args: Any, **options: Any) -> None:
        for channel in PHONES:
            if channel in settings.CHANNEL_SETTINGS:
                self.stdout.write(f"{channel}: {address_of(channel)}")
