"""Content that is a second thing beside what its first bytes say."""

import io
import zipfile

from files.inspection.kinds import MediaType, Unfit

TEST_VIRUS = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
"""In the file of the European Institute for Computer Antivirus Research by which refusals are tried out."""
SCRIPTS = (b"<script", b"<?php", b"<svg", b"<html", b"<!doctype html")
END_OF_ARCHIVE = b"PK\x05\x06"
ARCHIVE_ENDS_WITHIN = 65_557


def refuse_hidden(content: bytes, media_type: MediaType) -> None:
    """Raises Unfit for the test virus, and for content that other programs would read as something else."""
    if TEST_VIRUS in content:
        raise Unfit("virus")
    if is_archive(content):
        raise Unfit("two_things")
    if media_type is MediaType.PDF:
        return
    lowered = content.lower()
    if b"%pdf-" in lowered or any(script in lowered for script in SCRIPTS):
        raise Unfit("two_things")


def is_archive(content: bytes) -> bool:
    """Whether a program that unpacks archives would find files in it."""
    if END_OF_ARCHIVE not in content[-ARCHIVE_ENDS_WITHIN:]:
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return False
