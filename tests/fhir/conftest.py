"""Programs of hospitals: registered, with a key of their own, calling with the token it gets them."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from accounts import clock
from accounts.models import Hospital, User, Ward
from integrations.counterparts import save_integration
from integrations.models import Integration
from tests.conftest import Keep
from tests.world import World, build

BASE = "/fhir/R4"
KEY = ec.generate_private_key(ec.SECP384R1())
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def public_jwk(key: ec.EllipticCurvePrivateKey = KEY, kid: str = "one") -> dict[str, Any]:
    jwk = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(key.public_key()))
    return {**jwk, "kid": kid, "alg": "ES384", "use": "sig"}


def integrate(hospital: Hospital, responsible: User, ward: Ward | None = None, **changes: Any) -> Integration:
    """A hospital system with KEY, which may do everything."""
    row = Integration(
        name=changes.pop("name", "EMR" if ward is None else "ward EMR"),
        kind=changes.pop("kind", Integration.Kind.RECORDS),
        hospital=hospital,
        ward=ward,
        responsible=responsible,
        keys={"keys": [public_jwk()]},
        scopes=["system/*.cruds"],
        **changes,
    )
    return save_integration(integration=row, now=clock.now())


def assertion(integration: Integration, key: Any = KEY, **changes: Any) -> str:
    """A signed proof as a program makes one; `changes` replace claims, or `alg` and `kid`."""
    wall = clock.wall()
    headers = {"kid": changes.pop("kid", "one")}
    algorithm = changes.pop("alg", "ES384")
    claims = {
        "iss": str(integration.pk),
        "sub": str(integration.pk),
        "aud": f"{settings.BASE_URL}{BASE}/auth/token",
        "exp": int((wall + timedelta(minutes=4)).timestamp()),
        "jti": str(uuid4()),
        **changes,
    }
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(given, key, algorithm=algorithm, headers=headers)


def ask_for_token(proof: str, scope: str = "system/*.cruds", **changes: Any) -> Any:
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": proof,
        "scope": scope,
        **changes,
    }
    return Client().post(f"{BASE}/auth/token", form)


class Answer:
    """Status, headers and resource of an answer."""

    def __init__(self, response: Any) -> None:
        self.status: int = response.status_code
        self.headers = response.headers
        self.body: Any = json.loads(response.content) if response.content else None

    @property
    def issues(self) -> list[str]:
        """The types of the issues of a refusal, after checking that it is an OperationOutcome."""
        assert self.headers["Content-Type"].startswith("application/fhir+json")
        assert self.body["resourceType"] == "OperationOutcome"
        assert all(issue["details"]["text"] for issue in self.body["issue"])
        return [issue["code"] for issue in self.body["issue"]]

    @property
    def said(self) -> str:
        return " ".join(issue["details"]["text"] for issue in self.body["issue"])

    def resources(self, resource_type: str = "") -> list[dict[str, Any]]:
        """The resources of a Bundle, those of one type if it is named."""
        assert self.body["resourceType"] == "Bundle", self.body
        rows = [entry["resource"] for entry in self.body.get("entry", ())]
        return [row for row in rows if not resource_type or row["resourceType"] == resource_type]


class Program:
    """A hospital's program with a token."""

    def __init__(self, integration: Integration, scope: str = "system/*.cruds") -> None:
        self.integration = integration
        given = ask_for_token(assertion(integration), scope)
        assert given.status_code == 200, given.content
        self.headers = {"Authorization": f"Bearer {given.json()['access_token']}", "Accept-Language": "en"}

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        media_type = named.pop("Content-Type", "application/fhir+json")
        raw = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        address = path if path.startswith("/") else f"{BASE}/{path}"
        response = Client().generic(method, address, raw, media_type, headers={**self.headers, **named})
        return Answer(response)

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)


@dataclass(frozen=True)
class Connected:
    """The small network, of which the first hospital and the first ward have a program."""

    world: World
    first: Program
    ward: Program


def connect() -> Connected:
    world = build()
    emr, ward_emr = (
        integrate(world.hospital, world.doctor),
        integrate(world.ward.hospital, world.lead, world.ward),
    )
    return Connected(world, Program(emr), Program(ward_emr))


@pytest.fixture(scope="module")
def kept(keep: Keep) -> Callable[[], Connected]:
    """Written once for a module, with the tokens of its programs."""
    return keep(connect)


@pytest.fixture
def connected(db: None, kept: Callable[[], Connected]) -> Connected:
    return kept()


@pytest.fixture
def world(connected: Connected) -> World:
    return connected.world


@pytest.fixture
def now(world: World) -> datetime:
    return clock.now()


@pytest.fixture(autouse=True)
def _no_counters() -> Iterator[None]:
    cache.clear()
    yield


@pytest.fixture
def first(connected: Connected) -> Program:
    """The program of the first hospital."""
    return connected.first


@pytest.fixture
def ward(connected: Connected) -> Program:
    """The program of the first ward."""
    return connected.ward


@pytest.fixture
def emr(first: Program) -> Integration:
    return first.integration


@pytest.fixture
def ward_emr(ward: Program) -> Integration:
    return ward.integration


@pytest.fixture
def program() -> Callable[..., Program]:
    return Program
