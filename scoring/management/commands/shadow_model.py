"""Lets a model score silently beside the active one, or ends that."""

from argparse import ArgumentParser
from typing import Any

from accounts import clock
from scoring.management.governance import GovernanceCommand, actor_of
from scoring.services import set_shadow


class Command(GovernanceCommand):
    help = "Let a risk model score in shadow, beside the active one and unseen; --stop ends it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the model's name (its newest version), or name and version")
        parser.add_argument("--stop", action="store_true", help="no longer run it in shadow")
        parser.add_argument("--approved-by", required=True, help="the person or board that approved it")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.explained():
            version = set_shadow(
                name=options["name"],
                on=not options["stop"],
                approved_by=options["approved_by"],
                reason=options["reason"],
                actor=actor_of(options),
                now=clock.now(),
            )
        self.stdout.write(f"{version} {'no longer runs' if options['stop'] else 'now runs'} in shadow.")
