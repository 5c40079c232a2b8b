"""A program that publishes its JWK Set: its keys come from its address, and change there."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jwt
import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from accounts import clock
from integrations.forms import IntegrationForm
from integrations.models import Integration
from integrations.published_keys import FRESH, PATIENCE, PAUSE
from tests.fhir.conftest import KEY, ask_for_token, assertion, public_jwk
from tests.notifications.channels.provider import Provider, Reply, replies_with, serving
from tests.world import World

NEW = ec.generate_private_key(ec.SECP384R1())
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SECOND = timedelta(seconds=1)


@pytest.fixture
def server(settings: Any) -> Iterator[Provider]:
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8"]
    with serving() as provider:
        publish(provider, public_jwk())
        yield provider


@pytest.fixture
def published(emr: Integration, server: Provider) -> Integration:
    emr.keys, emr.keys_url = {"keys": []}, f"{server.url}/jwks.json"
    emr.save()
    return emr


def publish(server: Provider, *keys: dict[str, Any]) -> None:
    server.behave = replies_with(Reply(body=json.dumps({"keys": keys}).encode()))


def reason(proof: str) -> str:
    """Why a proof gets no token; empty where it gets one."""
    return str(ask_for_token(proof).json().get("error_description", ""))


def test_a_proof_is_checked_with_a_key_from_its_address_which_is_not_asked_each_time(
    published: Integration, server: Provider
) -> None:
    assert [reason(assertion(published)) for _time in range(3)] == ["", "", ""]
    assert [asked.path for asked in server.asked] == ["/jwks.json"]


def test_keys_that_sign_otherwise_are_for_others_and_an_rsa_key_signs_with_rs384(
    published: Integration, server: Provider
) -> None:
    small = ec.generate_private_key(ec.SECP256R1())
    for_others = {**public_jwk(small, "small"), "alg": "ES256"}
    own = {**jwt.algorithms.RSAAlgorithm.to_jwk(RSA.public_key(), as_dict=True), "kid": "r", "use": "sig"}
    publish(server, for_others, {"kty": "oct", "k": "c2VjcmV0"}, {**public_jwk(), "use": "enc"}, own)
    assert reason(assertion(published, RSA, alg="RS384", kid="r")) == ""
    assert reason(assertion(published)) == "signature_wrong"
    published.refresh_from_db()
    assert [row["kid"] for row in published.keys["keys"]] == ["r"]


def test_a_new_key_works_at_once_and_one_that_was_taken_out_no_longer(
    published: Integration, server: Provider
) -> None:
    assert reason(assertion(published)) == ""
    publish(server, public_jwk(NEW, "two"))
    with time_machine.travel(clock.wall() + PAUSE, tick=False):
        assert reason(assertion(published, NEW, kid="two")) == ""
        assert reason(assertion(published)) == "signature_wrong"


def test_whoever_invents_key_ids_makes_no_more_than_one_call_a_minute(
    published: Integration, server: Provider
) -> None:
    for number in range(5):
        assert reason(assertion(published, kid=f"invented-{number}")) == "signature_wrong"
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "reply",
    [
        Reply(500),
        Reply(302, headers={"Location": "http://127.0.0.1:1/"}),
        Reply(body=b"<html>"),
        Reply(body=b"[]"),
        Reply(body=b'{"keys": {"kid": 1}}'),
        Reply(body=b"[" * 60_000),
        Reply(body=b'{"keys": []' + b" " * 70_000 + b"}"),
    ],
)
def test_an_address_that_does_not_answer_is_forgiven_for_a_day(
    published: Integration, server: Provider, reply: Reply
) -> None:
    assert reason(assertion(published)) == ""
    server.behave = replies_with(reply)
    begun = clock.wall()
    with time_machine.travel(begun + FRESH + SECOND, tick=False):
        assert reason(assertion(published)) == ""
    with time_machine.travel(begun + PATIENCE + SECOND, tick=False):
        assert reason(assertion(published)) == "keys_not_reachable"
    publish(server, public_jwk())
    with time_machine.travel(begun + PATIENCE + PAUSE + 2 * SECOND, tick=False):
        assert reason(assertion(published)) == ""


def test_an_empty_set_ends_every_key(published: Integration, server: Provider) -> None:
    assert reason(assertion(published)) == ""
    publish(server)
    with time_machine.travel(clock.wall() + FRESH + SECOND, tick=False):
        assert reason(assertion(published)) == "keys_not_reachable"


def test_another_address_in_the_proof_is_never_called(published: Integration, server: Provider) -> None:
    for jku, expected in ((published.keys_url, ""), (f"{server.url}/mine.json", "jku_differs")):
        proof = jwt.decode(assertion(published), options={"verify_signature": False})
        signed = jwt.encode(proof, KEY, algorithm="ES384", headers={"kid": "one", "jku": jku})
        assert reason(signed) == expected
    assert [asked.path for asked in server.asked] == ["/jwks.json"]


def test_an_address_within_this_machine_is_not_called_unless_the_operator_names_the_network(
    published: Integration, server: Provider, settings: Any
) -> None:
    settings.PRIVATE_NETWORKS = []
    assert reason(assertion(published)) == "keys_not_reachable"
    assert server.asked == []


@pytest.mark.parametrize(
    ("address", "keys", "field"),
    [
        ("https://emr.hospital.example/jwks.json", "", ""),
        ("http://emr.hospital.example/jwks.json", "", "keys_url"),
        ("https://127.0.0.1/jwks.json", "", "keys_url"),
        ("file:///etc/passwd", "", "keys_url"),
        ("https://emr.hospital.example/jwks.json", json.dumps(public_jwk()), "keys_url"),
    ],
)
def test_the_form_takes_an_address_or_keys(world: World, address: str, keys: str, field: str) -> None:
    form = IntegrationForm(
        {
            "name": "HIS",
            "kind": "records",
            "hospital": world.hospital.pk,
            "responsible": world.doctor.pk,
            "pasted_keys": keys,
            "keys_url": address,
            "typed_scopes": "system/*.rs",
            "is_active": "on",
        }
    )
    assert list(form.errors) == ([field] if field else [])
