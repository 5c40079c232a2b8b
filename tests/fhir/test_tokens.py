"""SMART Backend Services: who gets a token, for what, and who does not."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.test import Client

from accounts import clock
from integrations import messages, tokens
from integrations.counterparts import save_integration
from integrations.models import ExchangedMessage, Integration, IntegrationToken, UsedAssertion
from tests.fhir.conftest import BASE, KEY, ask_for_token, assertion, integrate, public_jwk
from tests.world import World

OTHER = ec.generate_private_key(ec.SECP384R1())
PUBLIC = public_jwk()["x"] + public_jwk()["y"]
"""The public key as who mistakes it for a secret signs with it."""
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def seconds(minutes: float) -> int:
    return int((clock.wall() + timedelta(minutes=minutes)).timestamp())


@pytest.fixture
def world(db: None, make_world: Callable[[], World]) -> World:
    return make_world()


@pytest.fixture
def emr(world: World) -> Integration:
    """A program of the first hospital that has asked for nothing yet."""
    return integrate(world.hospital, world.doctor)


def test_the_configuration_says_where_and_how(db: None) -> None:
    said = Client().get(f"{BASE}/.well-known/smart-configuration").json()
    assert said["token_endpoint"].endswith(f"{BASE}/auth/token")
    assert said["token_endpoint_auth_signing_alg_values_supported"] == ["RS384", "ES384"]
    assert "client-confidential-asymmetric" in said["capabilities"]


def test_a_signed_proof_gets_a_token_for_five_minutes(emr: Integration) -> None:
    answer = ask_for_token(assertion(emr), "system/*.read system/Task.u")
    body = answer.json()
    assert (answer.status_code, body["token_type"], body["expires_in"]) == (200, "bearer", 300)
    assert body["scope"] == "system/*.rs system/Task.u"
    assert answer["Cache-Control"] == "no-store"
    token = tokens.find(body["access_token"], address=None, now=clock.now())
    assert token is not None
    assert token.integration == emr


def test_an_rsa_key_signs_with_rs384(emr: Integration) -> None:
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True)
    emr.keys = {"keys": [{**jwk, "kid": "r", "alg": "RS384"}]}
    emr.save()
    assert ask_for_token(assertion(emr, RSA, alg="RS384", kid="r")).status_code == 200


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"exp": 1_000_000_000}, "expired"),
        ({"exp": None}, "no_expiry"),
        ({"exp": "soon"}, "no_expiry"),
        ({"exp": 10**40}, "no_expiry"),
        ({"aud": "https://elsewhere.example/token"}, "wrong_audience"),
        ({"aud": None}, "wrong_audience"),
        ({"jti": None}, "no_jti"),
        ({"jti": "x" * 300}, "no_jti"),
        ({"sub": "somebody"}, "issuer_and_subject_differ"),
        ({"iss": "nobody", "sub": "nobody"}, "unknown_client"),
        ({"kid": "another"}, "signature_wrong"),
        ({"key": OTHER}, "signature_wrong"),
        ({"key": RSA, "alg": "RS384"}, "signature_wrong"),
        ({"key": RSA, "alg": "RS256"}, "algorithm_not_allowed"),
        ({"key": "s" * 48, "alg": "HS384"}, "algorithm_not_allowed"),
        ({"key": PUBLIC, "alg": "HS256"}, "algorithm_not_allowed"),
        ({"key": None, "alg": "none"}, "algorithm_not_allowed"),
    ],
)
def test_a_proof_that_is_none_is_refused_with_its_reason(
    emr: Integration, changes: dict[str, Any], reason: str
) -> None:
    proof = assertion(emr, changes.pop("key", KEY), **changes)
    answer = ask_for_token(proof)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer.json()["error_description"] == reason
    assert not IntegrationToken.objects.exists()


def test_a_proof_that_lives_too_long_or_is_not_yet_valid_is_refused(emr: Integration) -> None:
    assert ask_for_token(assertion(emr, exp=seconds(20))).json()["error_description"] == "lives_too_long"
    assert ask_for_token(assertion(emr, nbf=seconds(3))).json()["error_description"] == "not_yet_valid"


def test_the_same_proof_works_once(emr: Integration) -> None:
    proof = assertion(emr)
    assert ask_for_token(proof).status_code == 200
    again = ask_for_token(proof)
    assert (again.status_code, again.json()["error_description"]) == (401, "replayed")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"client_assertion_type": "x"}, "invalid_request"),
        ({"client_assertion": ""}, "invalid_request"),
        ({"client_assertion": "a" * 20_000}, "invalid_request"),
        ({"client_assertion": "not.a.jwt"}, "invalid_client"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "patient/*.rs openid"}, "invalid_scope"),
    ],
)
def test_a_request_that_is_none_is_refused_in_the_words_of_oauth(
    emr: Integration, changes: dict[str, str], error: str
) -> None:
    answer = ask_for_token(assertion(emr), **changes)
    assert answer.json()["error"] == error
    assert answer.status_code == (401 if error == "invalid_client" else 400)


def test_scopes_are_narrowed_to_what_the_hospital_was_given(emr: Integration) -> None:
    emr.scopes = ["system/*.rs", "system/Task.u"]
    emr.save()
    answer = ask_for_token(assertion(emr), "system/*.cruds system/Task.cruds")
    assert answer.json()["scope"] == "system/*.rs system/Task.rus"


def test_a_call_from_elsewhere_is_refused_for_the_proof_and_for_the_token(emr: Integration) -> None:
    given = ask_for_token(assertion(emr)).json()["access_token"]
    emr.addresses = ["10.0.0.0/8"]
    emr.save()
    assert ask_for_token(assertion(emr)).json()["error_description"] == "address_not_allowed"
    assert tokens.find(given, address="127.0.0.1", now=clock.now()) is None
    assert tokens.find(given, address="10.1.2.3", now=clock.now()) is not None


def test_closing_a_system_ends_its_tokens_and_its_account(emr: Integration) -> None:
    given = ask_for_token(assertion(emr)).json()["access_token"]
    emr.is_active = False
    save_integration(integration=emr, now=clock.now())
    assert tokens.find(given, address=None, now=clock.now()) is None
    assert not emr.account.is_active
    assert ask_for_token(assertion(emr)).json()["error_description"] == "unknown_client"


def test_every_try_is_logged_and_forgotten_when_the_policy_says_so(emr: Integration, settings: Any) -> None:
    ask_for_token(assertion(emr))
    ask_for_token(assertion(emr, aud="x"))
    rows = ExchangedMessage.objects.order_by("at").values_list("integration", "status", "reason")
    assert list(rows) == [(emr.pk, "200", ""), (emr.pk, "401", "wrong_audience")]
    later = clock.now() + timedelta(days=settings.INTEGRATION_MESSAGES_DAYS, minutes=1)
    assert messages.purge(later, clock.wall() + timedelta(hours=1)) == 2
    assert not UsedAssertion.objects.exists()
    assert not IntegrationToken.objects.exists()


def test_the_program_acts_at_its_hospital_and_nobody_alerts_it(world: World, emr: Integration) -> None:
    assert emr.account.is_program
    assert emr.account.access.refers_for == {world.hospital.pk}
    assert not emr.account.has_usable_password()
    case = world.flagged()
    recipients = set(case.events.values_list("actor", flat=True))
    assert emr.account_id not in recipients
