"""How long a patient record waits for a card of CDS Hooks.

`python -m bench.hooks` prints a table and writes bench/results/hooks.json. A real web server; the calls come
one after another over HTTP, each with a proof of its own, about patients with and without an open case.
"""

import json
import time
from collections.abc import Iterator
from typing import Any

import httpx

from bench import report, rig
from bench.live import answers
from config.servers import free_port

CALLS, CASES = 150, 20
LIMIT_MS = 500
SERVICE = "aclf-patient-view"


def bodies() -> Iterator[tuple[dict[str, Any], Any]]:
    """Calls with the system that makes them; every other one is about a patient with an open case."""
    from accounts import clock
    from tests.fhir import hook_calls
    from tests.fhir.conftest import integrate
    from tests.world import build

    world = build()
    emr = integrate(world.hospital, world.doctor)
    for number in range(CASES):
        world.register(name=f"测试{number}", national_id="", local_number=f"B-{number}")
    for number in range(CALLS):
        identifier = [{"system": "urn:hospital:mrn", "value": f"{'BC'[number % 2]}-{number % CASES}"}]
        patient = hook_calls.patient(identifier=identifier, name=[{"text": f"测试{number % CASES}"}])
        yield hook_calls.call(clock.now(), patient=patient), emr


def measured(url: str) -> list[float]:
    """Milliseconds of each call."""
    from tests.fhir.hook_calls import signed

    took = []
    with httpx.Client(base_url=url, timeout=30) as record:
        for body, emr in bodies():
            headers = signed(emr, SERVICE) | {"Content-Type": "application/json"}
            content = json.dumps(body)
            began = time.perf_counter()
            answer = record.post(f"/cds-services/{SERVICE}", content=content, headers=headers)
            took.append((time.perf_counter() - began) * 1000)
            if len(answer.raise_for_status().json()["cards"]) != 1:
                raise RuntimeError(answer.text)
    return took


def main() -> int:
    """Measure, print, keep; 1 if the 95th centile is over the limit."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    rig.start(ACLF_BASE_URL=url)
    with rig.running(f"-m config.web --port {port}"):
        rig.wait_for("the web server", lambda: answers(url))
        took = measured(url)
    figures = [
        report.below("a card, 95th centile, ms", report.centile(took, 0.95), LIMIT_MS),
        report.Figure("  median, ms", report.median(took)),
        report.Figure("  the first one, ms", took[0]),
        report.Figure("  the longest after it, ms", max(took[1:])),
    ]
    return report.publish("hooks", "A card of CDS Hooks", figures, rig.conditions() | {"calls": CALLS})


if __name__ == "__main__":
    raise SystemExit(main())
