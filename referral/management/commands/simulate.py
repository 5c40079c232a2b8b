import secrets
import time
from typing import Any

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import Role
from referral.demo import ACCOUNTS, DemoRefused, refuse_outside_demo
from referral.demo.stream import Sender, SignInRefused, Tally, patients

CLINICIANS = [
    account.email for account in ACCOUNTS if account.role is Role.REFERRING_CLINICIAN and account.listed
]


class Command(BaseCommand):
    help = "Send new synthetic patients through the API of a running demo, and say how long it took."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--cases", type=int, default=10, help="how many (10)")
        parser.add_argument("--per-minute", type=float, default=30, help="how fast (30)")
        parser.add_argument("--base-url", help="where the demo answers (its own port on this machine)")
        parser.add_argument("--seed", type=int, help="makes the same patients again")

    def handle(
        self,
        *args: Any,
        cases: int,
        per_minute: float,
        base_url: str | None,
        seed: int | None,
        **options: Any,
    ) -> None:
        if cases < 1 or not 0 < per_minute <= 60_000:
            raise CommandError("--cases is at least 1, --per-minute above 0 and at most 60000.")
        url = base_url or f"http://127.0.0.1:{settings.ENVIRONMENT.port}"
        if not url.startswith(("http://", "https://")):
            raise CommandError(f"--base-url is an address such as http://127.0.0.1:8000, not {url}.")
        try:
            refuse_outside_demo()
            with httpx.Client(base_url=url, timeout=10, headers={"Accept-Language": "en"}) as http:
                tally = self.stream(Sender(http, CLINICIANS, say=self.stdout.write), cases, per_minute, seed)
        except (DemoRefused, SignInRefused, httpx.InvalidURL) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(tally))
        if tally.refused:
            raise CommandError(f"{tally.refused} of {cases} patients were not taken.")

    def stream(self, sender: Sender, cases: int, per_minute: float, seed: int | None) -> Tally:
        """Send `cases` patients at an even pace; Ctrl-C ends it with what was done."""
        tally, started = Tally(), time.monotonic()
        run = secrets.token_hex(2)
        chosen = secrets.randbelow(2**31) if seed is None else seed
        try:
            for number, body in enumerate(patients(cases, seed=chosen, run=run, now=clock.now)):
                time.sleep(max(0.0, started + number * 60 / per_minute - time.monotonic()))
                sent = sender.send(number, body)
                tally.count(sent)
                self.stdout.write(sent.words)
        except KeyboardInterrupt:
            self.stdout.write("stopped")
        return tally
