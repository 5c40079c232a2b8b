"""Whatever stands where something else is expected is refused, and is never a fault of the server."""

import copy
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from labs.fhir_report import RecordedResults
from tests.fhir.conftest import Program
from tests.fhir.sending import EXAMPLES, referral
from tests.fhir.subscribing import wish
from tests.fhir.test_messages import message
from tests.fhir.test_tasks import said, task
from tests.world import World

WRONG: tuple[Any, ...] = (["x"], {"x": [1]}, 10**400)
Json = dict[str, Any]
FEW_ENTRIES = 4
"""As many as have other kinds of elements."""


def mutated(resource: Json) -> Iterator[tuple[str, Json]]:
    """The resource with another kind of value in each of its places in turn, and where that is."""
    for path in _places(resource):
        for wrong in WRONG:
            changed = copy.deepcopy(resource)
            inner: Any = changed
            for step in path[:-1]:
                inner = inner[step]
            inner[path[-1]] = wrong
            yield f"{'.'.join(map(str, path))} = {wrong}", changed


def _places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in inner:
        yield (*before, name)
        yield from _places(each, (*before, name))


def faults(program: Program, method: str, path: str, resource: Json) -> list[str]:
    """The places at which another kind of value was no refusal with a sentence, and no yes."""
    wrong = []
    for where, changed in mutated(resource):
        try:
            answer = program.send(method, path, changed)
        except Exception as error:
            wrong.append(f"{where}: {error!r}")
            continue
        if answer.status >= 500 or (answer.status >= 400 and not answer.issues):
            wrong.append(f"{where}: {answer.status}")
    return wrong


def test_in_a_referral(world: World, first: Program, now: datetime) -> None:
    bundle = referral(now)
    del bundle["entry"][FEW_ENTRIES:]
    assert faults(first, "POST", "", bundle) == []


def test_in_a_message(world: World, first: Program, now: datetime) -> None:
    bundle = message(now)
    del bundle["entry"][FEW_ENTRIES:]
    assert faults(first, "POST", "$process-message", bundle) == []


@pytest.mark.parametrize("name", ["Observation", "DiagnosticReport"])
def test_in_results(world: World, first: Program, now: datetime, name: str) -> None:
    case = world.flagged(now)
    report: Json = json.loads((EXAMPLES / "results.json").read_text())
    del report["contained"][1:], report["result"][1:]
    resource = report if name == "DiagnosticReport" else report["contained"][0]
    resource["basedOn"] = [{"reference": f"ServiceRequest/{case.pk}"}]
    assert faults(first, "POST", name, resource) == []


def test_in_a_task(world: World, ward: Program, now: datetime) -> None:
    row = task(ward, world.flagged(now)) | {"status": "accepted", "input": [said("bed", valueString="12")]}
    row["note"], row["statusReason"] = [{"text": "x"}], {"coding": [{"code": "no_bed"}]}
    assert faults(ward, "PUT", f"Task/{row['id']}", row) == []


def test_in_a_subscription(world: World, ward: Program) -> None:
    assert faults(ward, "POST", "Subscription", wish("https://his.hospital.example")) == []


def test_in_a_document(world: World, first: Program, now: datetime) -> None:
    case = world.flagged(now)
    resource = {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"coding": [{"system": "urn:aclf-referral:code:file-kind", "code": "report"}]},
        "content": [{"attachment": {"contentType": "image/jpeg", "data": "AAAA", "title": "x"}}],
        "context": {"related": [{"reference": f"ServiceRequest/{case.pk}"}]},
    }
    assert faults(first, "POST", "DocumentReference", resource) == []


def test_a_number_that_no_computer_holds_is_none_wherever_results_are_read() -> None:
    quantity = {"value": 10**400, "code": "umol/L"}
    code = {"coding": [{"system": "http://loinc.org", "code": "14631-6"}]}
    row = {"resourceType": "Observation", "status": "final", "code": code, "valueQuantity": quantity}
    (finding,) = RecordedResults({}, [row], ZoneInfo("UTC")).report().findings
    assert (finding.value, finding.doubts) == (None, ("not_a_number",))
