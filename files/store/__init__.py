"""Where encrypted objects lie: on the local disk, or in an S3-compatible store, as ACLF_FILES_URL says."""

from functools import lru_cache

from django.conf import settings

from files.store.base import Listed, Store
from files.store.disk import Disk
from files.store.s3 import S3

__all__ = ["Listed", "Store", "store"]


def store() -> Store:
    """The store of this installation."""
    return _of(tuple(sorted(settings.FILE_STORE.items())))


@lru_cache(maxsize=4)
def _of(options: tuple[tuple[str, str], ...]) -> Store:
    given = dict(options)
    return Disk(given["folder"]) if "folder" in given else S3(**given)
