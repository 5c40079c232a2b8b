"""What names one state of an answer: its ETag, and the one that a caller has already or decided on."""

import hashlib
import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.crypto import salted_hmac
from django.utils.http import parse_etags
from django.utils.translation import get_language
from rest_framework.request import Request

from accounts.models import User

NEVER = -1


def etag(version: int, body: Any, user: User) -> str:
    """`"<version>-<digest>"` of a case: the version is for `If-Match`, the digest shows every difference."""
    return f'"{version}-{_digest(user, _text(body))}"'


def content_etag(content: bytes, user: User) -> str:
    """The ETag of an answer of these bytes. Two people never have the same one, whatever they see."""
    return f'"{_digest(user, content)}"'


def weak_etag(body: Any, user: User) -> str:
    """The ETag of an answer whose other parts, such as a cursor, differ without meaning anything else."""
    return f'W/"{_digest(user, _text(body))}"'


def expected_version(request: Request) -> int | None:
    """The version named in `If-Match`; None without one, NEVER for one that no case ever had.

    A tag is as good after it was weakened on the way, by a compression: only its version is compared.
    """
    named = request.headers.get("If-Match", "*").strip()
    if named == "*":
        return None
    version, _dash, _rest = named.removeprefix("W/").strip('"').partition("-")
    return int(version) if version.isdecimal() and len(version) < 10 else NEVER


def is_known(request: Request, tag: str) -> bool:
    """Whether the caller has this very representation already (`If-None-Match`, compared weakly)."""
    etags = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in etags or tag.removeprefix("W/") in {one.removeprefix("W/") for one in etags}


def _text(body: Any) -> bytes:
    return json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder).encode()


def _digest(user: User, content: bytes) -> str:
    """Keyed: a tag, which may stand in logs, says nothing of what it is made from."""
    text = b"\n".join((user.pk.bytes, (get_language() or "").encode(), hashlib.sha256(content).digest()))
    return salted_hmac("api.etag", text, algorithm="sha256").hexdigest()[:20]
