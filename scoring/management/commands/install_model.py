"""Keeps a sealed model file in the database; it is not in force until it is activated."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts import clock
from scoring.management.governance import GovernanceCommand, actor_of
from scoring.services import install_model


class Command(GovernanceCommand):
    help = "Install a risk model file. It scores nothing until it is activated or put in shadow."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a sealed model file (see seal_model)")
        super().add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            text = options["file"].read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{options['file']} cannot be read: {error}") from error
        with self.explained():
            version = install_model(
                text=text, actor=actor_of(options), reason=options["reason"], now=clock.now()
            )
        self.stdout.write(f"Installed {version} ({version.status}), sha256 {version.checksum}.")
