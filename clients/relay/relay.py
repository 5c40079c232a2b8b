"""Carries the referrals of one installation to another over FHIR alone, and what becomes of them back.

python relay.py relay.json

At the installation where referrals begin (`origin`) it is the system of a ward: what is asked of that ward is
asked of the other installation. There (`destination`) it is the system of a hospital. It keeps nothing: a
referral has the same id on both sides, so that each look at both begins anew with what is there. It is woken
by the notifications of both, and looks by itself every minute.

The file names both installations, the port it listens on, the address under which both reach that port, and
a secret that their notifications carry:

    {"origin": {"url": "https://one.example", "client_id": "…", "key": "origin.pem"},
     "destination": {"url": "https://two.example", "client_id": "…", "key": "destination.pem"},
     "port": 8700, "address": "https://relay.example", "secret": "…"}

Each line that it writes is about one referral, by its id, and names no patient.
"""

import json
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final
from urllib.parse import quote

import httpx
from fhir_client import FhirClient, Json, RefusedError, code_of, id_of, objects
from referral_bundle import referral_bundle

LOOK_SECONDS: Final = 60
OVERLAP: Final = timedelta(minutes=10)
FIRST_LOOK: Final = timedelta(days=60)
WAY: Final = (
    ("received", "2.0", "acknowledge"),
    ("accepted", "3.0", "accept"),
    ("in-progress", "admitted", "admit"),
    ("in-progress", "5.1.4", "diagnose"),
    ("completed", "7.0", "back_refer"),
)
"""What a ward says, one after another: Task.status, the code of Task.businessStatus, the verb."""
VERBS: Final = "urn:aclf-referral:code:verb"
ACCEPTED: Final = 1
RETURNED: Final = 4
ENDED: Final = ("cancelled", "rejected", "entered-in-error")
LETTER: Final = {
    "Plan": "plan",
    "Medicines": "medicines",
    "Appointments": "appointments",
    "Red flags": "red_flags",
}


class Relay:
    """What is open at both installations, brought together again and again."""

    def __init__(self, origin: FhirClient, destination: FhirClient) -> None:
        self.origin, self.destination = origin, destination
        self.seen = datetime.now(UTC) - FIRST_LOOK
        self.waiting: set[str] = set()
        """Referrals that could not be carried at the last look."""

    def look(self) -> None:
        """Carry what has changed since the last look, and what could not be carried then."""
        begun = datetime.now(UTC)
        self.waiting |= self._changed(self.origin) | self._changed(self.destination)
        for case in sorted(self.waiting):
            try:
                self._settle(case)
                self.waiting.discard(case)
            except (RefusedError, httpx.HTTPError) as error:
                say(f"{case} waits: {error}")
        self.seen = begun

    def _changed(self, side: FhirClient) -> set[str]:
        since = quote((self.seen - OVERLAP).isoformat(timespec="seconds"))
        tasks = list(side.rows(f"Task?_lastUpdated=ge{since}&_count=200"))
        return {case_of(side, task) for task in tasks}

    def _settle(self, case: str) -> None:
        here = newest(self.origin.rows(f"Task?focus=ServiceRequest/{case}"))
        if here is None:
            return
        there = newest(self.destination.rows(f"Task?focus=ServiceRequest/{case}"))
        if there is None:
            self._forward(here, case)
        elif here["status"] in ENDED:
            self._withdraw(there, case)
        elif there["status"] == "rejected":
            verb = "decline" if place(here) < ACCEPTED else "release"
            self._move(self.origin, here, "rejected", verb, case, reason=code_of(there.get("statusReason")))
        else:
            self._catch_up(here, there, case)

    def _forward(self, here: Json, case: str) -> None:
        """A request to the ward here becomes a referral there, unless it was registered there already."""
        if here["status"] != "requested":
            return
        if is_there(self.destination, f"ServiceRequest/{case}"):
            say(f"{case} is there and no ward was asked: a person has to look at it")
            return
        resources = list(self.origin.rows(f"ServiceRequest/{case}/$everything"))
        self.destination.send("POST", "", referral_bundle(resources, case))
        say(f"{case} was carried over")

    def _withdraw(self, there: Json, case: str) -> None:
        """Whom the ward here no longer expects, the ward there need not either."""
        if there["status"] in ("requested", "received", "accepted"):
            self._move(self.destination, there, "cancelled", "withdraw", case, reason="other")

    def _catch_up(self, here: Json, there: Json, case: str) -> None:
        """Say here, one after another, what the ward there has said; and there that the patient is back."""
        for status, _business, verb in WAY[place(here) + 1 : place(there) + 1]:
            here = self._move(self.origin, here, status, verb, case, **self._inputs(there, verb))
        if place(here) == place(there) == RETURNED:
            self._confirm_return(here, there, case)

    def _confirm_return(self, here: Json, there: Json, case: str) -> None:
        ways = [self._way_back(self.origin, here), self._way_back(self.destination, there)]
        if ways[0] and ways[1] and (ways[0]["status"], ways[1]["status"]) == ("completed", "requested"):
            self._move(self.destination, ways[1], "completed", "confirm_return", case)

    @staticmethod
    def _way_back(side: FhirClient, task: Json) -> Json | None:
        """The Task of the hospital that gets the patient back."""
        outputs = objects(task.get("output"))
        back = id_of(outputs[0].get("valueReference")) if outputs else ""
        return newest(side.rows(f"Task?focus=ServiceRequest/{back}")) if back else None

    def _inputs(self, there: Json, verb: str) -> dict[str, str]:
        """What the verb needs, read where it was recorded."""
        if verb == "diagnose":
            patient = id_of(there["for"])
            diagnoses = self.destination.rows(f"Condition?patient={patient}&category=encounter-diagnosis")
            return {"category": next(code_of(row["code"]) for row in diagnoses)}
        if verb == "back_refer" and (outputs := objects(there.get("output"))):
            back = self.destination.read(f"ServiceRequest/{id_of(outputs[0]['valueReference'])}")
            notes = [str(note["text"]).partition(": ") for note in objects(back.get("note"))]
            return {LETTER[name]: text for name, _colon, text in notes if name in LETTER}
        return {}

    @staticmethod
    def _move(side: FhirClient, task: Json, status: str, verb: str, case: str, **inputs: str) -> Json:
        """Send a Task back with another status, and read it again."""
        named = {"coding": [{"system": VERBS, "code": verb}]}
        rows = [{"type": {"coding": [{"code": name}]}, "valueString": text} for name, text in inputs.items()]
        sent: Json = task | {"status": status, "businessStatus": named, "input": rows}
        moved = side.send("PUT", f"Task/{task['id']}", sent)
        say(f"{case} {verb}")
        return moved


