"""The synthetic stream: through the real API of a real server, patient with limits and outages."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import httpx
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from accounts import clock
from referral.demo.people import make_people
from referral.demo.places import make_places
from referral.demo.stream import Sender, Sent, Tally, patients
from referral.models import Case, PathwayPolicy
from scoring import read_inputs
from tests.world import NOW

TAKEN = {
    "number": "26-000001",
    "state": "watched",
    "offer": None,
    "assessment": {"risk_90d": 0.04, "band": "low"},
}
SIGNED_IN = {"meta": {"session_token": "token"}}


class Script(BaseHTTPRequestHandler):
    """Answers with the next of `answers`: (status, headers, body); remembers what it was sent."""

    answers: list[tuple[int, dict[str, str], str]]
    keys: list[str | None]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.keys.append(self.headers.get("Idempotency-Key"))
        status, headers, body = self.answers.pop(0)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *args: Any) -> None:
        """The test's output stays readable."""


class Scripted:
    """A local server that follows a script, and a sender that asks it without really waiting."""

    def __init__(self) -> None:
        self.script = type("OwnScript", (Script,), {"answers": [], "keys": []})
        self.server = HTTPServer(("127.0.0.1", 0), self.script)
        self.said: list[str] = []
        self.slept: list[float] = []
        self.clock = 0.0

    def answer(self, status: int, body: Any = "", **headers: str) -> None:
        text = body if isinstance(body, str) else httpx.Response(200, json=body).text
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.script.answers.append((status, named, text))

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.clock += seconds

    def sender(self, port: int | None = None) -> Sender:
        url = f"http://127.0.0.1:{port or self.server.server_port}"
        return Sender(
            httpx.Client(base_url=url, timeout=120),
            ["doctor@demo.example"],
            say=self.said.append,
            sleep=self.sleep,
            monotonic=lambda: self.clock,
        )


@pytest.fixture
def scripted() -> Iterator[Scripted]:
    result = Scripted()
    Thread(target=result.server.serve_forever, daemon=True).start()
    yield result
    result.server.shutdown()
    result.server.server_close()


def test_the_patients_are_plausible_synthetic_and_the_same_again_for_the_same_seed() -> None:
    bodies = list(patients(200, seed=1, run="ab12", now=lambda: NOW))
    assert bodies == list(patients(200, seed=1, run="ab12", now=lambda: NOW))
    assert bodies != list(patients(200, seed=2, run="ab12", now=lambda: NOW))
    assert len({body["patient"]["local_number"] for body in bodies}) == 200
    for body in bodies:
        assert body["patient"]["name"].startswith("演示患者")
        reading = read_inputs(body["indicators"], now=NOW, expect_sampled_at=True)
        assert reading.missing == ("age_years",)
        assert not reading.issues
        assert not reading.unconfirmed


def test_a_pace_that_is_too_fast_is_slowed_as_the_server_asks(scripted: Scripted) -> None:
    scripted.answer(200, SIGNED_IN)
    scripted.answer(429, "{}", Retry_After="7")
    scripted.answer(201, TAKEN)
    sent = scripted.sender().send(0, {})
    assert sent.case == TAKEN
    assert scripted.slept == [7]
    assert scripted.said == ["the server asks for a slower pace; trying again in 7 s"]


def test_every_attempt_of_one_patient_has_the_same_key_and_two_patients_have_two(scripted: Scripted) -> None:
    for status, body in ((200, SIGNED_IN), (503, ""), (502, ""), (201, TAKEN), (201, TAKEN)):
        scripted.answer(status, body)
    sender = scripted.sender()
    sender.send(0, {})
    sender.send(1, {})
    sign_in, *attempts, second = scripted.script.keys
    assert sign_in is None
    assert len(set(attempts)) == 1
    assert second not in attempts


def test_a_server_that_is_away_is_waited_for_and_then_given_up_in_words(scripted: Scripted) -> None:
    scripted.server.server_close()
    sent = scripted.sender().send(0, {})
    assert sent.case is None
    assert "is away" in sent.words
    assert scripted.slept[:4] == [1, 2, 4, 8]
    assert sum(scripted.slept) <= 60


def test_a_session_that_ended_is_opened_again_once(scripted: Scripted) -> None:
    for status, body in ((200, SIGNED_IN), (401, "{}"), (200, SIGNED_IN), (201, TAKEN)):
        scripted.answer(status, body)
    assert scripted.sender().send(0, {}).case == TAKEN


def test_a_refusal_is_told_with_its_fields_and_the_stream_goes_on(scripted: Scripted) -> None:
    scripted.answer(200, SIGNED_IN)
    scripted.answer(422, {"detail": "no", "errors": [{"field": "inr", "message": "impossible"}]})
    scripted.answer(409, {"detail": "There is an open case.", "errors": []})
    scripted.answer(500, "<html>")
    sender = scripted.sender()
    assert sender.send(0, {}).words == "refused (422): inr: impossible"
    assert sender.send(1, {}).words == "refused (409): There is an open case."
    assert "status 500" in sender.send(2, {}).words


def test_the_summary_counts_and_gives_the_median_and_the_95th_centile() -> None:
    tally = Tally()
    for number in range(1, 101):
        tally.count(Sent({**TAKEN, "offer": {} if number % 4 == 0 else None}, "", number / 1000))
    tally.count(Sent(None, "refused"))
    assert str(tally) == "100 cases taken (25 flagged), 1 not taken; answer: median 50 ms, p95 96 ms"
    assert str(Tally()) == "0 cases taken (0 flagged), 0 not taken"


@pytest.mark.parametrize(
    "arguments",
    [["--cases", "0"], ["--per-minute", "0"], ["--per-minute", "-1"], ["--base-url", "localhost:8000"]],
)
def test_impossible_arguments_are_refused_in_a_sentence(arguments: list[str]) -> None:
    with pytest.raises(CommandError, match="--"):
        call_command("simulate", *arguments)


def test_production_gets_no_synthetic_patients(settings: Settings) -> None:
    settings.MODE = "production"
    with pytest.raises(CommandError):
        call_command("simulate", "--cases", "1")


@pytest.mark.django_db(transaction=True)
def test_a_stream_becomes_cases_of_a_running_server(
    live_server: LiveServer, capsys: pytest.CaptureFixture[str]
) -> None:
    places = make_places()
    make_people(places)
    now = clock.now()
    PathwayPolicy.objects.create(network=places.network, version=1, created_at=now, in_force_from=now)
    call_command(
        "simulate", "--cases", "6", "--per-minute", "6000", "--seed", "3", "--base-url", live_server.url
    )
    said = capsys.readouterr().out.splitlines()
    cases = Case.objects.select_related("hospital", "assessment")
    assert len(said) == 7
    assert said[-1].startswith("6 cases taken")
    assert {line.split()[0] for line in said[:-1]} == {case.number for case in cases}
    assert len({case.hospital for case in cases}) == 3
    assert all(case.assessment and case.assessment.risk_90d is not None for case in cases)
    assert {case.state for case in cases} <= {"watched", "offered"}


@pytest.mark.django_db(transaction=True)
def test_a_server_that_was_never_seeded_says_so(live_server: LiveServer) -> None:
    with pytest.raises(CommandError, match="seed_demo"):
        call_command("simulate", "--cases", "1", "--base-url", live_server.url)
