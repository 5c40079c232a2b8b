"""Content at rest: each file under a key of its own, which lies in its row, wrapped by the identity keys.

An object is the nonce (12 bytes), then AES-256-GCM of the content with the object's name as associated data,
so that an object under another's name is not read as it.
"""

import base64
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from accounts.encryption import recognition
from files.refusals import ContentMissing

NONCE_BYTES = 12


def new_key() -> str:
    """256 random bits in base64."""
    return base64.b64encode(AESGCM.generate_key(256)).decode()


def encrypt(content: bytes, key: str, name: str) -> bytes:
    """`content` as the object `name`."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(base64.b64decode(key)).encrypt(nonce, content, name.encode())


def decrypt(sealed: bytes, key: str, name: str) -> bytes:
    """The content of the object `name`. Raises ContentMissing for what was not written under that name."""
    try:
        return AESGCM(base64.b64decode(key)).decrypt(
            sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], name.encode()
        )
    except (InvalidTag, ValueError):
        raise ContentMissing from None


def digest(content: bytes) -> str:
    """Hex HMAC-SHA256 of `content`: tells the same file again, and tells nobody else what is in it."""
    return recognition("file", content)
