"""Two instances with a database each: a referral made in one is answered in the other, over FHIR alone.

What carries it across is a program outside of both (`Link`): at the first instance it is the system of a
ward, at the second that of a hospital. It has a key, two addresses and a server that both notify, and it
reads and writes nothing but FHIR. The test itself acts as the record of the first instance's hospital and as
that of the second instance's ward.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import jwt
import psycopg
import pytest
import requests
from psycopg.errors import ObjectInUse

from accounts import clock
from tests.contract.test_house import ROOT
from tests.fhir.conftest import ASSERTION_TYPE, BASE, KEY, public_jwk
from tests.fhir.sending import referral
from tests.fhir.subscribing import wish
from tests.fhir.validator import findings
from tests.notifications.channels.provider import Provider, serving

PATIENCE_SECONDS = 120
Json = dict[str, Any]


@dataclass
class Program:
    """A client of one instance that knows its address, its id and its key."""

    url: str
    client: str
    token: str = ""

    def send(self, method: str, path: str, body: Json | None = None) -> Json:
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/fhir+json"}
        address = path if path.startswith("http") else f"{self.url}{BASE}/{path}"
        answer = requests.request(method, address, json=body, headers=headers, timeout=60)
        assert answer.ok, (method, path, answer.text)
        return dict(answer.json()) if answer.content else {}

    def read(self, path: str) -> Json:
        return self.send("GET", path)

    def rows(self, path: str) -> list[Json]:
        return [entry["resource"] for entry in self.read(path).get("entry", ())]

    def move(self, task: Json, status: str, business: str = "", **inputs: str) -> Json:
        """Send a Task back with another status."""
        sent = task | {"status": status}
        if business:
            sent["businessStatus"] = {"coding": [{"code": business}]}
        sent["input"] = [
            {"type": {"coding": [{"code": name}]}, "valueString": value} for name, value in inputs.items()
        ]
        return self.send("PUT", f"Task/{task['id']}", sent)

    def _token(self) -> str:
        if not self.token:
            address = f"{self.url}{BASE}/auth/token"
            claims = {"iss": self.client, "sub": self.client, "aud": address, "jti": str(uuid4())}
            claims["exp"] = int(clock.wall().timestamp()) + 240
            proof = jwt.encode(claims, KEY, algorithm="ES384", headers={"kid": "one"})
            form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
            form |= {"client_assertion": proof, "scope": "system/*.cruds"}
            self.token = requests.post(address, form, timeout=60).json()["access_token"]
        return self.token


class Link:
    """Carries a referral from the first instance to the second, and what becomes of it back."""

    def __init__(self, ward_of_first: Program, hospital_of_second: Program, hook: Provider) -> None:
        self.near, self.far, self.hook = ward_of_first, hospital_of_second, hook
        self.read = 0
        self.tasks: dict[str, str] = {}
        for program, name in ((self.near, "near"), (self.far, "far")):
            program.send("POST", "Subscription", wish(f"{hook.url}/{name}", "Task"))

    def work(self) -> None:
        """Look at each notification that came since."""
        while self.read < len(self.hook.asked):
            asked = self.hook.asked[self.read]
            self.read += 1
            for entry in asked.json["entry"][1:]:
                carry = self._forward if asked.path.startswith("/near") else self._back
                carry(entry["request"]["url"])

    def _forward(self, task: str) -> None:
        """A request to the ward here becomes a referral there."""
        row = self.near.read(task)
        if row["status"] != "requested":
            return
        resources = self.near.rows(f"{row['focus']['reference']}/$everything")
        self.far.send("POST", "", bundle_of(resources, row["focus"]["reference"].partition("/")[2]))
        (there,) = self.far.rows(f"Task?focus={row['focus']['reference']}")
        self.tasks[f"Task/{there['id']}"] = task

    def _back(self, task: str) -> None:
        """What the ward there says is what the ward here says."""
        if task not in self.tasks:
            return
        row, own = self.far.read(task), self.near.read(self.tasks[task])
        if row["status"] in (own["status"], "requested") and business(row) == business(own):
            return
        self.near.move(own, row["status"], business(row), **self._inputs(row))

    def _inputs(self, row: Json) -> dict[str, str]:
        """What the verb needs, read where it was recorded."""
        if business(row) == "5.1.4":
            diagnoses = self.far.rows(
                f"Condition?patient={row['for']['reference']}&category=encounter-diagnosis"
            )
            return {"category": diagnoses[0]["code"]["coding"][0]["code"]}
        if row["status"] == "completed":
            back = self.far.read(row["output"][0]["valueReference"]["reference"])
            return {"plan": back["note"][0]["text"].removeprefix("Plan: ")}
        return {}


def business(task: Json) -> str:
    return str(task["businessStatus"]["coding"][0]["code"])


def bundle_of(resources: list[Json], case: str) -> Json:
    """A transaction of what was read of a referral, under the id that it has."""
    kept = {
        "Patient": ("identifier", "name", "gender", "birthDate", "telecom"),
        "ServiceRequest": ("status", "intent", "occurrenceDateTime"),
        "Condition": ("code", "evidence"),
        "Observation": (
            "status",
            "code",
            "effectiveDateTime",
            "valueQuantity",
            "valueBoolean",
            "valueInteger",
        ),
    }
    entries = []
    for row in resources:
        name = row["resourceType"]
        codes = [one["code"] for one in row["code"]["coding"]] if name == "Observation" else []
        if name not in kept or "age_years" in codes:
            continue
        elements = (*kept[name], "valueCodeableConcept")
        resource = {"resourceType": name} | {key: row[key] for key in elements if key in row}
        entry: Json = {"resource": resource, "request": {"method": "POST", "url": name}}
        if name == "ServiceRequest":
            entry["fullUrl"] = f"urn:uuid:{case}"
        entries.append(entry)
    return {"resourceType": "Bundle", "type": "transaction", "entry": entries}


@pytest.fixture
def instances(django_db_setup: None) -> Iterator[list[Json]]:
    """Two processes of the product, each on a database of its own."""
    server, _slash, original = os.environ["DATABASE_URL"].rpartition("/")
    running: list[subprocess.Popen[str]] = []
    names = [f"instance_{number}_{os.getpid()}" for number in (1, 2)]
    with psycopg.connect(f"{server}/postgres", autocommit=True) as database:
        try:
            for name in names:
                _copy(database, original, name)
            for name in names:
                running.append(_start(f"{server}/{name}"))
            yield [json.loads(process.stdout.readline()) for process in running if process.stdout]
        finally:
            for process in running:
                process.kill()
                process.wait()
            for name in names:
                database.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())


def _copy(database: psycopg.Connection[Any], original: str, name: str) -> None:
    """A copy of the migrated database, as soon as nobody looks at that one."""
    for _second in range(PATIENCE_SECONDS):
        with suppress(ObjectInUse):
            database.execute(f"CREATE DATABASE {name} TEMPLATE {original}".encode())
            return
        time.sleep(1)
    raise AssertionError("the migrated database is always in use")


def _start(database: str) -> subprocess.Popen[str]:
    environ = os.environ | {
        "DATABASE_URL": database,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "HOSPITALS_KEY": json.dumps(public_jwk()),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "tests.fhir.instance"],
        cwd=ROOT,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def until(link: Link, holds: Callable[[], bool]) -> None:
    """Let the link work until what is waited for is so."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.2)
        link.work()


