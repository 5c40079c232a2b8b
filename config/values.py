"""Kinds of values that settings have, and what each says about a malformed one."""

import base64
import binascii
import re
from collections.abc import Callable
from typing import Annotated, Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import AfterValidator, BeforeValidator

from config import addresses

HOST = re.compile(r"\*|\.?[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\]")


def words(value: Any) -> Any:
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


def read_by(reader: Callable[[str], Any]) -> AfterValidator:
    """The text stays as it is; `reader`, which raises ValueError, says whether it is understood."""

    def check(value: str) -> str:
        reader(value)
        return value

    return AfterValidator(check)


def host(value: str) -> str:
    if not HOST.fullmatch(value):
        raise ValueError("must be host names such as aclf.example, without scheme, port or path")
    return value


def key_of_32_bytes(value: str) -> str:
    try:  # strictly: what stands behind the end of a key, such as another one, must not be passed over
        length = len(base64.b64decode(value, altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if length != 32:
        raise ValueError("must be 32 random bytes in URL-safe base64 (python -m config.keys makes them)")
    return value


def signing_key(value: str) -> str:
    """A private key that signs ES384 or RS384."""
    try:
        key = load_pem_private_key(value.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    is_elliptic = isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP384R1)
    if not is_elliptic and not (isinstance(key, RSAPrivateKey) and key.key_size >= 2048):
        raise ValueError("must be a private key in PEM, elliptic on P-384 or RSA of 2048 bits or more")
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(words)]
WebAddress = Annotated[str, AfterValidator(addresses.web_address)]
Origin = Annotated[str, AfterValidator(addresses.origin)]
Hosts = Annotated[tuple[Annotated[str, AfterValidator(host)], ...], BeforeValidator(words)]
