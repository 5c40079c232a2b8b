"""Where encrypted objects lie: on the local disk, or in an S3-compatible store, as ACLF_FILES_URL says."""

from functools import lru_cache

from django.conf import settings

from files.store.base import Listed, Store
from files.store.disk import Disk

__all__ = ["Listed", "Store", "store"]


def store() -> Store:
    """The store of this installation."""
    return _of(tuple(sorted(settings.FILE_STORE.items())))


@lru_cache(maxsize=4)
def _of(options: tuple[tuple[str, str], ...]) -> Store:
    given = dict(options)
    if "folder" in given:
        return Disk(given["folder"])
    # Its library takes 5 MB of every process, and most installations have a disk.
    from files.store.s3 import S3

    return S3(**given)
