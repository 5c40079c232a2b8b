"""Checks a model file that was written by hand and writes the checksum of its content into it."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from scoring.management.writing import write_text
from scoring.modelfile import NO_OBJECT, ModelFileError, parse_json, parse_model, seal
from scoring.sentences import Sentence


class Command(BaseCommand):
    help = "Check a model file and seal it with the checksum of its content. Read it before: sealing vouches."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            document = parse_json(path.read_text(encoding="utf-8-sig"), source=path.name)
            if not isinstance(document, dict):
                raise ModelFileError(Sentence(NO_OBJECT), line=1, source=path.name)
            sealed = seal(document)
        except (OSError, UnicodeDecodeError, ModelFileError) as error:
            raise CommandError(str(error)) from error
        text = json.dumps(sealed, ensure_ascii=False, indent=2) + "\n"
        parse_model(text, source=path.name)
        write_text(path, text)
        self.stdout.write(f"Sealed {path}: sha256 {sealed['checksum']}")
