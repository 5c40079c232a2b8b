"""`Idempotency-Key`: a POST that is sent twice is done once and answered twice.

What a request changes and the answer to it are committed together. An equal request that arrives
meanwhile waits at the unique key until the first is through. A refused request changed nothing: it leaves
no trace, so that it can be corrected and sent again.
"""

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext_lazy as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.encryption import recognition
from accounts.retention import ANSWERS_KEPT_FOR
from api.models import StoredAnswer
from api.problems import Refusal

if TYPE_CHECKING:
    from api.resource import Resource

PRUNED_AT_ONCE = 100
KEPT_HEADERS = ("ETag", "Location")
Handler = Callable[..., Response]


def idempotent(handler: Handler) -> Handler:
    """Make a view's `post` answer a repeated `Idempotency-Key` of the same person with the stored answer."""

    @wraps(handler)
    def post(view: "Resource", request: Request, **kwargs: Any) -> Response:
        key = key_of(request)
        if key is None:
            return handler(view, request, **kwargs)
        with transaction.atomic():
            return _once(handler, view, request, key, kwargs)

    post.is_idempotent = True  # type: ignore[attr-defined]  # which a test asks of every POST
    return post


def changes_nothing(handler: Handler) -> Handler:
    """Say of a view's `post` that it only reads: sent again it is answered anew, and nothing is kept."""

    @wraps(handler)
    def post(view: "Resource", request: Request, **kwargs: Any) -> Response:
        key_of(request)
        return handler(view, request, **kwargs)

    post.is_idempotent = True  # type: ignore[attr-defined]
    return post


def key_of(request: Request) -> str | None:
    """The request's `Idempotency-Key`, None without one. Raises Refusal for an impossible one."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and (not 0 < len(key) <= 200 or not key.isprintable() or not key.isascii()):
        message = _("An Idempotency-Key has 1 to 200 plain characters.")
        raise Refusal(400, "invalid_idempotency_key", message)
    return key


def _once(handler: Handler, view: "Resource", request: Request, key: str, kwargs: dict[str, Any]) -> Response:
    fingerprint = _fingerprint(request)
    prune(view.now)
    stored, is_first = StoredAnswer.objects.get_or_create(
        user=view.person, key=key, defaults={"fingerprint": fingerprint, "created_at": view.now}
    )
    if not is_first:
        return _again(view, stored, fingerprint, kwargs)
    try:
        response = handler(view, request, **kwargs)
    except Exception as error:
        response = view.handle_exception(error)
    if response.status_code >= 500:
        transaction.set_rollback(True)
    elif response.status_code >= 300:
        stored.delete()
    else:
        _store(stored, response)
    return response


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=_digest)
    text = f"{request.method} {request.get_full_path()}\n{body}"
    return recognition("api.idempotency", text.encode())


def _digest(file: UploadedFile) -> str:
    """What stands for a file in the fingerprint; it is read again afterwards."""
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    file.seek(0)
    return digest


def _again(view: "Resource", stored: StoredAnswer, fingerprint: str, kwargs: dict[str, Any]) -> Response:
    """The stored answer, where the person may still be told it. Raises Refusal, and what the view raises."""
    if not hmac.compare_digest(stored.fingerprint, fingerprint):
        raise Refusal(
            409,
            "idempotency_key_reused",
            _("This Idempotency-Key was used for another request. Make a new key for a new request."),
        )
    headers = {**stored.headers, "Idempotency-Replayed": "true"}
    body = None if stored.body is None else json.loads(stored.body)
    view.check_replay(body, **kwargs)
    return Response(body, status=stored.status, headers=headers)


def _store(stored: StoredAnswer, response: Response) -> None:
    stored.status = response.status_code
    stored.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    if response.data is not None:
        stored.body = JSONRenderer().render(response.data).decode()
    stored.save()


def prune(now: datetime) -> int:
    """Forget some answers that nobody asks for again; called by those who add one, and every hour.

    Returns how many.
    """
    old = StoredAnswer.objects.filter(created_at__lt=now - ANSWERS_KEPT_FOR)
    batch = old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:PRUNED_AT_ONCE]
    return StoredAnswer.objects.filter(pk__in=list(batch)).delete()[0]
