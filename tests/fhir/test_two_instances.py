"""Two installations: a referral made in one is answered in the other, over FHIR alone.

Each is a process with a database, keys and an address of its own. What stands between them is the program of
`clients/relay`. The test acts as the record of the first one's hospital and as that of the second one's ward.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from accounts import clock
from config import embedded
from config.servers import free_port
from tests.contract.test_house import ROOT
from tests.fhir.sending import referral

RELAY = ROOT / "clients" / "relay"
sys.path.append(str(RELAY))

from fhir_client import Access, FhirClient, Json, code_of, objects  # noqa: E402
from relay import VERBS, newest  # noqa: E402

PATIENCE_SECONDS = 60
FIRST_REDIS_DATABASE = 14
PROGRAM = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()


@dataclass
class Installation:
    """Where one answers, and the clients of its hospital and of its ward."""

    url: str
    ids: dict[str, str]
    key: Path

    def access(self, who: str) -> Access:
        return {"url": self.url, "client_id": self.ids[who], "key": str(self.key)}

    def client(self, who: str) -> FhirClient:
        return FhirClient(self.access(who))


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """The private key of every program here, in a file as they keep it."""
    private = ec.generate_private_key(ec.SECP384R1())
    file = tmp_path / "private.pem"
    file.write_bytes(private.private_bytes(serialization.Encoding.PEM, *PROGRAM))
    file.with_name("public.pem").write_bytes(
        private.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return file


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[tuple[str, subprocess.Popen[str]]]]:
    """Two installations with their addresses, which serve every test here: starting takes them seconds."""
    with ExitStack() as stack:
        yield [begin(stack, number, tmp_path_factory.mktemp("installation")) for number in (1, 2)]


@pytest.fixture
def installations(processes: list[tuple[str, subprocess.Popen[str]]], key: Path) -> list[Installation]:
    """Both with a network in which nothing has happened."""
    public = json.dumps(key.with_name("public.pem").read_text())
    return [Installation(url, json.loads(answer(process, public)), key) for url, process in processes]


def answer(process: subprocess.Popen[str], line: str) -> str:
    """What an installation says to a line."""
    assert process.stdin is not None
    assert process.stdout is not None
    print(line, file=process.stdin, flush=True)
    return process.stdout.readline()


def begin(stack: ExitStack, number: int, folder: Path) -> tuple[str, subprocess.Popen[str]]:
    """Start an installation with a database and an address of its own."""
    server, _slash, migrated = os.environ["DATABASE_URL"].rpartition("/")
    name, url = f"installation_{number}_{os.getpid()}", f"http://127.0.0.1:{free_port()}"
    database = stack.enter_context(psycopg.connect(f"{server}/postgres", autocommit=True))
    database.execute(f"CREATE DATABASE {name} TEMPLATE {migrated}".encode())
    stack.callback(database.execute, f"DROP DATABASE {name} WITH (FORCE)".encode())
    redis, _slash, _own = os.environ["REDIS_URL"].rpartition("/")
    environ = os.environ | embedded.keys(folder / name) | embedded.files_folder(folder / name)
    environ |= {
        "DATABASE_URL": f"{server}/{name}",
        "REDIS_URL": f"{redis}/{FIRST_REDIS_DATABASE + number - 1}",
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "ACLF_BASE_URL": url,
        "ACLF_LOG_LEVEL": "ERROR",
        "ACLF_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    return url, running(stack, [sys.executable, "-m", "tests.fhir.instance"], environ)


def running(stack: ExitStack, command: list[str], environ: dict[str, str]) -> subprocess.Popen[str]:
    """A process that ends with the test."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=ROOT, env=environ, stdin=pipe, stdout=pipe, text=True)
    stack.callback(process.wait)
    stack.callback(process.kill)
    return process


@pytest.fixture
def relay(installations: list[Installation], tmp_path: Path) -> Iterator[Callable[[], None]]:
    """Starts the relay between the two, as often as it is called: the one before is killed."""
    one, two = installations
    port = free_port()
    file = tmp_path / "relay.json"
    given = {"origin": one.access("ward"), "destination": two.access("hospital"), "port": port}
    file.write_text(json.dumps({**given, "address": f"http://127.0.0.1:{port}/", "secret": "of-the-relay"}))
    started: list[subprocess.Popen[str]] = []
    with ExitStack() as stack:

        def start() -> None:
            for earlier in started:
                earlier.kill()
                earlier.wait()
            command = [sys.executable, str(RELAY / "relay.py"), str(file)]
            started.append(running(stack, command, dict(os.environ)))

        yield start


