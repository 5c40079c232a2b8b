import re
from datetime import timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts import clock

UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


class Command(BaseCommand):
    help = "Move the product's clock forward, for example by 36h. Demo and tests only."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("by", help="how far: 90s, 15m, 36h or 2d")

    def handle(self, *args: Any, by: str, **options: Any) -> None:
        parts = re.fullmatch(r"(\d+)([smhd])", by.strip())
        if parts is None:
            raise CommandError(f"“{by}” is no length of time. Write for example 90s, 15m, 36h or 2d.")
        try:
            with transaction.atomic():
                clock.forward(timedelta(**{UNITS[parts[2]]: int(parts[1])}))
        except (ImproperlyConfigured, ValueError, OverflowError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"It is now {clock.now():%Y-%m-%d %H:%M:%S} UTC.")