def case_of(side: FhirClient, task: Json) -> str:
    """The id of the referral that a Task is about, whether of the way there or of the way back."""
    focus = id_of(task["focus"])
    owner = task.get("owner")
    if isinstance(owner, dict) and str(owner.get("reference", "")).startswith("Organization/"):
        return id_of(objects(side.read(f"ServiceRequest/{focus}").get("basedOn"))[0])
    return focus


def newest(tasks: Iterable[Json]) -> Json | None:
    """The Task that is open, else the last one."""
    rows = sorted(tasks, key=lambda task: (task["status"] not in ENDED, str(task["authoredOn"])))
    return rows[-1] if rows else None


def place(task: Json) -> int:
    """How far a Task is on its WAY; -1 before the first answer. The journey counts as accepted."""
    said = (task["status"], code_of(task.get("businessStatus")))
    steps = [step for step, (status, business, _verb) in enumerate(WAY) if said == (status, business)]
    return steps[0] if steps else ACCEPTED if said[0] == "in-progress" else -1


def is_there(side: FhirClient, path: str) -> bool:
    try:
        side.read(path)
    except RefusedError as error:
        if error.status == 404:
            return False
        raise
    return True


def subscribe(side: FhirClient, address: str, secret: str) -> None:
    """Be notified of every Task; the same wish again is answered with the Subscription that is there."""
    channel = {
        "type": "rest-hook",
        "endpoint": address,
        "payload": "application/fhir+json",
        "header": [f"Authorization: Bearer {secret}"],
    }
    wish: Json = {"resourceType": "Subscription", "status": "requested", "reason": "referrals are carried"}
    side.send("POST", "Subscription", wish | {"criteria": "Task", "channel": channel})


def listen(port: int, secret: str, wake: threading.Event) -> None:
    """Take notifications: they say that something changed, and both sides are asked what."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            is_ours = self.headers.get("Authorization") == f"Bearer {secret}"
            if is_ours:
                wake.set()
            self.send_response(200 if is_ours else 401)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_texts: object) -> None:
            """Write nothing of a request."""

    server = ThreadingHTTPServer(("", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def say(text: str) -> None:
    print(f"{datetime.now(UTC).isoformat(timespec='seconds')} {text}", flush=True)


def main(file: str) -> None:
    given = json.loads(Path(file).read_text())
    origin, destination = FhirClient(given["origin"]), FhirClient(given["destination"])
    relay, wake = Relay(origin, destination), threading.Event()
    listen(given["port"], given["secret"], wake)
    for side in (origin, destination):
        subscribe(side, given["address"], given["secret"])
    while True:
        wake.clear()
        try:
            relay.look()
        except (RefusedError, httpx.HTTPError) as error:
            say(f"an installation does not answer: {error}")
        wake.wait(LOOK_SECONDS)


if __name__ == "__main__":
    main(sys.argv[1])
