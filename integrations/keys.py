"""Public keys of programs: read from what an administrator pastes, and looked up for a signature."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

LEAST_RSA_BITS = 2048
MOST_KEYS = 10
PRIVATE_PARTS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
Text = str | Promise


class KeysError(ValueError):
    """What was pasted is no set of public keys; `message` says what to do."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


def read_keys(text: str) -> dict[str, Any]:
    """A JWK Set from a JWK Set, a single JWK, or a public key in PEM. Raises KeysError."""
    given = text.strip()
    if given.startswith("-----BEGIN"):
        return {"keys": [_from_pem(given)]}
    try:
        value = json.loads(given)
    except ValueError as error:
        raise KeysError(_NO_KEYS) from error
    rows = value.get("keys", [value]) if isinstance(value, dict) else None
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise KeysError(_("A JWK Set holds a list of keys under “keys”."))
    if len(rows) > MOST_KEYS:
        raise KeysError(_("At most 10 keys can be kept. Leave out those that are no longer used."))
    return {"keys": [_checked(row) for row in rows]}


def _from_pem(text: str) -> dict[str, Any]:
    if "PRIVATE" in text.splitlines()[0]:
        raise KeysError(_PRIVATE)
    try:
        key = load_pem_public_key(text.encode())
    except ValueError as error:
        raise KeysError(_("This PEM block cannot be read as a public key.")) from error
    match key:
        case RSAPublicKey():
            return _checked(json.loads(RSAAlgorithm.to_jwk(key)) | {"alg": "RS384"})
        case EllipticCurvePublicKey():
            return _checked(json.loads(ECAlgorithm.to_jwk(key)) | {"alg": "ES384"})
        case _:
            raise KeysError(_KIND)


_NO_KEYS = _("Paste a JWK Set ({“keys”: [ … ]}) or a public key in PEM (-----BEGIN PUBLIC KEY-----).")
_PRIVATE = _(
    "This is a private key. Keep it with the program, make a new one, and paste the public key only."
)
_KIND = _("A key must be RSA of 2048 bits or more (RS384), or an elliptic key on P-384 (ES384).")


def _checked(row: Mapping[str, Any]) -> dict[str, Any]:
    """A JWK with what is needed of it, and nothing else."""
    if PRIVATE_PARTS & row.keys():
        raise KeysError(_PRIVATE)
    try:
        key = public_key(row)
    except (jwt.PyJWKError, jwt.InvalidKeyError, ValueError, TypeError, KeyError) as error:
        raise KeysError(_KIND) from error
    is_rsa = isinstance(key, RSAPublicKey) and key.key_size >= LEAST_RSA_BITS
    is_elliptic = isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP384R1)
    if not is_rsa and not is_elliptic:
        raise KeysError(_KIND)
    names = ("kty", "n", "e", "crv", "x", "y", "kid")
    kept = {name: str(row[name]) for name in names if row.get(name)}
    return kept | {"alg": "RS384" if is_rsa else "ES384", "use": "sig"}


def usable_keys(rows: Sequence[Any]) -> list[dict[str, Any]]:
    """Those of a published JWK Set that sign as it is wanted here; its other keys are for others."""
    usable = []
    for row in rows:
        if isinstance(row, dict) and row.get("use", "sig") == "sig":
            with suppress(KeysError):
                usable.append(_checked(row))
    return usable[:MOST_KEYS]


def public_key(row: Mapping[str, Any]) -> Any:
    """The key of one JWK, for a library that checks signatures. Raises what that library raises."""
    algorithm = "RS384" if row.get("kty") == "RSA" else "ES384"
    return jwt.PyJWK({name: value for name, value in row.items() if name != "use"}, algorithm=algorithm).key


def keys_for(jwks: Mapping[str, Any], kid: str | None, algorithm: str) -> list[Any]:
    """The keys of a set that may have signed with `algorithm`: those of that id, where ids are given."""
    rows = [row for row in jwks.get("keys", ()) if row.get("alg") == algorithm]
    named = [row for row in rows if row.get("kid") == kid]
    return [public_key(row) for row in (named or [row for row in rows if not row.get("kid")])]
