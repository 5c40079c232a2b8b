"""Personal data at rest: encrypted values and keyed hashes that find them without reading them.

A value is kept in an envelope that says how to open it: `1.<key>.<payload>`, where 1 is the version, `key`
the id of the key (`Cipher.key_id`), and `payload` the nonce (12 bytes) and AES-256-GCM of the JSON, in
URL-safe base64. Version and key id are authenticated with it. What has no version is a Fernet token.
"""

import base64
import hashlib
import hmac
import json
import os
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models

VERSION = "1"
NONCE_BYTES, KEY_BYTES, KEY_ID_BYTES = 12, 32, 6


class Unreadable(ValueError):
    """What is stored was not written under any of settings.IDENTITY_KEYS, or was changed since."""


class Cipher:
    """Seals and opens under one of settings.IDENTITY_KEYS.

    AES key and key id are derived from it (HKDF-SHA256), so that neither says anything of the other, and the
    key that opens Fernet tokens is not used a second time.
    """

    def __init__(self, secret: str) -> None:
        self.key_id = _derived(secret, "id", KEY_ID_BYTES).hex()
        self.prefix = f"{VERSION}.{self.key_id}."
        self._aes = AESGCM(_derived(secret, "aes-256-gcm", KEY_BYTES))

    def seal(self, plain: bytes) -> str:
        nonce = os.urandom(NONCE_BYTES)
        sealed = nonce + self._aes.encrypt(nonce, plain, self.prefix.encode())
        return self.prefix + base64.urlsafe_b64encode(sealed).decode()

    def open(self, payload: str) -> bytes:
        """What `seal` was given, of its part after the prefix. Raises Unreadable."""
        try:
            sealed = base64.urlsafe_b64decode(payload)
            return self._aes.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self.prefix.encode())
        except (InvalidTag, ValueError) as error:
            raise Unreadable(f"a value under the key {self.key_id} was changed") from error


def encrypt(value: Any) -> str:
    """A JSON-able value in an envelope under the newest of settings.IDENTITY_KEYS."""
    return encrypt_text(json.dumps(value, ensure_ascii=False))


def decrypt(stored: str) -> Any:
    """The value that was encrypted under any of settings.IDENTITY_KEYS. Raises Unreadable."""
    return json.loads(decrypt_text(stored))


def encrypt_text(text: str) -> str:
    """`text` in an envelope under the newest of settings.IDENTITY_KEYS."""
    return _newest().seal(text.encode())


def decrypt_text(stored: str) -> str:
    """The text that was encrypted under any of settings.IDENTITY_KEYS. Raises Unreadable."""
    version, _, rest = stored.partition(".")
    if not rest:
        return _of_fernet(stored)
    key_id, _, payload = rest.partition(".")
    cipher = _ciphers(tuple(settings.IDENTITY_KEYS)).get(key_id)
    if version != VERSION or cipher is None:
        raise Unreadable(f"no key {key_id} of version {version} is among ACLF_IDENTITY_KEYS")
    return cipher.open(payload).decode()


def newest_prefix() -> str:
    """How every envelope begins that is written now."""
    return _newest().prefix


def blind_index(purpose: str, *parts: str) -> str:
    """Hex HMAC-SHA256 of normalised `parts`; equal for equal persons, useless without the key.

    `purpose` keeps a national ID and a local number of the same digits apart.
    """
    plain = "\x1f".join([purpose, *(normalised(part) for part in parts)])
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), plain.encode(), hashlib.sha256).hexdigest()


def recognition(purpose: str, content: bytes) -> str:
    """Hex HMAC-SHA256 of `content`, kept so that the same is told from anything else; says nothing of it.

    Under the key of blind indexes, which stays: SECRET_KEY is rotated while rows are compared.
    """
    plain = purpose.encode() + b"\x1f" + content
    return hmac.new(settings.BLIND_INDEX_KEY.encode(), plain, hashlib.sha256).hexdigest()


def normalised(text: str) -> str:
    """Full-width and half-width forms, case and blanks made equal."""
    return "".join(unicodedata.normalize("NFKC", text).upper().split())


if TYPE_CHECKING:
    JsonInText = models.TextField[Any, Any]
else:
    JsonInText = models.TextField


class EncryptedField(JsonInText):
    """A JSON-able value, stored in an envelope. Cannot be searched or ordered by; use a blind index."""

    if TYPE_CHECKING:
        _pyi_private_set_type: Any
        _pyi_private_get_type: Any

    def from_db_value(self, value: str | None, *_: Any) -> Any:
        return None if value is None else decrypt(value)

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else encrypt(value)

    def to_python(self, value: Any) -> Any:
        return value


def _derived(secret: str, purpose: str, length: int) -> bytes:
    info = f"aclf identity {VERSION} {purpose}".encode()
    return HKDF(SHA256(), length, salt=None, info=info).derive(base64.urlsafe_b64decode(secret))


@lru_cache(maxsize=4)
def _ciphers(secrets: tuple[str, ...]) -> dict[str, Cipher]:
    """By key id, the newest first."""
    return {cipher.key_id: cipher for cipher in map(Cipher, secrets)}


def _newest() -> Cipher:
    return next(iter(_ciphers(tuple(settings.IDENTITY_KEYS)).values()))


def _of_fernet(token: str) -> str:
    try:
        return MultiFernet([Fernet(key) for key in settings.IDENTITY_KEYS]).decrypt(token).decode()
    except InvalidToken as error:
        raise Unreadable("no key among ACLF_IDENTITY_KEYS opens this Fernet token") from error
