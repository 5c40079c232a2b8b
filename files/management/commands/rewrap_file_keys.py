from typing import Any

from django.core.management.base import BaseCommand

from files.models import StoredFile

PORTION = 500


class Command(BaseCommand):
    help = "Wrap the key of every file under the newest of ACLF_IDENTITY_KEYS; contents stay as they are."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        portion: list[StoredFile] = []
        for file in StoredFile.objects.only("pk", "key", "name").iterator(PORTION):
            portion.append(file)
            if len(portion) == PORTION:
                done += self._rewrap(portion)
                portion = []
        done += self._rewrap(portion)
        self.stdout.write(f"{done} keys are wrapped under the newest identity key.")

    def _rewrap(self, files: list[StoredFile]) -> int:
        return StoredFile.objects.bulk_update(files, ["key", "name"]) if files else 0
