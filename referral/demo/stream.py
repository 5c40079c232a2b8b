"""A stream of new synthetic patients, sent through the REST API as the app of a first hospital would."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any
from uuid import uuid4

import httpx
import numpy as np

from referral.codes import ChronicLiverDisease, Presentation
from referral.demo.people import PASSWORD
from scoring.calibration import simulate_cohort

VISITED_BEFORE = timedelta(minutes=25)
SAMPLED_BEFORE = timedelta(minutes=10)
PATIENCE_SECONDS = 60.0
LONGEST_WAIT_SECONDS = 15.0
GONE_FOR_A_WHILE = (502, 503, 504)
DISEASES = (ChronicLiverDisease.HEPATITIS_B, ChronicLiverDisease.ALCOHOL, ChronicLiverDisease.MASLD)

Body = dict[str, Any]


class SignInRefused(Exception):
    """The server does not take the demo's accounts; the message says what to do."""


def patients(count: int, *, seed: int, run: str, now: Callable[[], datetime]) -> Iterator[Body]:
    """Bodies of POST /cases: indicators drawn from the published marginals that calibrated the model."""
    cohort = simulate_cohort(size=count, seed=seed)
    rng = np.random.default_rng(seed)
    for index in range(count):
        moment = now()
        drawn = {name: float(column[index]) for name, column in cohort.items()}
        born = moment.date() - timedelta(days=round(drawn["age_years"] * 365.25) + 30)
        yield {
            "patient": {
                "name": f"演示患者{run}{index + 1:04}",
                "sex": "male" if rng.random() < 0.7 else "female",
                "birth_date": born.isoformat(),
                "local_number": f"SIM-{run}-{index + 1:04}",
            },
            "first_visit_at": (moment - VISITED_BEFORE).isoformat(),
            "chronic_liver_disease": DISEASES[int(rng.integers(len(DISEASES)))].value,
            "presentation": Presentation.values[int(rng.integers(2))],
            "indicators": indicators_of(drawn, sampled_at=moment - SAMPLED_BEFORE),
        }


def indicators_of(drawn: dict[str, float], *, sampled_at: datetime) -> Body:
    """Drawn values as a laboratory reports them, kept within the limits beyond which people are asked."""
    return {
        "cirrhosis": bool(drawn["cirrhosis"]),
        "variceal_bleeding": bool(drawn["variceal_bleeding"]),
        "encephalopathy_grade": int(drawn["encephalopathy_grade"]),
        "bilirubin": round(min(max(drawn["bilirubin_umol_l"], 45), 860)),
        "bilirubin_unit": "umol/L",
        "inr": round(drawn["inr"], 2),
        "urea": round(drawn["urea_mmol_l"], 1),
        "urea_unit": "mmol/L",
        "sodium_mmol_l": round(drawn["sodium_mmol_l"]),
        "sampled_at": sampled_at.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of one patient: the case, or why there is none; and how long the last answer took."""

    case: Body | None
    words: str
    seconds: float = 0.0


@dataclass(slots=True)
class Tally:
    """The sums of a stream."""

    taken: int = 0
    flagged: int = 0
    refused: int = 0
    latencies: list[float] = field(default_factory=list)

    def count(self, sent: Sent) -> None:
        if sent.case is None:
            self.refused += 1
            return
        self.taken += 1
        self.flagged += sent.case["offer"] is not None or sent.case["state"] == "unplaced"
        self.latencies.append(sent.seconds)

    def __str__(self) -> str:
        head = f"{self.taken} cases taken ({self.flagged} flagged), {self.refused} not taken"
        if not self.latencies:
            return head
        p95 = quantiles(self.latencies, n=20)[-1] if len(self.latencies) > 1 else self.latencies[0]
        return f"{head}; answer: median {median(self.latencies) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms"


class TryAgain(Exception):
    """Not now: why, and after how many seconds the server wants to be asked again, if it said so."""

    def __init__(self, words: str, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


class Sender:
    """The app's side of the API for several clinicians: signs in, sends, waits when told to, tries again."""

    def __init__(
        self,
        http: httpx.Client,
        emails: Sequence[str],
        *,
        say: Callable[[str], None],
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.http, self.emails, self.say, self.sleep, self.monotonic = http, emails, say, sleep, monotonic
        self.tokens: dict[str, str] = {}

    def send(self, number: int, body: Body) -> Sent:
        """Register the stream's patient `number`; the same key with every attempt makes it one case."""
        email, key = self.emails[number % len(self.emails)], str(uuid4())
        give_up_at, pause = self.monotonic() + PATIENCE_SECONDS, 1.0
        while True:
            started = self.monotonic()
            try:
                return read(self._post(email, key, body), self.monotonic() - started)
            except TryAgain as refusal:
                wait = pause if refusal.wait is None else refusal.wait
                if self.monotonic() + wait > give_up_at:
                    return Sent(None, f"given up: {refusal}")
                self.say(f"{refusal}; trying again in {wait:.0f} s")
            self.sleep(wait)
            pause = min(2 * pause, LONGEST_WAIT_SECONDS)

    def _post(self, email: str, key: str, body: Body) -> httpx.Response:
        answer = self._answer("/api/v1/cases", body, self._signed(email, key))
        if answer.status_code == 401:
            del self.tokens[email]
            answer = self._answer("/api/v1/cases", body, self._signed(email, key))
        return answer

    def _signed(self, email: str, key: str) -> dict[str, str]:
        if email not in self.tokens:
            answer = self._answer(
                "/_allauth/app/v1/auth/login", {"email": email, "password": PASSWORD}, headers={}
            )
            if answer.status_code != 200:
                raise SignInRefused(
                    f"{email} cannot sign in at {self.http.base_url} (status {answer.status_code}). "
                    "Is it a demo, and was it seeded (manage.py seed_demo)?"
                )
            self.tokens[email] = answer.json()["meta"]["session_token"]
        return {"X-Session-Token": self.tokens[email], "Idempotency-Key": key}

    def _answer(self, path: str, body: Body, headers: dict[str, str]) -> httpx.Response:
        """The server's answer. Raises TryAgain when it is away or asks to wait."""
        try:
            answer = self.http.post(path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise TryAgain(f"the server at {self.http.base_url} is away ({type(error).__name__})") from error
        if answer.status_code == 429:
            said = answer.headers.get("Retry-After", "")
            raise TryAgain("the server asks for a slower pace", float(said) if said.isdecimal() else None)
        if answer.status_code in GONE_FOR_A_WHILE:
            raise TryAgain(f"the server is not available ({answer.status_code})")
        return answer


def read(answer: httpx.Response, seconds: float) -> Sent:
    """A final answer in words."""
    try:
        body = answer.json()
    except ValueError:
        return Sent(None, f"refused with status {answer.status_code} and no explanation", seconds)
    if answer.status_code != 201:
        fields = "; ".join(f"{row['field']}: {row['message']}" for row in body.get("errors", []))
        return Sent(None, f"refused ({answer.status_code}): {fields or body.get('detail', '')}", seconds)
    assessment = body["assessment"] or {"risk_90d": None, "band": ""}
    risk = (
        "no score"
        if assessment["risk_90d"] is None
        else f"risk {assessment['risk_90d']:.2f} {assessment['band']}"
    )
    words = f"{body['number']}  {body['state']:<10}  {risk:<20}  {seconds * 1000:5.0f} ms"
    return Sent(body, words, seconds)
