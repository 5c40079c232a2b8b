"""The key pair by which push services know this installation (VAPID, RFC 8292)."""

import base64
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LIFE = timedelta(hours=12)


def make_private_key() -> str:
    """A new private key: 32 bytes in URL-safe base64 without padding."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return encoded(number.to_bytes(32, "big"))


def public_key(private: str) -> str:
    """What browsers are given as `applicationServerKey`."""
    point = _read(private).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return encoded(point)


def authorisation(endpoint: str, *, private: str, contact: str, now: datetime) -> str:
    """The `Authorization` for one push service, good for twelve hours."""
    origin = urlsplit(endpoint)
    claims = {
        "aud": f"{origin.scheme}://{origin.netloc}",
        "exp": int((now + LIFE).timestamp()),
        "sub": contact,
    }
    token = jwt.encode(claims, _read(private), algorithm="ES256")
    return f"vapid t={token}, k={public_key(private)}"


def _read(private: str) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(int.from_bytes(decoded(private), "big"), ec.SECP256R1())


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
