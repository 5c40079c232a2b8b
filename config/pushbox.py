"""The demo's push gateway: takes every push for the app, says so in the log, keeps it as a file and shows it.

A token that begins with `gone-` is answered as that of a phone without the app.
"""

import itertools
import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

MOST_SHOWN = 50
LARGEST = 64 * 1024


class Pushbox(ThreadingHTTPServer):
    """Keeps pushes in `folder`, one file each, numbered in the order they came."""

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.numbers = itertools.count(len(list(folder.glob("*.json"))) + 1)

    def keep(self, push: dict[str, Any]) -> str:
        """Keep `push` and return its number."""
        number = f"{next(self.numbers):05}"
        text = json.dumps(push, ensure_ascii=False, indent=2)
        (self.folder / f"{number}.json").write_text(text)
        print(f"push to {push.get('to')}: {push.get('title')}", flush=True)
        return number

    def newest(self) -> list[dict[str, Any]]:
        files = sorted(self.folder.glob("*.json"), reverse=True)[:MOST_SHOWN]
        return [{"number": file.stem, **json.loads(file.read_text())} for file in files]


class Handler(BaseHTTPRequestHandler):
    """GET: what came, the newest first. POST: one push, as `docs/channels.md` has it."""

    server: Pushbox

    def do_GET(self) -> None:
        self._answer(200, self.server.newest())

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        try:
            push = json.loads(self.rfile.read(min(length, LARGEST)))
        except ValueError:
            push = None
        if not isinstance(push, dict):
            return self._answer(400, {"error": "this is no JSON object"})
        if str(push.get("to", "")).startswith("gone-"):
            return self._answer(410, {"error": "the app is gone from this phone"})
        return self._answer(200, {"id": self.server.keep(push)})

    def _answer(self, status: int, body: Any) -> None:
        content = json.dumps(body, ensure_ascii=False, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing beside what `keep` says."""


if __name__ == "__main__":
    Pushbox(Path(sys.argv[1]), int(os.environ["PUSH_PORT"])).serve_forever()
