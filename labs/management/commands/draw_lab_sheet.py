"""Draws laboratory sheets of patients who do not exist, to try the reading with."""

import json
from argparse import ArgumentParser
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from labs.pictures import is_installed

LAYOUTS = ("county", "two_columns", "coagulation", "blood_count", "thermal", "screen", "pdf", "tertiary")


class Command(BaseCommand):
    """`draw_lab_sheet SHEET.jpg`; the ending says the format: .jpg, .png, .webp or .pdf."""

    help = "Draw a laboratory sheet as photographed, for trying read_labs. Needs no database."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="where the picture goes; .jpg, .png, .webp or .pdf")
        parser.add_argument("--layout", choices=LAYOUTS, help="one of the layouts; else the seed chooses")
        parser.add_argument("--seed", type=int, default=0, help="the same sheet for the same number (0)")
        parser.add_argument("--clean", action="store_true", help="as printed, without the photograph")

    def handle(self, *args: Any, **options: Any) -> None:
        if not is_installed() or find_spec("pylopdf_fonts_zh_cn") is None:
            raise CommandError(
                "Drawing needs the extra “ocr” and the development packages: make environment installs both."
            )
        from labs.drawing import draw_sheet

        sheet = draw_sheet(options["seed"], options["layout"], distort=not options["clean"])
        file = Path(options["file"])
        try:
            sheet.picture.save(file)
        except (OSError, ValueError) as error:
            raise CommandError(f"{file} cannot be written: {error}") from error
        self.stdout.write(json.dumps({"file": str(file), **sheet.truth()}, ensure_ascii=False))
