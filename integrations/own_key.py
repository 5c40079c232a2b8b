"""The key with which this installation proves to patient records that it is itself (private_key_jwt)."""

import base64
import hashlib
import json
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from django.conf import settings

from accounts.ids import new_id
from integrations.keys import read_keys

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
METHOD = "private_key_jwt"
LIFE = timedelta(minutes=4)


def is_there() -> bool:
    return settings.SMART_PRIVATE_KEY is not None


def jwk_set() -> dict[str, Any]:
    """The public half, as records read it; a set of no keys where there is none."""
    return {"keys": [_public(settings.SMART_PRIVATE_KEY)] if is_there() else []}


def assertion(client_id: str, audience: str, wall: datetime) -> str:
    """A signed proof for one call of the token endpoint `audience`."""
    row = _public(settings.SMART_PRIVATE_KEY)
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": audience,
        "exp": int((wall + LIFE).timestamp()),
        "jti": str(new_id()),
    }
    headers = {"kid": row["kid"]}
    return jwt.encode(claims, _private(settings.SMART_PRIVATE_KEY), algorithm=row["alg"], headers=headers)


@lru_cache(maxsize=4)
def _private(pem: str) -> Any:
    return load_pem_private_key(pem.encode(), None)


@lru_cache(maxsize=4)
def _public(pem: str) -> dict[str, Any]:
    """The JWK, named by its thumbprint (RFC 7638), so that a new key has another name."""
    key = _private(pem)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (row,) = read_keys(public.decode())["keys"]
    names = ("e", "kty", "n") if isinstance(key, RSAPrivateKey) else ("crv", "kty", "x", "y")
    thumb = json.dumps({name: row[name] for name in names}, separators=(",", ":"), sort_keys=True)
    return {**row, "kid": _thumbprint(thumb)}


def _thumbprint(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
