"""What the governance commands share."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from accounts.models import User
from accounts.text import folded_address
from scoring.modelfile import ModelFileError
from scoring.services import GovernanceError


class GovernanceCommand(BaseCommand):
    """A command that records who ran it (`--by`) and why (`--reason`)."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="why, in a sentence; kept with the decision")
        parser.add_argument("--by", metavar="EMAIL", help="the account that records the decision")

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turns refusals into one sentence, in the language of the commands, and exit status 1."""
        try:
            with translation.override("en"):
                yield
        except (ModelFileError, GovernanceError) as error:
            raise CommandError(str(error)) from error


def actor_of(options: dict[str, Any]) -> User | None:
    """The account named by `--by`, None if none was named. Raises CommandError if there is none."""
    if not options["by"]:
        return None
    actor = User.objects.filter(email=folded_address(options["by"]), is_active=True).first()
    if actor is None:
        raise CommandError(f"There is no active account {options['by']}.")
    return actor
