"""The signed proof of a program (SMART Backend Services, CDS Hooks), checked and used once."""

import hashlib
import ipaddress
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from django.db import IntegrityError, transaction
from django.db.models import Q

from integrations.keys import keys_for
from integrations.models import Integration, UsedAssertion
from integrations.published_keys import current_keys

ALGORITHMS = ("RS384", "ES384")
LONGEST_LIFE = timedelta(minutes=5)
LEEWAY = timedelta(seconds=30)
LONGEST_JTI = 256


class AssertionRefused(Exception):
    """The proof is none. `code` is for the log; whoever asks learns it as the description.

    `integration` is whose it says it is, where that is known.
    """

    def __init__(self, code: str, integration: Integration | None = None) -> None:
        super().__init__(code)
        self.code, self.integration = code, integration


def integration_of(assertion: str, *, audience: str, address: str | None, wall: datetime) -> Integration:
    """The active integration that signed `assertion` for `audience`; the same one is refused the next time.

    `wall` is the time of clocks outside, `address` where the call comes from. Raises AssertionRefused.
    """
    return _checked(assertion, _named, {audience}, address, wall)


def hook_client_of(
    proof: str, *, audiences: Collection[str], address: str | None, wall: datetime
) -> Integration:
    """The active integration that signed a call of CDS Hooks; the same proof is refused the next time.

    `iss` is its issuer, or its client id; `sub` says nothing there. Raises AssertionRefused.
    """
    return _checked(proof, _issuing, audiences, address, wall)


def _checked(
    proof: str,
    named: Callable[[Mapping[str, Any]], Integration],
    audiences: Collection[str],
    address: str | None,
    wall: datetime,
) -> Integration:
    header, said = _unchecked(proof)
    integration = named(said)
    if not may_call_from(integration, address):
        raise AssertionRefused("address_not_allowed", integration)
    claims = _signed(proof, header, integration, wall)
    if not _audiences(claims) & set(audiences):
        raise AssertionRefused("wrong_audience", integration)
    expires_at = _expiry(claims, integration, wall)
    _use(integration, claims.get("jti"), expires_at)
    return integration


def _audiences(claims: Mapping[str, Any]) -> set[str]:
    return {each for each in _as_list(claims.get("aud")) if isinstance(each, str)}


def may_call_from(integration: Integration, address: str | None) -> bool:
    """Whether the integration's networks, if it names any, have this address."""
    if not integration.addresses:
        return True
    if address is None:
        return False
    parsed = ipaddress.ip_address(address)
    return any(parsed in ipaddress.ip_network(network) for network in integration.addresses)


def _unchecked(assertion: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    try:
        header = jwt.get_unverified_header(assertion)
        claims = jwt.decode(assertion, options={"verify_signature": False})
    except (jwt.PyJWTError, ValueError) as error:
        raise AssertionRefused("no_jwt") from error
    return header, claims


def _named(said: Mapping[str, Any]) -> Integration:
    issuer = said.get("iss")
    if not isinstance(issuer, str) or said.get("sub") != issuer:
        raise AssertionRefused("issuer_and_subject_differ")
    return _active(Q(pk=_as_client_id(issuer)))


def _issuing(said: Mapping[str, Any]) -> Integration:
    issuer = said.get("iss")
    if not isinstance(issuer, str) or not 0 < len(issuer) <= LONGEST_JTI:
        raise AssertionRefused("unknown_client")
    is_named = Q(issuer=issuer.replace("\x00", ""))
    try:
        return _active(is_named | Q(pk=UUID(issuer)))
    except ValueError:
        return _active(is_named)


def _as_client_id(issuer: str) -> UUID:
    try:
        return UUID(issuer)
    except ValueError as error:
        raise AssertionRefused("unknown_client") from error


def _active(which: Q) -> Integration:
    rows = Integration.objects.select_related("account", "hospital")
    integration = rows.filter(which, is_active=True, account__is_active=True).first()
    if integration is None:
        raise AssertionRefused("unknown_client")
    return integration


def _signed(
    assertion: str, header: Mapping[str, Any], integration: Integration, wall: datetime
) -> Mapping[str, Any]:
    algorithm, kid = header.get("alg"), header.get("kid")
    if algorithm not in ALGORITHMS:
        raise AssertionRefused("algorithm_not_allowed", integration)
    if integration.keys_url and header.get("jku", integration.keys_url) != integration.keys_url:
        raise AssertionRefused("jku_differs", integration)
    keys = current_keys(integration, kid, wall)
    if integration.keys_url and not keys["keys"]:
        raise AssertionRefused("keys_not_reachable", integration)
    # Times and audience are judged by the caller, whose clock and address are known there.
    unjudged: Any = dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat", "verify_aud"), False)
    for key in keys_for(keys, kid, algorithm):
        try:
            return jwt.decode(assertion, key, algorithms=[algorithm], options=unjudged)
        except jwt.PyJWTError:
            continue
    raise AssertionRefused("signature_wrong", integration)


def _expiry(claims: Mapping[str, Any], integration: Integration, wall: datetime) -> datetime:
    expires_at = _moment(claims.get("exp"))
    not_before = _moment(claims.get("nbf", claims.get("iat", 0)))
    if expires_at is None or not_before is None:
        raise AssertionRefused("no_expiry", integration)
    if expires_at < wall - LEEWAY:
        raise AssertionRefused("expired", integration)
    if expires_at > wall + LONGEST_LIFE + LEEWAY:
        raise AssertionRefused("lives_too_long", integration)
    if not_before > wall + LEEWAY:
        raise AssertionRefused("not_yet_valid", integration)
    return expires_at


def _moment(claim: Any) -> datetime | None:
    if isinstance(claim, bool) or not isinstance(claim, int | float):
        return None
    try:
        return datetime.fromtimestamp(claim, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _as_list(claim: Any) -> list[Any]:
    return claim if isinstance(claim, list) else [claim]


def _use(integration: Integration, jti: Any, expires_at: datetime) -> None:
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise AssertionRefused("no_jti", integration)
    digest = hashlib.sha256(jti.encode()).hexdigest()
    try:
        with transaction.atomic():
            UsedAssertion.objects.create(
                integration=integration, digest=digest, expires_at=expires_at + LEEWAY
            )
    except IntegrityError as error:
        raise AssertionRefused("replayed", integration) from error
