"""Write the statistics' row of every case anew: after an upgrade that changes what is counted."""

from typing import Any

from django.core.management.base import BaseCommand

from referral.statistics.facts.writer import rebuild


class Command(BaseCommand):
    help = "Writes the facts of all cases anew, from the cases' own rows. Safe while the product runs."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{rebuild()} cases")
