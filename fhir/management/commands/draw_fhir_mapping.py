"""Writes what states and verbs are in FHIR into the document."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from fhir.mapping_table import FILE, replaced


class Command(BaseCommand):
    help = "Writes the table of what states and verbs are in FHIR into docs/interoperability.md."

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.BASE_DIR / FILE
        path.write_text(replaced(path.read_text(encoding="utf-8")), encoding="utf-8")
