"""Files that the commands write."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils.translation import gettext


def write_text(path: Path, text: str) -> None:
    """Writes a file in UTF-8. Raises CommandError where that is not possible."""
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        named = {"file": path, "fault": error.strerror}
        text = gettext("%(file)s cannot be written: %(fault)s. Name another place.")
        raise CommandError(text % named) from error


def write_json(path: Path, document: Any) -> None:
    """Writes a JSON file that people can read. Raises CommandError where that is not possible."""
    write_text(path, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
