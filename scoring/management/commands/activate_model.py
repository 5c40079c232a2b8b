"""Puts an installed model in force, with approver and reason."""

from argparse import ArgumentParser
from typing import Any

from accounts import clock
from scoring.management.governance import GovernanceCommand, actor_of
from scoring.services import activate_model


class Command(GovernanceCommand):
    help = "Put a risk model in force for every new result. Old results keep the model that made them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="the model's name (its newest version), or name and version")
        parser.add_argument("--approved-by", required=True, help="the person or board that approved it")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        with self.explained():
            version = activate_model(
                name=options["name"],
                approved_by=options["approved_by"],
                reason=options["reason"],
                actor=actor_of(options),
                now=clock.now(),
            )
        self.stdout.write(f"{version} ({version.status}) is now in force.")
