"""Personal data at rest: encrypted values and keyed hashes that find them without reading them."""

import hashlib
import hmac
import json
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import models


@lru_cache(maxsize=4)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(key) for key in keys])


def encrypt(value: Any) -> str:
    """A JSON-able value as a Fernet token under the newest of settings.IDENTITY_KEYS."""
    return (
        _cipher(tuple(settings.IDENTITY_KEYS))
        .encrypt(json.dumps(value, ensure_ascii=False).encode())
        .decode()
    )


def decrypt(token: str) -> Any:
    """The value of a token made under any of settings.IDENTITY_KEYS."""
    return json.loads(_cipher(tuple(settings.IDENTITY_KEYS)).decrypt(token.encode()))


def blind_index(purpose: str, *parts: str) -> str:
    """Hex HMAC-SHA256 of normalised `parts`; equal for equal persons, useless without the key.

    `purpose` keeps a national ID and a local number of the same digits apart.
    """
    plain = "\x1f".join([purpose, *(normalised(part) for part in parts)])
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()


def normalised(text: str) -> str:
    """Full-width and half-width forms, case and blanks made equal."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


if TYPE_CHECKING:
    JsonInText = models.TextField[Any, Any]
else:
    JsonInText = models.TextField


class EncryptedField(JsonInText):
    """A JSON-able value, stored as a Fernet token. Cannot be searched or ordered by; use a blind index."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(value)

    def to_python(self, value: Any) -> Any:
        return value
