"""The version of a case as an ETag, and the one a caller decided on."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from rest_framework.request import Request

NEVER = -1


def etag(version: int, body: Any) -> str:
    """`"<version>-<digest>"`: the version for `If-Match`, the digest so that every difference shows."""
    text = json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder)
    return f'"{version}-{hashlib.sha256(text.encode()).hexdigest()[:16]}"'


def expected_version(request: Request) -> int | None:
    """The version named in `If-Match`; None without one, NEVER for one that no case ever had."""
    named = request.headers.get("If-Match", "*").strip()
    if named == "*":
        return None
    version, _dash, _digest = named.removeprefix("W/").strip('"').partition("-")
    return int(version) if version.isdecimal() and len(version) < 10 else NEVER


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller has this very representation already (`If-None-Match`)."""
    known = request.headers.get("If-None-Match", "")
    return tag in {part.strip().removeprefix("W/") for part in known.split(",")}
