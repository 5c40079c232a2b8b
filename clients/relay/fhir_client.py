"""A program of SMART Backend Services at one installation: its key, its token, and what it asks."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypedDict
from uuid import uuid4

import httpx
import jwt

Json = dict[str, object]
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ANSWER_SECONDS = 30
LIFE = timedelta(minutes=4)
EARLIER = timedelta(minutes=1)
"""How long before its end a token is replaced."""


class Access(TypedDict):
    """How an installation is reached: `url` without a slash at its end, `key` a file with a key on P-384."""

    url: str
    client_id: str
    key: str


class RefusedError(Exception):
    """An installation refused; its OperationOutcome, or what it answered instead, in one line."""

    def __init__(self, asked: str, answer: httpx.Response) -> None:
        super().__init__(f"{asked}: {answer.status_code} {_reason(answer)}")
        self.status = answer.status_code


def _reason(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return answer.text[:200]
    if "issue" in body:
        return " ".join(issue["details"]["text"] for issue in body["issue"])
    return str(body.get("error_description", body))[:200]


class FhirClient:
    """Reads and writes at one installation, with a token that it renews."""

    def __init__(self, access: Access) -> None:
        self.base = f"{access['url']}/fhir/R4"
        self.client_id, self.key = access["client_id"], Path(access["key"]).read_text()
        self.http = httpx.Client(timeout=ANSWER_SECONDS)
        self.token, self.ends = "", datetime.now(UTC)

    def read(self, path: str) -> Json:
        return self.send("GET", path)

    def rows(self, path: str) -> Iterator[Json]:
        """Every resource of a search, page by page."""
        address: str | None = path
        while address:
            bundle = self.read(address)
            for entry in objects(bundle.get("entry")):
                yield part(entry, "resource")
            links = objects(bundle.get("link"))
            address = next((str(link["url"]) for link in links if link["relation"] == "next"), None)

    def send(self, method: str, path: str, body: Json | None = None) -> Json:
        """Ask once, read the answer. Raises RefusedError, and httpx.HTTPError where nobody answers."""
        address = path if path.startswith(self.base) else f"{self.base}/{path}".rstrip("/")
        headers = {"Authorization": f"Bearer {self._living_token()}", "Accept-Language": "en"}
        content = None if body is None else json.dumps(body)
        if content is not None:
            headers["Content-Type"] = "application/fhir+json"
        answer = self.http.request(method, address, content=content, headers=headers)
        if answer.is_error:
            raise RefusedError(f"{method} {path.partition('?')[0]}", answer)
        return dict(answer.json()) if answer.content else {}

    def _living_token(self) -> str:
        now = datetime.now(UTC)
        if now < self.ends:
            return self.token
        address = f"{self.base}/auth/token"
        named = {"iss": self.client_id, "sub": self.client_id, "aud": address, "jti": str(uuid4())}
        proof = jwt.encode({**named, "exp": now + LIFE}, self.key, algorithm="ES384")
        form = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION_TYPE}
        form |= {"client_assertion": proof, "scope": "system/*.cruds"}
        answer = self.http.post(address, data=form)
        if answer.is_error:
            raise RefusedError("POST auth/token", answer)
        body = answer.json()
        self.token = body["access_token"]
        self.ends = now + timedelta(seconds=body["expires_in"]) - EARLIER
        return self.token


def objects(value: object) -> list[Json]:
    """The objects of a list; none of anything else."""
    return [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []


def part(row: Json, name: str) -> Json:
    """The object under a name; an empty one where there is none."""
    value = row.get(name)
    return value if isinstance(value, dict) else {}


def id_of(reference: object) -> str:
    """The id in a reference of FHIR: of `{"reference": "Task/17"}`, `17`."""
    named = reference.get("reference") if isinstance(reference, dict) else None
    return str(named or "").rpartition("/")[2]


def code_of(concept: object) -> str:
    """The first code of a CodeableConcept; empty where it has none."""
    codings = objects(concept.get("coding")) if isinstance(concept, dict) else []
    return str(codings[0].get("code", "")) if codings else ""