def until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds():
        assert time.monotonic() < deadline, "what was waited for did not come"
        time.sleep(0.2)


def refer(hospital: FhirClient, name: str = "测试患者") -> str:
    """A flagged first visit, as the hospital's record sends it; the id of the referral."""
    number = {"system": "urn:oid:1.2.3.4.5.6", "value": name}
    bundle = referral(clock.wall(), Patient={"name": [{"text": name}], "identifier": [number]})
    hospital.send("POST", "", bundle)
    return str(bundle["entry"][1]["fullUrl"]).rpartition(":")[2]


def task_of(side: FhirClient, case: str) -> Json | None:
    return newest(side.rows(f"Task?focus=ServiceRequest/{case}"))


def said(side: FhirClient, case: str) -> tuple[str, str]:
    task = task_of(side, case)
    return (str(task["status"]), code_of(task["businessStatus"])) if task else ("", "")


def reply(side: FhirClient, case: str, status: str, code: str, **inputs: str) -> None:
    """What a record says of a request; `code` is a business status, or a verb where that is not enough."""
    task: dict[str, Any] = dict(task_of(side, case) or {})
    rows = [{"type": {"coding": [{"code": name}]}, "valueString": text} for name, text in inputs.items()]
    coding = {"system": VERBS, "code": code} if code == "withdraw" else {"code": code}
    task |= {"status": status, "businessStatus": {"coding": [coding]}, "input": rows}
    side.send("PUT", f"Task/{task['id']}", task)


def test_a_referral_of_one_installation_is_answered_in_the_other_over_fhir_alone(
    installations: list[Installation], relay: Callable[[], None]
) -> None:
    one, two = installations
    hospital, ward = one.client("hospital"), two.client("ward")
    relay()
    case = refer(hospital)
    until(lambda: task_of(ward, case) is not None)
    risks = [next(side.rows("RiskAssessment")) for side in (hospital, ward)]
    probabilities = [objects(risk["prediction"])[0]["probabilityDecimal"] for risk in risks]
    assert probabilities[0] == probabilities[1]
    answers: list[tuple[str, str, dict[str, str]]] = [
        ("received", "2.0", {}),
        ("accepted", "3.0", {}),
        ("in-progress", "admitted", {}),
    ]
    for status, business, inputs in answers:
        reply(ward, case, status, business, **inputs)
        until(lambda expected=(status, business): said(hospital, case) == expected)  # type: ignore[misc]

    # While the relay is away the ward goes on; the next relay says all of it, in the order of the pathway.
    relay()
    reply(ward, case, "in-progress", "5.1.4", category="early_aclf")
    reply(ward, case, "completed", "7.0", plan="抗病毒，每周复查", medicines="恩替卡韦")
    until(lambda: said(hospital, case) == ("completed", "7.0"))
    (back,) = [row for row in hospital.rows("ServiceRequest") if "basedOn" in row]
    assert back["note"] == [{"text": "Plan: 抗病毒，每周复查"}, {"text": "Medicines: 恩替卡韦"}]

    # The patient is back: the hospital says so to its own installation, and the ward reads it in its own.
    returned = task_of(hospital, str(back["id"]))
    assert returned is not None
    hospital.send("PUT", f"Task/{returned['id']}", returned | {"status": "completed"})
    until(lambda: [row["status"] for row in ward.rows("ServiceRequest") if "basedOn" in row] == ["completed"])


def test_what_is_withdrawn_or_declined_in_one_installation_is_so_in_the_other(
    installations: list[Installation], relay: Callable[[], None]
) -> None:
    one, two = installations
    hospital, ward = one.client("hospital"), two.client("ward")
    relay()
    withdrawn, declined = refer(hospital, "张三"), refer(hospital, "李四")
    until(lambda: task_of(ward, withdrawn) is not None and task_of(ward, declined) is not None)
    reply(hospital, withdrawn, "cancelled", "withdraw", reason="refused")
    until(lambda: said(ward, withdrawn) == ("cancelled", "6.0"))
    reply(ward, declined, "rejected", "4.0", reason="no_bed")
    second = two.client("second ward")
    until(lambda: task_of(second, declined) is not None)
    assert said(one.client("ward"), declined) == ("requested", "2.0")
    reply(second, declined, "rejected", "4.0", reason="no_bed")
    until(lambda: said(one.client("ward"), declined) == ("rejected", "4.0"))
