from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from accounts import clock
from referral.demo import PASSWORD
from referral.practice.network import make_practice_network


class Command(BaseCommand):
    help = (
        "Make the network in which people practise with made-up patients, with an account for each role. "
        "Nothing of it is sent or counted. Harmless to repeat."
    )

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--domain", default="demo.example", help="what the accounts' addresses end in")

    def handle(self, *args: Any, domain: str, **options: Any) -> None:
        is_demo = settings.MODE == "demo"
        password = PASSWORD if is_demo else None
        made = make_practice_network(domain=domain, password=password, now=clock.now())
        for user in made.accounts.values():
            self.stdout.write(f"  {user.email:<36}practice, {user.name}")
        if not is_demo:
            self.stdout.write("In the administration, send each account the link to choose a password.")
