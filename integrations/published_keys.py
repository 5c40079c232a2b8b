"""The public keys of a program that publishes them: fetched from its address, kept, and fetched again.

The address is the one in the administration and no other; it is called through the guard of channels, without
following redirects. Whoever asks for a token makes this server call it once a minute at most.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db.models import Q

from integrations.keys import usable_keys
from integrations.models import Integration
from notifications.channels.base import ChannelError
from notifications.channels.http import Bounds, call

log = structlog.get_logger(__name__)

FRESH, PATIENCE = timedelta(minutes=5), timedelta(hours=24)
"""How long keys are taken as they were fetched; and how long while the address does not answer."""
PAUSE = timedelta(minutes=1)
BOUNDS = Bounds(is_guarded=True, seconds=5.0)
HEADERS = {"Accept": "application/jwk-set+json, application/json"}


def current_keys(integration: Integration, kid: str | None, wall: datetime) -> Mapping[str, Any]:
    """The JWK Set of an integration; of one that publishes it, as new as it has to be for a proof with `kid`.

    Empty where the address has not answered for PATIENCE.
    """
    if not integration.keys_url:
        return integration.keys
    fetched_at = integration.keys_fetched_at
    is_named = any(row.get("kid") == kid for row in integration.keys.get("keys", ()))
    if fetched_at is None or wall - fetched_at > FRESH or not is_named:
        _fetch(integration, wall)
    fetched_at = integration.keys_fetched_at
    is_kept = fetched_at is not None and wall - fetched_at <= PATIENCE
    return integration.keys if is_kept else {"keys": []}


def _fetch(integration: Integration, wall: datetime) -> None:
    """Ask the address, unless somebody did within PAUSE; what is not understood changes nothing."""
    rows = Integration.objects.filter(pk=integration.pk)
    is_my_turn = rows.filter(Q(keys_tried_at=None) | Q(keys_tried_at__lte=wall - PAUSE))
    if not is_my_turn.update(keys_tried_at=wall):
        return
    try:
        answer = call("GET", integration.keys_url, body=b"", headers=HEADERS, bounds=BOUNDS)
        given = json.loads(answer.body) if answer.is_yes and not answer.is_cut else None
    except (ChannelError, ValueError, RecursionError) as error:
        log.warning("keys_not_fetched", integration=str(integration.pk), error=str(error)[:120])
        return
    if not isinstance(given, dict) or not isinstance(given.get("keys"), list):
        log.warning("keys_not_understood", integration=str(integration.pk))
        return
    integration.keys, integration.keys_fetched_at = {"keys": usable_keys(given["keys"])}, wall
    rows.update(keys=integration.keys, keys_fetched_at=wall)
