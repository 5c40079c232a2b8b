from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from referral.demo import ACCOUNTS, PASSWORD, DemoRefused, refuse_outside_demo, seed


class Command(BaseCommand):
    help = "Make the synthetic network with its accounts and cases. Demo and tests only; harmless to repeat."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--sign-ins", action="store_true", help="only list the accounts")

    def handle(self, *args: Any, sign_ins: bool, **options: Any) -> None:
        try:
            refuse_outside_demo()
            if not sign_ins:
                self._seed()
        except DemoRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Sign in with one of these; the password of all is {PASSWORD}")
        for account in ACCOUNTS:
            if account.listed:
                self.stdout.write(
                    f"  {account.email:<28}{account.role.value.replace('_', ' ')}, {account.name}"
                )

    def _seed(self) -> None:
        seeded = seed(now=clock.now())
        if seeded.made:
            self.stdout.write(f"Made a synthetic network with {seeded.made} cases.")
        else:
            self.stdout.write(f"The synthetic network is there already, with {seeded.cases} cases.")
