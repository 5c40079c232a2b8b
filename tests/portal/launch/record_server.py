"""A patient record with an authorization server and FHIR, over real HTTP, which checks what it is sent."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt

from tests.fhir import hook_calls as calls

TOKEN = "record-token-1"
CODE = "code-1"


class RecordServer:
    """`changes` replace what a path answers: a function that is given the handler, or a JSON object."""

    def __init__(self, now: datetime, client_id: str = "aclf", secret: str = "") -> None:
        self.now, self.client_id, self.secret = now, client_id, secret
        self.changes: dict[str, Any] = {}
        self.asked: list[str] = []
        self.challenge = ""
        self.redirect_uri = ""
        self.key_set: Any = None
        self.used: set[str] = set()
        handler = type("Handler", (Handler,), {"record": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}/fhir"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def authorize(self, url: str) -> dict[str, str]:
        """What the browser brings back from the record's own page, for the address it was sent to."""
        query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        if query["aud"] != self.base or query["client_id"] != self.client_id:
            return {"error": "invalid_request", "state": query["state"]}
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        self.challenge, self.redirect_uri = query["code_challenge"], query["redirect_uri"]
        return {"code": CODE, "state": query["state"]}

    def answer(self, path: str) -> Any:
        if path.endswith("smart-configuration"):
            return {
                "authorization_endpoint": f"{self.base}/authorize",
                "token_endpoint": f"{self.base}/token",
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic"],
            }
        if path == "Patient":
            return calls.patient()
        if path == "Condition":
            return calls.searchset([calls.condition("B18.1"), calls.condition("K74.6")])
        return calls.searchset([*calls.laboratory(self.now), *calls.answers()])


class Handler(BaseHTTPRequestHandler):
    record: RecordServer

    def do_GET(self) -> None:
        path = self._path()
        self.record.asked.append(self.path)
        if path == "authorize":
            self._send_back()
            return
        if not path.endswith("smart-configuration") and self.headers["Authorization"] != f"Bearer {TOKEN}":
            self.send(401, {"error": "no token"})
            return
        self._answer(path, self.record.answer)

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        form = {name: values[0] for name, values in parse_qs(raw.decode()).items()}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_right = (
            form.get("code") == CODE
            and challenge == self.record.challenge
            and form.get("redirect_uri") == self.record.redirect_uri
            and self._is_the_client(form)
        )
        if not is_right:
            self.send(400, {"error": "invalid_grant"})
            return
        given = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 300, "patient": calls.PATIENT}
        self._answer("token", lambda _path: given)

    def _send_back(self) -> None:
        """As the record's own page does once its user has agreed."""
        back = self.record.authorize(self.path)
        self.send_response(302)
        self.send_header("Location", f"{self.record.redirect_uri}?{urlencode(back)}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _is_the_client(self, form: dict[str, str]) -> bool:
        if self.record.key_set is not None:
            return self._is_signed(form)
        if not self.record.secret:
            return form.get("client_id") == self.record.client_id
        expected = base64.b64encode(f"{self.record.client_id}:{self.record.secret}".encode()).decode()
        return self.headers["Authorization"] == f"Basic {expected}"

    def _is_signed(self, form: dict[str, str]) -> bool:
        """Whether the proof is right and new, by the keys that the client publishes."""
        proof, record = form["client_assertion"], self.record
        key = jwt.PyJWKSet.from_dict(record.key_set)[jwt.get_unverified_header(proof)["kid"]]
        claims = jwt.decode(proof, key, audience=f"{record.base}/token", options={"require": ["exp", "jti"]})
        is_new = claims["jti"] not in record.used
        record.used.add(claims["jti"])
        return claims["iss"] == claims["sub"] == record.client_id and is_new

    def _path(self) -> str:
        path = unquote(urlsplit(self.path).path).removeprefix("/fhir/")
        return path if path.startswith(".well-known") else path.partition("/")[0]

    def _answer(self, path: str, usual: Callable[[str], Any]) -> None:
        change = self.record.changes.get(path.rpartition("/")[2])
        if callable(change):
            change(self)
        else:
            self.send(200, change if change is not None else usual(path))

    def send(self, status: int, value: Any) -> None:
        raw = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, *_: Any) -> None:
        pass


def slow(handler: Handler) -> None:
    """One byte now and then, for ever."""
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(100):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        pass


def huge(handler: Handler) -> None:
    handler.send(200, b'{"a": "' + b"x" * 5_000_000 + b'"}')


def failing(handler: Handler) -> None:
    handler.send(500, {"error": "down"})


def redirecting(handler: Handler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://169.254.169.254/latest")
    handler.send_header("Content-Length", "0")
    handler.end_headers()
