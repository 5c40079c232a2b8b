"""Reading what is kept. Whether the reader may, is asked before, where the file is attached."""

from files import encryption
from files.models import PartRole, StoredFile, StoredPart
from files.store import store


def read(part: StoredPart) -> bytes:
    """The content of a part, decrypted. Raises StoreAway or ContentMissing."""
    return encryption.decrypt(store().get(part.object_name), part.file.key, part.object_name)


def part_of(file: StoredFile, role: str, number: int = 0) -> StoredPart | None:
    """A part of a file that was checked; None where there is none, or it may not be seen yet."""
    if file.state != "checked":
        return None
    return StoredPart.objects.select_related("file").filter(file=file, role=role, number=number).first()


def page_count(file: StoredFile) -> int:
    """How many pages a file has; 0 before its check."""
    return file.parts.filter(role=PartRole.PAGE).count()


def objects_missing() -> list[str]:
    """Ids of files of which an object is not in the store although its row is there."""
    there = {listed.name for listed in store().list()}
    parts = StoredPart.objects.values_list("object_name", "file_id")
    return sorted({str(file) for name, file in parts.iterator() if name not in there})
