"""Where carriers report. Every genuine request gets the same answer, whatever it is about."""

import json
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts import clock
from notifications.calls import services as calls
from notifications.reports import addresses, formats, services

MOST_BYTES = 256 * 1024


@csrf_exempt  # A carrier has no cookie; the address, and a gateway's signature, vouch for it.
@require_POST
def reports(request: HttpRequest, channel: str, token: str) -> HttpResponse:
    """Take the reports of one channel's provider."""
    if not addresses.is_addressed_right(channel, token):
        return JsonResponse({}, status=404)
    provider, body = settings.CHANNEL_SETTINGS[channel]["provider"], request.body
    if provider == "generic" and not _is_signed(request, channel, body):
        return JsonResponse({}, status=403)
    sent = _json(body)
    if sent is None:
        return JsonResponse({}, status=400)
    now = clock.now()
    services.take(formats.read(provider, channel, sent), channel=channel, now=now)
    replies = calls.take(formats.read_keys(provider, channel, sent), now=now)
    return JsonResponse(_answer(provider, replies))


def _answer(provider: str, replies: list[calls.Reply]) -> dict[str, Any]:
    """What the provider wants to hear; a gateway of one's own also what to say in calls that still run."""
    answer = dict(formats.ANSWERS[provider])
    if replies and provider == "generic":
        answer["calls"] = [
            {"id": str(reply.delivery), "outcome": reply.outcome.value, "say": reply.sentence}
            for reply in replies
        ]
    return answer


def _is_signed(request: HttpRequest, channel: str, body: bytes) -> bool:
    return addresses.is_signed(
        channel,
        body,
        second=request.headers.get("X-ACLF-Timestamp", ""),
        mark=request.headers.get("X-ACLF-Signature", ""),
        now=clock.wall(),
    )


def _json(body: bytes) -> Any:
    """The JSON of a body, None where it is none or too long."""
    try:
        return json.loads(body) if len(body) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        return None
