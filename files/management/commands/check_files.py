from typing import Any

from django.core.management.base import BaseCommand, CommandError

from files import contents
from files.models import StoredPart


class Command(BaseCommand):
    help = "Compare the rows of files with the objects of the store; ends with status 1 where one is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        missing = contents.objects_missing()
        self.stdout.write(f"{StoredPart.objects.count()} objects are named by rows.")
        if missing:
            raise CommandError("Content is missing of these files:\n" + "\n".join(missing))