def test_a_referral_of_one_instance_is_answered_in_the_other_over_fhir_alone(instances: list[Json]) -> None:
    one, two = instances
    hospital, near = Program(one["url"], one["hospital"]), Program(one["url"], one["ward"])
    far, ward = Program(two["url"], two["hospital"]), Program(two["url"], two["ward"])
    with ExitStack() as stack:
        link = Link(near, far, stack.enter_context(serving()))
        hospital.send("POST", "", referral(clock.wall()))
        (request,) = hospital.rows("ServiceRequest?status=active")
        until(link, lambda: bool(link.tasks))

        (task,) = ward.rows("Task?status=requested")
        assert task["focus"]["reference"] == f"ServiceRequest/{request['id']}"
        risks = [program.rows("RiskAssessment")[0]["prediction"][0] for program in (hospital, ward)]
        assert risks[0]["probabilityDecimal"] == risks[1]["probabilityDecimal"]

        def here() -> tuple[str, str]:
            (row,) = hospital.rows(f"Task?focus=ServiceRequest/{request['id']}")
            return row["status"], business(row)

        steps: list[tuple[str, str, dict[str, str]]] = [
            ("received", "2.0", {}),
            ("accepted", "3.0", {}),
            ("in-progress", "admitted", {}),
            ("in-progress", "5.1.4", {"category": "early_aclf"}),
            ("completed", "7.0", {"plan": "抗病毒，每周复查"}),
        ]
        for status, code, inputs in steps:
            task = ward.move(task, status, code, **inputs)
            until(link, lambda said=(status, code): here() == said)  # type: ignore[misc]

        back = next(row for row in hospital.rows("ServiceRequest") if "basedOn" in row)
        assert back["note"] == [{"text": "Plan: 抗病毒，每周复查"}]
        assert findings([asked.json for asked in link.hook.asked]) == {}
